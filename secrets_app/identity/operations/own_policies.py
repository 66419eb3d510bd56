"""Inline policies of users, groups and roles. Four operations of each, as IAM has them."""

from dataclasses import dataclass

from secrets_app.call import Call
from secrets_app.identity import entities, inline_policies
from secrets_app.models import IdentityPolicy
from secrets_app.operations._operation import operation
from secrets_app.results import Page


@dataclass(frozen=True, slots=True)
class InlinePolicy:
    owner: str  # the name of the user, group or role
    policy: IdentityPolicy


# --- users


@operation("PutUserPolicy", service_name="iam")
def put_user_policy(call: Call, /, *, user_name: str, policy_name: str, policy_document: str) -> None:
    inline_policies.put(entities.user(call, user_name, for_update=True), policy_name, policy_document)


@operation("GetUserPolicy", changes=False, service_name="iam")
def get_user_policy(call: Call, /, *, user_name: str, policy_name: str) -> InlinePolicy:
    user = entities.user(call, user_name)
    return InlinePolicy(user.name, inline_policies.get(user, policy_name))


@operation("DeleteUserPolicy", service_name="iam")
def delete_user_policy(call: Call, /, *, user_name: str, policy_name: str) -> None:
    inline_policies.delete(entities.user(call, user_name, for_update=True), policy_name)


@operation("ListUserPolicies", changes=False, service_name="iam")
def list_user_policies(
    call: Call, /, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[str]:
    return inline_policies.names(call, entities.user(call, user_name), marker, max_items)


# --- groups


@operation("PutGroupPolicy", service_name="iam")
def put_group_policy(call: Call, /, *, group_name: str, policy_name: str, policy_document: str) -> None:
    inline_policies.put(entities.group(call, group_name, for_update=True), policy_name, policy_document)


@operation("GetGroupPolicy", changes=False, service_name="iam")
def get_group_policy(call: Call, /, *, group_name: str, policy_name: str) -> InlinePolicy:
    group = entities.group(call, group_name)
    return InlinePolicy(group.name, inline_policies.get(group, policy_name))


@operation("DeleteGroupPolicy", service_name="iam")
def delete_group_policy(call: Call, /, *, group_name: str, policy_name: str) -> None:
    inline_policies.delete(entities.group(call, group_name, for_update=True), policy_name)


@operation("ListGroupPolicies", changes=False, service_name="iam")
def list_group_policies(
    call: Call, /, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[str]:
    return inline_policies.names(call, entities.group(call, group_name), marker, max_items)


# --- roles


@operation("PutRolePolicy", service_name="iam")
def put_role_policy(call: Call, /, *, role_name: str, policy_name: str, policy_document: str) -> None:
    inline_policies.put(entities.role(call, role_name, for_update=True), policy_name, policy_document)


@operation("GetRolePolicy", changes=False, service_name="iam")
def get_role_policy(call: Call, /, *, role_name: str, policy_name: str) -> InlinePolicy:
    role = entities.role(call, role_name)
    return InlinePolicy(role.name, inline_policies.get(role, policy_name))


@operation("DeleteRolePolicy", service_name="iam")
def delete_role_policy(call: Call, /, *, role_name: str, policy_name: str) -> None:
    inline_policies.delete(entities.role(call, role_name, for_update=True), policy_name)


@operation("ListRolePolicies", changes=False, service_name="iam")
def list_role_policies(
    call: Call, /, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[str]:
    return inline_policies.names(call, entities.role(call, role_name), marker, max_items)
