"""What an X-Amz-Target header names: the operation, who runs it, and who words its reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from secrets_app import operations  # noqa: F401  importing operations registers them
from secrets_app.errors import AwsError, InvalidRequestException
from secrets_app.kms import operations as kms_operations  # noqa: F401
from secrets_app.kms.errors import UnsupportedOperationException
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import OperationModel, service

from . import kms_replies, replies

DEFAULT_SERVICE = "secretsmanager"
SERVICES = (DEFAULT_SERVICE, "kms")
_REPLIES = {DEFAULT_SERVICE: replies.REPLIES, "kms": kms_replies.REPLIES}
_UNAVAILABLE = {DEFAULT_SERVICE: InvalidRequestException, "kms": UnsupportedOperationException}


@dataclass(frozen=True, slots=True)
class Target:
    """run is None for what the model has and this server doesn't offer."""

    service: str
    model: OperationModel
    run: Callable[..., Any] | None
    reply: Callable[[Any], Mapping[str, Any]]

    @property
    def unavailable(self) -> AwsError:
        return _UNAVAILABLE[self.service](f"{self.model.name} is not available on this server.")


def find(header: str) -> Target | None:
    """header: "secretsmanager.GetSecretValue"."""
    return _targets().get(header)


def service_of(header: str) -> str:
    """The service as a credential scope names it, also for an operation it doesn't have; "" for none."""
    return _services().get(header.partition(".")[0], "")


@cache
def _services() -> dict[str, str]:
    return {service(name).target_prefix: name for name in _REPLIES}


@cache
def _targets() -> dict[str, Target]:
    return {
        f"{prefix}.{name}": Target(
            service_name,
            model,
            run=REGISTERED.get((service_name, name)),
            reply=_REPLIES[service_name].get(name, replies.nothing),  # nothing: those that refuse every call
        )
        for prefix, service_name in _services().items()
        for name, model in service(service_name).operations.items()
    }
