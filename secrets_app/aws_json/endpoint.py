"""AWS JSON 1.1 on POST /: verify, decode, call, encode. One answer() per request, past Django's whole request path.

Order of errors: api.md 2. Every answer has an x-amzn-RequestId; it is the request id of the call's audit row.
"""

import logging
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.db import close_old_connections

from secrets_app import audit, operations  # noqa: F401  importing operations registers them
from secrets_app.call import Call
from secrets_app.errors import (
    AwsError,
    InternalServiceError,
    InvalidRequestException,
    UnknownOperationException,
)
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import OperationModel, service

from . import codec, wsgi
from .authentication import Caller, authenticate
from .replies import REPLIES

StartResponse = Callable[..., Any]

_log = logging.getLogger(__name__)
_DEFAULT_SERVICE = "secretsmanager"
_OUR_FAULT = "An error occurred on the server side. The server's log has more under this request's id."


@dataclass(frozen=True, slots=True)
class Target:
    """What an X-Amz-Target header names. run is None for what the model has and this server doesn't."""

    service: str
    model: OperationModel
    run: Callable[..., Any] | None
    reply: Callable[[Any], Any] | None


def is_api_request(environ: wsgi.Environ) -> bool:
    """Anything else is a browser's. A signed form (STS, IAM) is known by its Authorization header."""
    if "HTTP_X_AMZ_TARGET" in environ and environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") == "/":
        return True
    return str(environ.get("HTTP_AUTHORIZATION", "")).startswith("AWS4-")


def answer(environ: wsgi.Environ, start_response: StartResponse) -> Iterable[bytes]:
    request_id = audit.new_request_id()
    try:
        close_old_connections()  # one that the database has dropped meanwhile is replaced, as in Django's own requests
        status, body = 200, _answered(environ, request_id)
    except AwsError as error:
        if error.status >= 500:
            _log.error("Request %s: %s: %s", request_id, error.code, error.message)
        status, body = error.status, _refusal(error)
    except Exception as error:
        # Its message may quote a value, so where it happened has to be enough.
        _log.error("Request %s failed: %s at %s", request_id, type(error).__name__, _where(error))  # noqa: TRY400
        status, body = InternalServiceError.status, _refusal(InternalServiceError(_OUR_FAULT))
    finally:
        close_old_connections()
    start_response(f"{status} {HTTPStatus(status).phrase}", wsgi.headers(request_id, len(body)))
    return [body]


def _answered(environ: wsgi.Environ, request_id: str) -> bytes:
    now = datetime.now(UTC)
    body = wsgi.read_body(environ)
    name = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    prefix = name.partition(".")[0]
    request = wsgi.signed_request(environ, body)
    caller = authenticate(request, now, _services().get(prefix, _DEFAULT_SERVICE))
    target = _targets().get(name)
    if target is None or request.path != "/":
        raise UnknownOperationException
    call = _call(environ, caller, target, now, request_id)
    if target.run is None or target.reply is None:
        raise _unavailable(call, target)
    result = target.run(call, **codec.decode(target.model, body))
    return codec.encode(target.model, target.reply(result))


def _call(environ: wsgi.Environ, caller: Caller, target: Target, now: datetime, request_id: str) -> Call:
    behind_proxy = settings.BEHIND_TLS
    return Call(
        principal=caller.identity,
        region=caller.region,
        now=now,
        door="api",
        request_id=request_id,
        source_ip=wsgi.source_ip(environ, behind_proxy=behind_proxy),
        user_agent=str(environ.get("HTTP_USER_AGENT", "")),
        secure_transport=wsgi.is_secure(environ, behind_proxy=behind_proxy),
        service=target.service,
    )


def _unavailable(call: Call, target: Target) -> AwsError:
    """Somebody known asked for something the model has and we don't: refused, and on record like any other call."""
    refused = InvalidRequestException(f"{target.model.name} is not available on this server.")
    audit.write(call.starting(target.model, target.service, read_only=False), {}, refused)
    return refused


def _refusal(error: AwsError) -> bytes:
    """{"__type", "Message"}; without a message where there is nothing to say (seen: UnknownOperationException)."""
    content = {error.message_key: error.message} if error.message else {}
    return orjson.dumps({**content, "__type": error.code})


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))


@cache
def _services() -> dict[str, str]:
    """Target prefix -> service, as a credential scope names it."""
    return {service(name).target_prefix: name for name in ("secretsmanager", "kms")}


@cache
def _targets() -> dict[str, Target]:
    """ "secretsmanager.GetSecretValue" -> what answers it."""
    replies = {"secretsmanager": REPLIES, "kms": {}}
    return {
        f"{prefix}.{name}": Target(
            service_name, model, REGISTERED.get((service_name, name)), replies[service_name].get(name)
        )
        for prefix, service_name in _services().items()
        for name, model in service(service_name).operations.items()
    }
