"""GET /_secrets_console/info, and POST reset and seed: signed, and audited, like any other operation."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError

from secrets_app import VERSION, audit
from secrets_app.aws_json import codec, wsgi
from secrets_app.aws_json.authentication_mode import authenticate
from secrets_app.aws_json.endpoint import answered, call_for, raising
from secrets_app.call import Call
from secrets_app.errors import AwsError
from secrets_app.service_model import OWN, service
from secrets_app.statements import current_database

from . import body as bodies
from .errors import MethodNotAllowedException, NotFoundException
from .operations import Contents, reset_demo, seed_demo

PREFIX = "/_secrets_console/"
_SIGNED_FOR = "secretsmanager"  # what every client can sign for
_JSON = "application/json"
# What curl and clients of AWS say of any body; whatever it is called, it is read as JSON.
_CONTENT_TYPES = (_JSON, "application/x-amz-json-1.1", "application/x-www-form-urlencoded", "text/plain")
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    result: Callable[[wsgi.Environ, str], bytes]


def answer(environ: wsgi.Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    return answered(environ, start_response, _result, _refusal, _JSON)


def refuse(environ: wsgi.Environ, start_response: Callable[..., Any], error: AwsError) -> Iterable[bytes]:
    return answered(environ, start_response, raising(error), _refusal, _JSON)


def _result(environ: wsgi.Environ, request_id: str) -> bytes:
    route = _ROUTES.get(environ["PATH_INFO"].removeprefix(PREFIX))
    if route is None:
        raise NotFoundException(f"There are {', '.join(PREFIX + name for name in _ROUTES)}.")
    if environ["REQUEST_METHOD"] != route.method:
        raise MethodNotAllowedException(f"This address is for {route.method}.")
    return route.result(environ, request_id)


def _info(_environ: wsgi.Environ, _request_id: str) -> bytes:
    """For anybody who can connect: nothing in it is secret, and nothing tells what is stored."""
    return orjson.dumps(
        {
            "Name": "Secrets Console",
            "Version": VERSION,
            "Account": settings.DEMO_ACCOUNT,
            "HomeRegion": settings.HOME_REGION,
            "Auth": settings.AUTH,
            "Demo": settings.DEMO,
            "Database": current_database().vendor,
        }
    )


def _carrying_out(name: str, run: Callable[..., Contents]) -> Callable[[wsgi.Environ, str], bytes]:
    model = service(OWN).operations[name]

    def result(environ: wsgi.Environ, request_id: str) -> bytes:
        now = datetime.now(UTC)
        body = wsgi.read_body(environ)
        caller = authenticate(wsgi.signed_request(environ, body), now, _SIGNED_FOR)
        call = call_for(environ, caller, OWN, now, request_id)
        try:
            wsgi.check_encoding(environ, *_CONTENT_TYPES)
            arguments = bodies.decode(model, body)
        except AwsError as refusal:
            audit.write(call.starting(model, OWN, read_only=False), {}, refusal)
            raise
        made = _despite_others(run, call, arguments)
        return codec.encode(model, {"Account": made.account, "Keys": made.keys, "Secrets": made.secrets})

    return result


def _despite_others(run: Callable[..., Contents], call: Call, arguments: dict[str, Any]) -> Contents:
    """On PostgreSQL what others write at the same moment can be in the way: of two, one has to begin again."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return run(call, **arguments)
        except DatabaseError:
            if current_database().vendor == "sqlite":
                raise
    return run(call, **arguments)


def _refusal(error: AwsError, _request_id: str) -> tuple[int, bytes]:
    return error.status, orjson.dumps({"__type": error.code, "Message": error.message})


_ROUTES = {
    "info": _Route("GET", _info),
    "reset": _Route("POST", _carrying_out("ResetDemo", reset_demo)),
    "seed": _Route("POST", _carrying_out("SeedDemo", seed_demo)),
}
