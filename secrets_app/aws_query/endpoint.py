"""The AWS query protocol, which STS speaks: a form in, XML out. Facts: api.md 1.4 and 8.

Who called, and from where, is found out as for AWS JSON; a refusal has other names here.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from secrets_app import audit
from secrets_app.aws_json import wsgi
from secrets_app.aws_json.authentication_mode import authenticate
from secrets_app.aws_json.endpoint import answered, call_for, raising
from secrets_app.errors import AwsError, UnknownOperationException
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import service
from secrets_app.sts import operations as sts_operations  # noqa: F401  importing operations registers them

from . import form, refusals, xml
from .replies import REPLIES

SERVICE = "sts"
_XML = "text/xml"
_FORM = "application/x-www-form-urlencoded"


def answer(environ: wsgi.Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return answered(environ, start_response, _result, _refusal, _XML)


def refuse(environ: wsgi.Environ, start_response: Callable[..., Any], error: AwsError) -> Iterable[bytes]:
    return answered(environ, start_response, raising(error), _refusal, _XML)


def _result(environ: wsgi.Environ, request_id: str) -> bytes:
    now = datetime.now(UTC)
    body = wsgi.read_body(environ)
    request = wsgi.signed_request(environ, body)
    caller = authenticate(request, now, SERVICE)
    is_get = request.method == "GET"
    if not is_get:
        wsgi.check_encoding(environ, _FORM)
    given = form.parameters(request.query.encode("latin-1") if is_get else body)
    action, version = given.get("Action", ""), given.get("Version", "NO_VERSION_SPECIFIED")
    spoken = service(SERVICE)
    model = spoken.operations.get(action)
    if model is None or version != spoken.version or request.path != "/":
        raise UnknownOperationException(f"Could not find operation {action} for version {version}")
    call = call_for(environ, caller, SERVICE, now, request_id)
    run = REGISTERED.get((SERVICE, action))
    if run is None:
        refusal = UnknownOperationException(f"{action} is not available on this server.")
        audit.write(call.starting(model, SERVICE, read_only=False), {}, refusal)
        raise refusal
    return xml.success(spoken, model, REPLIES[action](run(call)), request_id)


def _refusal(error: AwsError, request_id: str) -> tuple[int, bytes]:
    code, status = refusals.code_and_status(error)
    return status, xml.refusal(
        service(SERVICE), code=code, message=refusals.message_of(error), is_senders=status < 500, request_id=request_id
    )
