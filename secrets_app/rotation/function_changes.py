"""Rotation functions: listing, making, changing and deleting them. For whom policies allow the actions of Lambda.

What a function's source says runs as code on this server, so these are permissions for few. Each attempt is on record
as Lambda's own event, without source and environment, which may hold values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction

from secrets_app import arns, audit
from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException, ResourceExistsException, ResourceNotFoundException
from secrets_app.models import RotationConfiguration, RotationFunction, RotationRun
from secrets_app.rotation import function_policy
from secrets_app.service_model import OperationModel, Shape

T = TypeVar("T")
Kind = RotationFunction.Kind
_MOST_NAMES = 100
_MOST_RUNS = 20
_TEXT = Shape("Text", "string")
_WRITTEN_DOWN = {"FunctionName": "name", "Kind": "kind", "Handler": "handler", "Timeout": "timeout_seconds"}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a function is. Of handler, source and invoke_url the one that its kind asks for."""

    description: str
    kind: str
    handler: str
    source: str
    invoke_url: str
    environment: Mapping[str, str]
    timeout_seconds: int
    resource_policy: str
    external_type: str

    def __repr__(self) -> str:
        return f"Definition({self.kind})"


@dataclass(frozen=True, slots=True)
class Use:
    """What rotates by a function. secrets: (name, whether its rotation is on), the first hundred; runs: the newest."""

    secrets: list[tuple[str, bool]]
    runs: list[RotationRun]


def list_functions(call: Call) -> list[RotationFunction]:
    return recorded(call, "ListFunctions", {}, _all, read_only=True)


def _all(call: Call) -> list[RotationFunction]:
    call.authorize()
    found = RotationFunction.objects.filter(account=call.account, region=call.region)
    return list(found.order_by("name"))


def get_function(call: Call, name: str) -> RotationFunction:
    """With its source and environment."""
    return recorded(call, "GetFunction", {"name": name}, lambda call: _found(call, name), read_only=True)


def create_function(call: Call, name: str, definition: Definition) -> RotationFunction:
    def create(call: Call) -> RotationFunction:
        _authorize(call, name)
        function_policy.check(definition.resource_policy)
        if definition.resource_policy:
            _authorize(call, name, action="lambda:AddPermission")
        if RotationFunction.objects.filter(account=call.account, region=call.region, name=name).exists():
            raise ResourceExistsException(f"Function already exist: {name}", parameter="name")
        _refuse_second_of_type(call, name, definition)
        return RotationFunction.objects.create(
            account_id=call.account, region=call.region, name=name, created_at=call.now, **_columns(definition)
        )

    return recorded(call, "CreateFunction", {"name": name, **_columns(definition)}, create)


def update_function(call: Call, name: str, definition: Definition) -> None:
    """Code and configuration at once, which takes the permission for both; rotations that run go on with the old."""

    def update(call: Call) -> None:
        function = _found(call, name, for_update=True)
        _authorize(call, name, action="lambda:UpdateFunctionConfiguration")
        function_policy.check(definition.resource_policy)
        if function.resource_policy != definition.resource_policy:
            action = "AddPermission" if definition.resource_policy else "RemovePermission"
            _authorize(call, name, action=f"lambda:{action}")
        _refuse_second_of_type(call, name, definition)
        columns = _columns(definition)
        for column, value in columns.items():
            setattr(function, column, value)
        function.save(update_fields=list(columns))

    recorded(call, "UpdateFunctionCode", {"name": name, **_columns(definition)}, update)


def _refuse_second_of_type(call: Call, name: str, definition: Definition) -> None:
    of_type = RotationFunction.objects.filter(
        account=call.account, region=call.region, external_type=definition.external_type
    )
    if definition.external_type and of_type.exclude(name=name).exists():
        raise ResourceExistsException(
            f"Another function rotates the managed external secrets of the type {definition.external_type}.",
            parameter="external_type",
        )


def delete_function(call: Call, name: str) -> None:
    """Not while it rotates secrets, which is our own rule: their rotations would fail, one after the other."""

    def delete(call: Call) -> None:
        function = _found(call, name, for_update=True)
        rotates = RotationConfiguration.objects.filter(function_arn=function.arn, enabled=True).exists()
        if rotates or RotationRun.objects.filter(function_arn=function.arn, state=RotationRun.State.RUNNING).exists():
            raise InvalidRequestException(
                "Secrets are rotated by this function. Choose another one for them, or turn their rotation off, first."
            )
        function.delete()

    recorded(call, "DeleteFunction", {"name": name}, delete)


def use_of(call: Call, function: RotationFunction) -> Use:
    """For whom may list secrets."""
    call.authorize(action="secretsmanager:ListSecrets")
    configured = RotationConfiguration.objects.filter(function_arn=function.arn).order_by("secret__name")
    runs = RotationRun.objects.filter(function_arn=function.arn).select_related("secret").order_by("-id")
    return Use(list(configured.values_list("secret__name", "enabled")[:_MOST_NAMES]), list(runs[:_MOST_RUNS]))


def _found(call: Call, name: str, *, for_update: bool = False) -> RotationFunction:
    """Authorized before it is known whether there is such a function."""
    _authorize(call, name)
    functions = RotationFunction.objects.select_for_update() if for_update else RotationFunction.objects
    function = functions.filter(account=call.account, region=call.region, name=name).first()
    if function is None:
        raise ResourceNotFoundException(f"Function not found: {arns.function(call.region, call.account, name)}")
    return function


def _authorize(call: Call, name: str, *, action: str = "") -> None:
    arn = arns.function(call.region, call.account, name)
    call.authorize(action=action, resource=arn, shown=arn)


def _columns(definition: Definition) -> dict[str, Any]:
    kind = Kind(definition.kind)
    return {
        "description": definition.description,
        "kind": kind,
        "handler": definition.handler if kind == Kind.MODULE else "",
        "source": definition.source if kind == Kind.SOURCE else "",
        "invoke_url": definition.invoke_url if kind == Kind.INVOKE else "",
        "environment": dict(definition.environment),
        "timeout_seconds": definition.timeout_seconds,
        "resource_policy": definition.resource_policy,
        "external_type": definition.external_type,
    }


def recorded(
    call: Call, operation: str, arguments: dict[str, Any], run: Callable[[Call], T], *, read_only: bool = False
) -> T:
    """As @operation does it: the event in the transaction of the change, and a refusal on record as well."""
    call = call.starting(_model(operation), "lambda", read_only=read_only)
    try:
        with transaction.atomic():
            result = run(call)
            audit.write(call, arguments)
            return result
    except Exception as error:
        audit.write(call, arguments, error)
        raise


def _model(operation: str) -> OperationModel:
    """There is no service of Lambda here whose model to read: what is written down of a call, and nothing else."""
    return OperationModel(
        name=operation,
        input=Shape(f"{operation}Request", "structure", members=dict.fromkeys(_WRITTEN_DOWN, _TEXT)),
        output=None,
        result_wrapper="",
        keywords=_WRITTEN_DOWN,
        wire_names={keyword: member for member, keyword in _WRITTEN_DOWN.items()},
        sensitive=frozenset(),
    )
