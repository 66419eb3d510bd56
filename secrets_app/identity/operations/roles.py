"""Roles: what a caller can become for a while, if the role's trust policy lets it."""

from secrets_app import arns, principals
from secrets_app.call import Call
from secrets_app.identity import documents, entities, managed, pages, quotas
from secrets_app.identity import tags as _tags  # an operation has a parameter of that name
from secrets_app.identity.errors import DeleteConflictException, already_exists
from secrets_app.identity.tags import Tags
from secrets_app.models import AccessKey, Principal
from secrets_app.operations._operation import operation
from secrets_app.results import Page

_SHORTEST_LIMIT = 3600


@operation("CreateRole", service_name="iam")
def create_role(
    call: Call,
    /,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str | None = None,
    description: str | None = None,
    max_session_duration: int | None = None,
    permissions_boundary: str | None = None,
    tags: Tags | None = None,
) -> Principal:
    wanted = _tags.check(tags)
    bounded = {"iam:PermissionsBoundary": permissions_boundary} if permissions_boundary else {}
    arn = arns.iam(call.account, f"role{path or '/'}{role_name}")
    entities.authorize(call, arn, {**bounded, **_tags.of_request(wanted)})
    trust = documents.stored_trust_policy(assume_role_policy_document, parameter="AssumeRolePolicyDocument")
    roles = Principal.objects.filter(account=call.account, kind=Principal.Kind.ROLE)
    if roles.filter(name__iexact=role_name).exists():
        raise already_exists("Role", role_name, parameter="RoleName")
    quotas.check_account("role", roles.count())
    if permissions_boundary:
        managed.attachable(call.account, permissions_boundary, parameter="PermissionsBoundary")
    role = Principal(
        account_id=call.account,
        kind=Principal.Kind.ROLE,
        name=role_name,
        path=path or "/",
        unique_id=principals.new_unique_id("role"),
        created_at=call.now,
        description=description or "",
        trust_policy=trust,
        max_session_seconds=max_session_duration or _SHORTEST_LIMIT,
        boundary_arn=permissions_boundary or "",
        tags=wanted,
    )
    role.set_unusable_password()
    role.save()
    return role


@operation("GetRole", changes=False, service_name="iam")
def get_role(call: Call, /, *, role_name: str) -> Principal:
    return entities.role(call, role_name)


@operation("ListRoles", changes=False, service_name="iam")
def list_roles(
    call: Call, /, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[Principal]:
    entities.authorize(call, arns.iam(call.account, f"role{path_prefix or '/'}"))
    found = Principal.objects.filter(
        account=call.account, kind=Principal.Kind.ROLE, path__startswith=path_prefix or "/"
    )
    return pages.page(call, found, lambda role: role.name, {"roles": path_prefix}, marker, max_items)


@operation("UpdateRole", service_name="iam")
def update_role(
    call: Call, /, *, role_name: str, description: str | None = None, max_session_duration: int | None = None
) -> None:
    role = entities.role(call, role_name, for_update=True)
    if description is not None:
        role.description = description
    if max_session_duration is not None:
        role.max_session_seconds = max_session_duration
    role.save(update_fields=["description", "max_session_seconds"])


@operation("UpdateRoleDescription", service_name="iam")
def update_role_description(call: Call, /, *, role_name: str, description: str) -> Principal:
    role = entities.role(call, role_name, for_update=True)
    role.description = description
    role.save(update_fields=["description"])
    return role


@operation("UpdateAssumeRolePolicy", service_name="iam")
def update_assume_role_policy(call: Call, /, *, role_name: str, policy_document: str) -> None:
    """Sessions that are under way go on: trust is asked for when a role is assumed."""
    role = entities.role(call, role_name, for_update=True)
    role.trust_policy = documents.stored_trust_policy(policy_document, parameter="PolicyDocument")
    role.save(update_fields=["trust_policy"])


@operation("DeleteRole", service_name="iam")
def delete_role(call: Call, /, *, role_name: str) -> None:
    """Its sessions end with it."""
    role = entities.role(call, role_name, for_update=True)
    if role.policy_attachments.exists():
        raise DeleteConflictException("Cannot delete entity, must detach all policies first.")
    if role.identity_policies.exists():
        raise DeleteConflictException("Cannot delete entity, must delete policies first.")
    AccessKey.objects.filter(principal=role).delete()
    role.delete()


@operation("ListInstanceProfilesForRole", changes=False, service_name="iam")
def list_instance_profiles_for_role(
    call: Call, /, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[Principal]:
    """There are none, on a server without instances; Terraform asks before it deletes a role."""
    role = entities.role(call, role_name)
    return pages.page(call, [], lambda each: each.name, {"instance profiles": role.unique_id}, marker, max_items)
