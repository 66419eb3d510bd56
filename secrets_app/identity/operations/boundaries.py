"""Permissions boundaries: what the policies of a user or role can give at most."""

from secrets_app.call import Call
from secrets_app.identity import entities, managed
from secrets_app.identity.errors import NoSuchEntityException
from secrets_app.models import Principal
from secrets_app.operations._operation import operation


@operation("PutUserPermissionsBoundary", service_name="iam")
def put_user_permissions_boundary(call: Call, /, *, user_name: str, permissions_boundary: str) -> None:
    context = {"iam:PermissionsBoundary": permissions_boundary}
    _put(call, entities.user(call, user_name, context=context, for_update=True), permissions_boundary)


@operation("DeleteUserPermissionsBoundary", service_name="iam")
def delete_user_permissions_boundary(call: Call, /, *, user_name: str) -> None:
    _delete(entities.user(call, user_name, for_update=True))


@operation("PutRolePermissionsBoundary", service_name="iam")
def put_role_permissions_boundary(call: Call, /, *, role_name: str, permissions_boundary: str) -> None:
    context = {"iam:PermissionsBoundary": permissions_boundary}
    _put(call, entities.role(call, role_name, context=context, for_update=True), permissions_boundary)


@operation("DeleteRolePermissionsBoundary", service_name="iam")
def delete_role_permissions_boundary(call: Call, /, *, role_name: str) -> None:
    _delete(entities.role(call, role_name, for_update=True))


def _put(call: Call, principal: Principal, boundary: str) -> None:
    managed.attachable(call.account, boundary, parameter="PermissionsBoundary")
    principal.boundary_arn = boundary
    principal.save(update_fields=["boundary_arn"])


def _delete(principal: Principal) -> None:
    if not principal.boundary_arn:
        raise NoSuchEntityException(f"{principal.kind.capitalize()} {principal.name} has no permissions boundary.")
    principal.boundary_arn = ""
    principal.save(update_fields=["boundary_arn"])
