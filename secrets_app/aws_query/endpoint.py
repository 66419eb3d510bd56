"""The AWS query protocol, which STS and IAM speak: a form in, XML out. Facts: api.md 1.4 and 8.

Who called, and from where, is found out as for AWS JSON; a refusal has other names here.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from secrets_app import audit
from secrets_app.aws_json import wsgi
from secrets_app.aws_json.authentication_mode import authenticate
from secrets_app.aws_json.endpoint import answered, call_for, raising
from secrets_app.errors import AwsError, UnknownOperationException
from secrets_app.identity import operations as iam_operations  # noqa: F401  importing operations registers them
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import service
from secrets_app.sts import operations as sts_operations  # noqa: F401

from . import codec, form, iam_replies, refusals, sts_replies, xml

_DEFAULT_SERVICE = "sts"
_REPLIES = {_DEFAULT_SERVICE: sts_replies.REPLIES, "iam": iam_replies.REPLIES}
SERVICES = frozenset(_REPLIES)
_XML = "text/xml"
_FORM = "application/x-www-form-urlencoded"


def answer(environ: wsgi.Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return answered(environ, start_response, _result, partial(_refusal, _scoped_service(environ)), _XML)


def refuse(environ: wsgi.Environ, start_response: Callable[..., Any], error: AwsError) -> Iterable[bytes]:
    return answered(environ, start_response, raising(error), partial(_refusal, _scoped_service(environ)), _XML)


def _result(environ: wsgi.Environ, request_id: str) -> bytes:
    now = datetime.now(UTC)
    body = wsgi.read_body(environ)
    request = wsgi.signed_request(environ, body)
    name = _scoped_service(environ)
    caller = authenticate(request, now, name)
    is_get = request.method == "GET"
    if not is_get:
        wsgi.check_encoding(environ, _FORM)
    given = form.parameters(request.query.encode("latin-1") if is_get else body)
    action, version = given.get("Action", ""), given.get("Version", "NO_VERSION_SPECIFIED")
    if wsgi.scoped_service(environ) is None:  # AUTH=permissive, and no signature to go by
        name = next((each for each in SERVICES if service(each).version == version), name)
    spoken = service(name)
    model = spoken.operations.get(action)
    if model is None or version != spoken.version or request.path != "/":
        raise UnknownOperationException(f"Could not find operation {action} for version {version}")
    call = call_for(environ, caller, name, now, request_id)
    run = REGISTERED.get((name, action))
    try:
        if run is None:
            raise UnknownOperationException(f"{action} is not available on this server.")
        arguments = codec.decode(model, given)
    except AwsError as refusal:
        audit.write(call.starting(model, name, read_only=False), {}, refusal)
        raise
    return xml.success(spoken, model, _REPLIES[name].get(action, _nothing)(run(call, **arguments)), request_id)


def _nothing(_result: Any) -> dict[str, Any]:
    return {}


def _scoped_service(environ: wsgi.Environ) -> str:
    scoped = wsgi.scoped_service(environ)
    return scoped if scoped in SERVICES else _DEFAULT_SERVICE


def _refusal(name: str, error: AwsError, request_id: str) -> tuple[int, bytes]:
    code, status = refusals.code_and_status(error)
    return status, xml.refusal(
        service(name), code=code, message=refusals.message_of(error), is_senders=status < 500, request_id=request_id
    )
