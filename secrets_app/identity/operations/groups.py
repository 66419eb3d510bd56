"""Groups, and who is in them."""

from dataclasses import dataclass

from secrets_app import arns, principals
from secrets_app.call import Call
from secrets_app.identity import entities, pages, quotas
from secrets_app.identity.errors import DeleteConflictException, already_exists, no_such
from secrets_app.models import Group, GroupMembership, Principal
from secrets_app.operations._operation import operation
from secrets_app.results import Page


@dataclass(frozen=True, slots=True)
class GroupWithUsers:
    group: Group
    users: Page[Principal]


@operation("CreateGroup", service_name="iam")
def create_group(call: Call, /, *, group_name: str, path: str | None = None) -> Group:
    entities.authorize(call, arns.iam(call.account, f"group{path or '/'}{group_name}"))
    _refuse_taken_name(call, group_name)
    quotas.check_account("group", Group.objects.filter(account=call.account).count())
    return Group.objects.create(
        account_id=call.account,
        name=group_name,
        path=path or "/",
        unique_id=principals.new_unique_id("group"),
        created_at=call.now,
    )


@operation("GetGroup", changes=False, service_name="iam")
def get_group(
    call: Call, /, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> GroupWithUsers:
    group = entities.group(call, group_name)
    question = {"users of": group.unique_id}
    users = pages.page(call, group.members.all(), lambda user: user.name, question, marker, max_items)
    return GroupWithUsers(group, users)


@operation("ListGroups", changes=False, service_name="iam")
def list_groups(
    call: Call, /, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[Group]:
    entities.authorize(call, arns.iam(call.account, f"group{path_prefix or '/'}"))
    found = Group.objects.filter(account=call.account, path__startswith=path_prefix or "/")
    return pages.page(call, found, lambda group: group.name, {"groups": path_prefix}, marker, max_items)


@operation("UpdateGroup", service_name="iam")
def update_group(
    call: Call, /, *, group_name: str, new_path: str | None = None, new_group_name: str | None = None
) -> None:
    group = entities.group(call, group_name, for_update=True)
    path, name = new_path or group.path, new_group_name or group.name
    entities.authorize(call, arns.iam(call.account, f"group{path}{name}"))
    if name.lower() != group.name.lower():
        _refuse_taken_name(call, name)
    group.path, group.name = path, name
    group.save(update_fields=["path", "name"])


@operation("DeleteGroup", service_name="iam")
def delete_group(call: Call, /, *, group_name: str) -> None:
    group = entities.group(call, group_name, for_update=True)
    if group.memberships.exists():
        raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
    if group.policy_attachments.exists():
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if group.identity_policies.exists():
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")
    group.delete()


@operation("AddUserToGroup", service_name="iam")
def add_user_to_group(call: Call, /, *, group_name: str, user_name: str) -> None:
    """Who is in it already stays in it, which is no error."""
    group = entities.group(call, group_name, for_update=True)
    user = _user(call, user_name)
    if not user.memberships.filter(group=group).exists():
        if user.memberships.count() >= quotas.GROUPS_PER_USER:
            raise quotas.exceeded("GroupsPerUser", quotas.GROUPS_PER_USER, parameter="GroupName")
        GroupMembership.objects.create(group=group, principal=user)


@operation("RemoveUserFromGroup", service_name="iam")
def remove_user_from_group(call: Call, /, *, group_name: str, user_name: str) -> None:
    group = entities.group(call, group_name, for_update=True)
    _user(call, user_name).memberships.filter(group=group).delete()


@operation("ListGroupsForUser", changes=False, service_name="iam")
def list_groups_for_user(
    call: Call, /, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[Group]:
    user = entities.user(call, user_name)
    question = {"groups of": user.unique_id}
    return pages.page(call, user.groups.all(), lambda group: group.name, question, marker, max_items)


def _user(call: Call, name: str) -> Principal:
    """Permission is on the group alone (service authorization reference, IAM)."""
    found = Principal.objects.filter(account=call.account, kind=Principal.Kind.USER, name=name).first()
    if found is None:
        raise no_such("user", name, parameter="UserName")
    return found


def _refuse_taken_name(call: Call, name: str) -> None:
    if Group.objects.filter(account=call.account, name__iexact=name).exists():
        raise already_exists("Group", name, parameter="GroupName")
