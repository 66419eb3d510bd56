"""What every operation shares: the model's limits, the audit trail, the transaction. Exactly these three."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction

from secrets_app import audit, secret_ids, validation
from secrets_app.call import Call, Made
from secrets_app.service_model import OperationModel, service
from secrets_app.statements import next_moment

P = ParamSpec("P")
R = TypeVar("R")

# (service, operation name) -> the function; what the wire looks up and what tests compare with the models.
REGISTERED: dict[tuple[str, str], Callable[..., Any]] = {}


def operation(
    name: str, *, changes: bool = True, service_name: str = "secretsmanager"
) -> Callable[[Callable[Concatenate[Call, P], R]], Callable[Concatenate[Call, P], R]]:
    """Make a function an API operation. changes=False: it only reads, and needs no transaction."""
    model = service(service_name).operations[name]

    def decorate(function: Callable[Concatenate[Call, P], R]) -> Callable[Concatenate[Call, P], R]:
        @functools.wraps(function)
        def run(call: Call, /, *args: P.args, **arguments: P.kwargs) -> R:
            made = call.made
            call = call.starting(model, service_name, read_only=not changes)
            try:
                validation.check(model, arguments)
                secret_ids.check_characters_of_names(arguments)
                if not changes:
                    result = function(call, *args, **arguments)
                    audit.write(call, arguments)
                    return result
                with transaction.atomic():
                    result = function(call, *args, **arguments)
                    # In the same transaction: no change without its event, no event of a change that was undone.
                    audit.write(call, arguments)
                next_moment()
                if made is not None:
                    made.append(_made(call, service_name, model, arguments))
                return result
            except Exception as error:
                audit.write(call, arguments, error)
                raise

        REGISTERED[service_name, name] = run
        return run

    return decorate


def _made(call: Call, service_name: str, model: OperationModel, arguments: dict[str, Any]) -> Made:
    given = [member for member in model.sensitive if arguments.get(model.keywords[member]) is not None]
    return Made(service_name, model.name, call.region, audit.request_parameters(model, arguments), given)


def model_of(service_name: str, name: str) -> OperationModel | None:
    return service(service_name).operations.get(name)
