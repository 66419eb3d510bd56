"""The way from a client to our endpoint without a socket: a signed HTTP request becomes a WSGI environ.

boto3 signs, serialises and parses for real; only the transport is ours. `Wire` sends what boto3 never would.
"""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from django.db import connections

from secrets_app import front_door
from secrets_app.aws_json import endpoint
from secrets_app.principals import NewAccessKey

ENDPOINT = "http://127.0.0.1:8000"
HOME = "us-west-2"


class Refusal(NamedTuple):
    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # lower-case names
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.body))

    @property
    def error(self) -> str:
        return str(self.json["__type"])


def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """As a server would hand the request on."""
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1") or "/",
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = _text(value)
    started: list[tuple[int, dict[str, str]]] = []

    def start_response(status: str, sent: list[tuple[str, str]]) -> None:
        started.append((int(status[:3]), {name.lower(): value for name, value in sent}))

    assert front_door.is_api_request(environ)
    with _the_tests_transaction_kept_open():
        content = b"".join(front_door.answer(environ, start_response))
    return Answer(*started[0], content)


def _the_tests_transaction_kept_open() -> AbstractContextManager[Any]:
    """A request begins by dropping what a request before it left behind; Django's own test client sees to it too."""
    if connections["default"].in_atomic_block:
        return patch.object(endpoint, "replace_dropped_connection")
    return nullcontext()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value.encode().decode("latin-1")


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _through_the_endpoint(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    body: Any = request.body or b""
    headers: Any = request.headers
    answer = send(request.method, request.url, headers, body.encode() if isinstance(body, str) else body)
    answered: Any = answer.headers
    return AWSResponse(request.url, answer.status, answered, _Raw(answer.body))


@cache
def _session() -> Any:
    """One for all: it reads the service models once."""
    return boto3.Session()


def client(key: NewAccessKey, *, service: str = "secretsmanager", region: str = HOME) -> Any:
    """A boto3 client whose requests are answered in process."""
    made = _session().client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.session_token or None,
        config=Config(retries={"total_max_attempts": 1}),
    )
    made.meta.events.register("before-send", _through_the_endpoint)
    return made


class Wire:
    """Raw requests, signed by botocore: bodies and headers that boto3 would not send."""

    def __init__(self, key: NewAccessKey, *, region: str = HOME) -> None:
        self.key, self.region = key, region

    def post(
        self,
        operation: str,
        document: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        url: str = ENDPOINT + "/",
        method: str = "POST",
        unsigned: Mapping[str, str] | None = None,
        service: str = "secretsmanager",
    ) -> Answer:
        """operation: "GetSecretValue", or a whole X-Amz-Target if it has a dot; "" sends none."""
        content = json.dumps({} if document is None else document).encode() if body is None else body
        sent = {"Content-Type": "application/x-amz-json-1.1", **(headers or {})}
        if operation:
            sent["X-Amz-Target"] = operation if "." in operation else f"secretsmanager.{operation}"
        signed = self.sign(method, url, sent, content, service=service)
        return send(method, url, {**signed, **(unsigned or {})}, content)

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, service: str = "secretsmanager"
    ) -> dict[str, str]:
        request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
        key = self.key
        credentials = Credentials(key.access_key_id, key.secret_access_key, key.session_token or None)
        SigV4Auth(credentials, service, self.region).add_auth(request)
        return {name: str(value) for name, value in request.headers.items()}


def refused(operation: Callable[..., Any], *, status: int = 400, **arguments: Any) -> Refusal:
    """What boto3 makes of the refusal. A modelled error also has its message as a member, spelt as its model spells
    it: with a capital by Secrets Manager, small by KMS, not at all in the query protocol."""
    with pytest.raises(ClientError) as error:
        operation(**arguments)
    response: Any = error.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    message = response["Error"].get("Message", "")
    if type(error.value) is not ClientError:
        service = operation.__self__.meta.service_model.service_name  # type: ignore[attr-defined]  # a client's method
        spelt = {"kms": "message", "secretsmanager": "Message"}.get(service)
        assert spelt is None or response.get(spelt, "") == message
    return Refusal(response["Error"]["Code"], message)
