"""Managed policies given to users, groups and roles, and taken from them. Three of each, as IAM has them."""

from secrets_app.call import Call
from secrets_app.identity import attachments, entities
from secrets_app.identity.entities import Owner
from secrets_app.identity.managed import AnyPolicy
from secrets_app.operations._operation import operation
from secrets_app.results import Page

# --- users


@operation("AttachUserPolicy", service_name="iam")
def attach_user_policy(call: Call, /, *, user_name: str, policy_arn: str) -> None:
    attachments.attach(call, _user(call, user_name, policy_arn), policy_arn)


@operation("DetachUserPolicy", service_name="iam")
def detach_user_policy(call: Call, /, *, user_name: str, policy_arn: str) -> None:
    attachments.detach(_user(call, user_name, policy_arn), policy_arn)


@operation("ListAttachedUserPolicies", changes=False, service_name="iam")
def list_attached_user_policies(
    call: Call,
    /,
    *,
    user_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[AnyPolicy]:
    return attachments.attached(call, entities.user(call, user_name), path_prefix, marker, max_items)


def _user(call: Call, name: str, policy_arn: str) -> Owner:
    return entities.user(call, name, context={"iam:PolicyARN": policy_arn}, for_update=True)


# --- groups


@operation("AttachGroupPolicy", service_name="iam")
def attach_group_policy(call: Call, /, *, group_name: str, policy_arn: str) -> None:
    attachments.attach(call, _group(call, group_name, policy_arn), policy_arn)


@operation("DetachGroupPolicy", service_name="iam")
def detach_group_policy(call: Call, /, *, group_name: str, policy_arn: str) -> None:
    attachments.detach(_group(call, group_name, policy_arn), policy_arn)


@operation("ListAttachedGroupPolicies", changes=False, service_name="iam")
def list_attached_group_policies(
    call: Call,
    /,
    *,
    group_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[AnyPolicy]:
    return attachments.attached(call, entities.group(call, group_name), path_prefix, marker, max_items)


def _group(call: Call, name: str, policy_arn: str) -> Owner:
    return entities.group(call, name, context={"iam:PolicyARN": policy_arn}, for_update=True)


# --- roles


@operation("AttachRolePolicy", service_name="iam")
def attach_role_policy(call: Call, /, *, role_name: str, policy_arn: str) -> None:
    attachments.attach(call, _role(call, role_name, policy_arn), policy_arn)


@operation("DetachRolePolicy", service_name="iam")
def detach_role_policy(call: Call, /, *, role_name: str, policy_arn: str) -> None:
    attachments.detach(_role(call, role_name, policy_arn), policy_arn)


@operation("ListAttachedRolePolicies", changes=False, service_name="iam")
def list_attached_role_policies(
    call: Call,
    /,
    *,
    role_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[AnyPolicy]:
    return attachments.attached(call, entities.role(call, role_name), path_prefix, marker, max_items)


def _role(call: Call, name: str, policy_arn: str) -> Owner:
    return entities.role(call, name, context={"iam:PolicyARN": policy_arn}, for_update=True)
