"""AWS JSON 1.1 on POST /: verify, decode, call, encode. One answer() per request, past Django's whole request path.

Order of errors: api.md 2. Every answer has an x-amzn-RequestId; it is the request id of the call's audit row.
"""

import logging
import time
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings

from secrets_app import accounts, audit
from secrets_app.call import Call
from secrets_app.errors import AwsError, InternalServiceError, UnknownOperationException
from secrets_app.statements import current_database, one_moment

from . import codec, targets, wsgi
from .authentication import Caller
from .authentication_mode import authenticate

_log = logging.getLogger(__name__)
JSON = "application/x-amz-json-1.1"
_CONTENT_TYPES = (JSON, "application/x-amz-json-1.0", "application/json")
_OUR_FAULT = "An error occurred on the server side. The server's log has more under this request's id."


SERVICES = frozenset(targets.SERVICES)
_GOOD_FOR_SECONDS = 1.0
_asked_at = 0.0


def answer(environ: wsgi.Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return answered(environ, start_response, _result, _refusal, JSON)


def refuse(environ: wsgi.Environ, start_response: Callable[..., Any], error: AwsError) -> Iterable[bytes]:
    """An answer to what never came to be a request."""
    return answered(environ, start_response, raising(error), _refusal, JSON)


def raising(error: AwsError) -> Callable[[wsgi.Environ, str], bytes]:
    def result(_environ: wsgi.Environ, _request_id: str) -> bytes:
        raise error

    return result


def answered(
    environ: wsgi.Environ,
    start_response: Callable[..., Any],
    result: Callable[[wsgi.Environ, str], bytes],
    refusal: Callable[[AwsError, str], tuple[int, bytes]],
    content_type: str,
) -> Iterable[bytes]:
    """What every protocol shares. result: request id -> body; refusal: error, request id -> status and body."""
    request_id = audit.new_request_id()
    try:
        replace_dropped_connection()
        with one_moment():
            status, body = 200, result(environ, request_id)
    except AwsError as error:
        if error.status >= 500:
            _log.error("Request %s: %s: %s", request_id, error.code, error.message)
        status, body = refusal(error, request_id)
    except Exception as error:
        # Its message may quote a value, so where it happened has to be enough.
        _log.error("Request %s failed: %s at %s", request_id, type(error).__name__, _where(error))  # noqa: TRY400
        status, body = refusal(InternalServiceError(_OUR_FAULT), request_id)
    start_response(f"{status} {HTTPStatus(status).phrase}", wsgi.headers(request_id, len(body), content_type))
    return [body]


def replace_dropped_connection() -> None:
    """One that the database server has closed meanwhile. A file drops none; and one that was good a moment ago is not
    asked again, which would cost every request a round trip: if it is gone all the same, this one fails and the next
    doesn't."""
    global _asked_at  # noqa: PLW0603
    database = current_database()
    if database.vendor == "sqlite":
        return
    if database.errors_occurred or time.monotonic() - _asked_at > _GOOD_FOR_SECONDS:
        _asked_at = time.monotonic()
        database.close_if_unusable_or_obsolete()
        database.close_if_health_check_failed()


def _result(environ: wsgi.Environ, request_id: str) -> bytes:
    now = datetime.now(UTC)
    body = wsgi.read_body(environ)
    header = str(environ.get("HTTP_X_AMZ_TARGET", ""))
    request = wsgi.signed_request(environ, body)
    caller = authenticate(request, now, targets.service_of(header) or _scoped_service(environ))
    wsgi.check_encoding(environ, *_CONTENT_TYPES)
    target = targets.find(header)
    if target is None or request.path != "/":
        raise UnknownOperationException
    call = call_for(environ, caller, target.service, now, request_id)
    try:
        if target.run is None:
            raise target.unavailable
        arguments = codec.decode(target.model, body)
    except AwsError as refusal:
        # Somebody known asked for it, so it goes on record like any other call; its body is nothing to write down.
        audit.write(call.starting(target.model, target.service, read_only=False), {}, refusal)
        raise
    return _carried_out(target, target.run, call, arguments)


def _carried_out(target: targets.Target, run: Callable[..., Any], call: Call, arguments: dict[str, Any]) -> bytes:
    try:
        return codec.encode(target.model, target.reply(run(call, **arguments)))
    except AwsError:
        raise
    except Exception:
        if not accounts.were_emptied_lately(call.now):
            raise
        # What it was working on was removed under it, all at once: it is as good as one that came a moment later.
        return codec.encode(target.model, target.reply(run(call, **arguments)))


def _scoped_service(environ: wsgi.Environ) -> str:
    """Without an operation to go by: the service that the signature is for, if there is such a one."""
    scoped = wsgi.scoped_service(environ)
    return scoped if scoped in SERVICES else targets.DEFAULT_SERVICE


def call_for(environ: wsgi.Environ, caller: Caller, service: str, now: datetime, request_id: str) -> Call:
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
        service=service,
    )


def _refusal(error: AwsError, _request_id: str) -> tuple[int, bytes]:
    """{"__type", "Message"}; without a message where there is nothing to say (seen: UnknownOperationException)."""
    content = {error.message_key: error.message} if error.message else {}
    return error.status, orjson.dumps({**content, "__type": error.code})


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))
