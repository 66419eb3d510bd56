"""Operations, their keywords and their errors against the vendored service models: the code can't drift from them."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import errors, operations
from secrets_app.errors import AwsError
from secrets_app.identity.errors import IamError
from secrets_app.kms.errors import KmsError
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import OperationModel, service

MODEL = service("secretsmanager")
REGISTERED_OPERATIONS = [
    pytest.param(service(service_name).operations[name], function, id=f"{service_name}.{name}")
    for (service_name, name), function in sorted(REGISTERED.items())
]


def keywords(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Everything after the Call."""
    _, *rest = inspect.signature(function).parameters.values()
    return {parameter.name: parameter for parameter in rest}


def test_every_operation_of_the_model_is_registered() -> None:
    assert {name for service_name, name in REGISTERED if service_name == MODEL.name} == set(MODEL.operations)


def test_every_operation_is_exported_under_its_own_name() -> None:
    exported = {getattr(operations, name) for name in operations.__all__}

    assert exported == {function for (service_name, _), function in REGISTERED.items() if service_name == MODEL.name}


@pytest.mark.parametrize(("model", "function"), REGISTERED_OPERATIONS)
def test_the_signature_is_the_input_shape(model: OperationModel, function: Callable[..., Any]) -> None:
    found = keywords(function)

    assert set(found) == set(model.wire_names)
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in found.values())


@pytest.mark.parametrize(("model", "function"), REGISTERED_OPERATIONS)
def test_exactly_the_required_members_have_no_default(model: OperationModel, function: Callable[..., Any]) -> None:
    required = {name for name, parameter in keywords(function).items() if parameter.default is inspect.Parameter.empty}

    assert required == {model.keywords[member] for member in model.input.required}


@pytest.mark.parametrize(("model", "function"), REGISTERED_OPERATIONS)
def test_the_call_comes_first_and_has_no_keyword(model: OperationModel, function: Callable[..., Any]) -> None:
    first = next(iter(inspect.signature(function).parameters.values()))

    assert first.kind is inspect.Parameter.POSITIONAL_ONLY
    assert first.name not in model.wire_names


@pytest.mark.parametrize("code", MODEL.errors)
def test_every_modelled_error_has_its_class(code: str) -> None:
    error = getattr(errors, code)

    assert issubclass(error, AwsError)
    assert error.message_key == "Message"
    assert error.status == (500 if code == "InternalServiceError" else 400)


@pytest.mark.parametrize("error", KmsError.__subclasses__())
def test_errors_of_kms_are_spelt_as_its_model_spells_them(error: type[AwsError]) -> None:
    assert error.__name__ in service("kms").errors
    assert error.message_key == "message"


@pytest.mark.parametrize("error", IamError.__subclasses__())
def test_errors_of_iam_and_sts_are_those_of_their_models(error: type[AwsError]) -> None:
    assert error.__name__ in (*service("iam").errors, *service("sts").errors)
