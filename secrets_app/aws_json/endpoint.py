"""AWS JSON 1.1 on POST /: verify, decode, call, encode. One answer() per request, past Django's whole request path.

Order of errors: api.md 2. Every answer has an x-amzn-RequestId; it is the request id of the call's audit row.
"""

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.db import close_old_connections

from secrets_app import audit
from secrets_app.call import Call
from secrets_app.errors import AwsError, InternalServiceError, UnknownOperationException

from . import codec, targets, wsgi
from .authentication import Caller, authenticate

_log = logging.getLogger(__name__)
_OUR_FAULT = "An error occurred on the server side. The server's log has more under this request's id."


def is_api_request(environ: wsgi.Environ) -> bool:
    """Anything else is a browser's. A signed form (STS, IAM) is known by its Authorization header."""
    if "HTTP_X_AMZ_TARGET" in environ and environ["REQUEST_METHOD"] == "POST" and environ.get("PATH_INFO") == "/":
        return True
    return str(environ.get("HTTP_AUTHORIZATION", "")).startswith("AWS4-")


def answer(environ: wsgi.Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
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
    start_response(f"{status} {HTTPStatus(status).phrase}", wsgi.headers(request_id, len(body)))
    return [body]


def _answered(environ: wsgi.Environ, request_id: str) -> bytes:
    now = datetime.now(UTC)
    body = wsgi.read_body(environ)
    header = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    request = wsgi.signed_request(environ, body)
    caller = authenticate(request, now, targets.service_of(header))
    target = targets.find(header)
    if target is None or request.path != "/":
        raise UnknownOperationException
    call = _call(environ, caller, target, now, request_id)
    try:
        if target.run is None:
            raise target.unavailable
        arguments = codec.decode(target.model, body)
    except AwsError as refusal:
        # Somebody known asked for it, so it goes on record like any other call; its body is nothing to write down.
        audit.write(call.starting(target.model, target.service, read_only=False), {}, refusal)
        raise
    result = target.run(call, **arguments)
    return codec.encode(target.model, target.reply(result))


def _call(environ: wsgi.Environ, caller: Caller, target: targets.Target, now: datetime, request_id: str) -> Call:
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


def _refusal(error: AwsError) -> bytes:
    """{"__type", "Message"}; without a message where there is nothing to say (seen: UnknownOperationException)."""
    content = {error.message_key: error.message} if error.message else {}
    return orjson.dumps({**content, "__type": error.code})


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))
