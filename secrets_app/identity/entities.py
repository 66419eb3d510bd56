"""Which user, role or group an operation is about, and whether the caller may do this operation to it.

Permission is asked for before it is told whether there is such a one.
"""

from collections.abc import Mapping
from typing import Any

from secrets_app import arns
from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.models import Group, Principal

from . import tags
from .errors import no_such

Owner = Principal | Group
Context = Mapping[str, Any]


def user(call: Call, name: str | None, *, context: Context | None = None, for_update: bool = False) -> Principal:
    """name None: the user who calls."""
    if name is None:
        name = _own_name(call)
    return _principal(call, Principal.Kind.USER, name, "UserName", context, for_update=for_update)


def role(call: Call, name: str, *, context: Context | None = None, for_update: bool = False) -> Principal:
    return _principal(call, Principal.Kind.ROLE, name, "RoleName", context, for_update=for_update)


def group(call: Call, name: str, *, context: Context | None = None, for_update: bool = False) -> Group:
    rows = Group.objects.select_for_update() if for_update else Group.objects.all()
    found = rows.filter(account=call.account, name=name).first()
    authorize(call, found.arn if found else arns.iam(call.account, f"group/{name}"), context)
    if found is None:
        raise no_such("group", name, parameter="GroupName")
    return found


def kind_of(owner: Owner) -> str:
    return "group" if isinstance(owner, Group) else str(owner.kind)


def authorize(call: Call, arn: str, context: Context | None = None) -> None:
    call.authorize(resource=arn, shown=arn, context=dict(context or {}))


def about(principal: Principal) -> dict[str, Any]:
    """The condition keys that tell of a user or role itself. Source: service authorization reference, IAM."""
    boundary = {"iam:PermissionsBoundary": principal.boundary_arn} if principal.boundary_arn else {}
    return {**boundary, **tags.of_resource(principal.tags)}


def _principal(
    call: Call, kind: str, name: str, parameter: str, context: Context | None, *, for_update: bool
) -> Principal:
    rows = Principal.objects.select_for_update() if for_update else Principal.objects.all()
    found = rows.filter(account=call.account, kind=kind, name=name).first()
    if found is None:
        authorize(call, arns.iam(call.account, f"{kind}/{name}"), context)
        raise no_such(kind, name, parameter=parameter)
    authorize(call, found.arn, {**about(found), **(context or {})})
    return found


def _own_name(call: Call) -> str:
    if call.principal.kind != Principal.Kind.USER:
        raise ValidationException("Must specify userName when calling with non-User credentials", parameter="UserName")
    return call.principal.name
