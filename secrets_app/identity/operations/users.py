"""Users. Facts: IAM API reference."""

from secrets_app import accounts, arns
from secrets_app.call import Call
from secrets_app.identity import entities, managed, pages, quotas
from secrets_app.identity import tags as _tags  # an operation has a parameter of that name
from secrets_app.identity.errors import DeleteConflictException, already_exists
from secrets_app.identity.tags import Tags
from secrets_app.models import Account, Principal
from secrets_app.operations._operation import operation
from secrets_app.results import Page


@operation("CreateUser", service_name="iam")
def create_user(
    call: Call,
    /,
    *,
    user_name: str,
    path: str | None = None,
    permissions_boundary: str | None = None,
    tags: Tags | None = None,
) -> Principal:
    """It can do nothing yet: it has no password, no access key and no policy."""
    wanted = _tags.check(tags)
    arn = arns.iam(call.account, f"user{path or '/'}{user_name}")
    bounded = {"iam:PermissionsBoundary": permissions_boundary} if permissions_boundary else {}
    entities.authorize(call, arn, {**bounded, **_tags.of_request(wanted)})
    _refuse_taken_name(call, user_name)
    quotas.check_account("user", Principal.objects.filter(account=call.account, kind=Principal.Kind.USER).count())
    if permissions_boundary:
        managed.attachable(call.account, permissions_boundary, parameter="PermissionsBoundary")
    return accounts.create_user(
        Account.objects.get(pk=call.account),
        user_name,
        call.now,
        path=path or "/",
        boundary_arn=permissions_boundary or "",
        tags=wanted,
    )


@operation("GetUser", changes=False, service_name="iam")
def get_user(call: Call, /, *, user_name: str | None = None) -> Principal:
    """The caller if no name is given, also if that is the account's root."""
    if user_name is None and call.principal.kind == Principal.Kind.ROOT:
        return Principal.objects.get(pk=call.principal.principal_id)
    return entities.user(call, user_name)


@operation("ListUsers", changes=False, service_name="iam")
def list_users(
    call: Call, /, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[Principal]:
    entities.authorize(call, arns.iam(call.account, f"user{path_prefix or '/'}"))
    found = Principal.objects.filter(
        account=call.account, kind=Principal.Kind.USER, path__startswith=path_prefix or "/"
    )
    return pages.page(call, found, lambda user: user.name, {"users": path_prefix}, marker, max_items)


@operation("UpdateUser", service_name="iam")
def update_user(
    call: Call, /, *, user_name: str, new_path: str | None = None, new_user_name: str | None = None
) -> None:
    """Rename or move. Its unique id, keys and policies stay; policies that name its ARN do not follow."""
    user = entities.user(call, user_name, for_update=True)
    path, name = new_path or user.path, new_user_name or user.name
    entities.authorize(call, arns.iam(call.account, f"user{path}{name}"))
    if name.lower() != user.name.lower():
        _refuse_taken_name(call, name)
    user.path, user.name = path, name
    user.save(update_fields=["path", "name"])


@operation("DeleteUser", service_name="iam")
def delete_user(call: Call, /, *, user_name: str) -> None:
    """Whatever a person gave it has to be taken away first; sessions of the console end with it."""
    user = entities.user(call, user_name, for_update=True)
    if user.policy_attachments.exists():
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if user.identity_policies.exists():
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")
    if user.memberships.exists():
        raise DeleteConflictException("Cannot delete entity, must remove users from group first.")
    if user.access_keys.filter(expires_at=None).exists():
        raise DeleteConflictException("Cannot delete entity, must delete access keys first.")
    if user.has_password:
        raise DeleteConflictException("Cannot delete entity, must delete login profile first.")
    user.delete()


def _refuse_taken_name(call: Call, name: str) -> None:
    """ "Names are not distinguished by case" (IAM API reference, CreateUser)."""
    if Principal.objects.filter(account=call.account, kind=Principal.Kind.USER, name__iexact=name).exists():
        raise already_exists("User", name, parameter="UserName")
