"""Functions behind an address: Lambda's Invoke on the wire, and every way in which the other side can fail."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from secrets_app.models import RotationFunction
from secrets_app.rotation import functions, invocation, invoke_address
from secrets_app.rotation.functions import Answer, GivenUp
from tests.secrets_app.rotation.test_functions import EVENT, KEY

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])


@dataclass
class Endpoint:
    """What is answered, and what was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b"null"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    found = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  its name there
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(found.seconds)
            try:
                self.send_response(found.status)
                for name, value in found.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(found.body)
            except OSError:
                return

        def log_message(self, *_arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    settings.ROTATION_INVOKE_HOSTS = [f"127.0.0.1:{server.server_port}"]
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


def call(url: str, *, seconds: int = 5, waiting: bool = True) -> Answer:
    function = RotationFunction(
        account_id="123456789012",
        region="us-west-2",
        name="rotate",
        kind="invoke",
        invoke_url=url,
        timeout_seconds=seconds,
    )
    return functions.invoke(function, EVENT, KEY, lambda: waiting)


def test_the_event_is_sent_as_lambdas_invoke_is(endpoint: Endpoint) -> None:
    """Signed for the service lambda, without the session token: the key is of no use to whoever reads the request."""
    answer = call(endpoint.url + "/2015-03-31/functions/function/invocations")

    ((path, headers, body),) = endpoint.asked
    assert (answer.error, answer.log) == ("", "")
    assert path == "/2015-03-31/functions/function/invocations"
    assert json.loads(body) == EVENT
    assert headers["x-amz-invocation-type"] == "RequestResponse"
    assert "/us-west-2/lambda/aws4_request" in headers["authorization"]
    assert "x-amz-security-token" not in headers
    assert KEY.session_token not in str(headers) + body.decode()
    assert KEY.secret_access_key not in str(headers) + body.decode()


@pytest.mark.parametrize("path", ["", "/"])
def test_an_address_without_a_path_gets_that_of_the_functions_name(endpoint: Endpoint, path: str) -> None:
    call(endpoint.url + path)

    assert endpoint.asked[0][0] == "/2015-03-31/functions/rotate/invocations"


def test_a_log_that_comes_along_is_kept(endpoint: Endpoint) -> None:
    endpoint.headers["X-Amz-Log-Result"] = base64.b64encode(b"START\nhello\n").decode()

    assert call(endpoint.url).log == "START\nhello\n"


@pytest.mark.parametrize("body", [b"null", b"", b"{}", b'"done"', b'{"errorMessage": "mine"}', b"[1, 2]"])
def test_whatever_a_function_returns_is_ignored(endpoint: Endpoint, body: bytes) -> None:
    endpoint.body = body

    assert call(endpoint.url).error == ""


FAILED = json.dumps({"errorMessage": "no such user", "errorType": "ValueError", "stackTrace": []}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "error"),
    [
        (200, {"X-Amz-Function-Error": "Unhandled"}, FAILED, "ValueError: no such user"),
        (200, {}, FAILED, "ValueError: no such user"),  # the Runtime Interface Emulator's
        (200, {"X-Amz-Function-Error": "Handled"}, b"null", "The function failed (Handled)"),
        (200, {}, b"Task timed out after 3.00 seconds", "The answer is not JSON: Task timed out after 3.00 seconds"),
        (200, {}, b"[" * 100_000, "The message is withheld, because it is too long to look for secret values in it."),
        (
            404,
            {"x-amzn-errortype": "ResourceNotFoundException"},
            b'{"Type": "User", "Message": "Function not found"}',
            "The address answered HTTP 404 ResourceNotFoundException: Function not found",
        ),
        (429, {}, b'{"Type": "User", "message": "Rate exceeded"}', "The address answered HTTP 429 User: Rate exceeded"),
        (500, {}, b"<html>", "The address answered HTTP 500"),
        (302, {"Location": "http://127.0.0.1:1/"}, b"", "The address answered HTTP 302"),
        (200, {}, b'"' + b"x" * 1024**2 + b'"', "The answer is longer than 1 MB"),
    ],
)
def test_anything_but_a_clean_answer_is_a_failure(
    endpoint: Endpoint, status: int, headers: dict[str, str], body: bytes, error: str
) -> None:
    endpoint.status, endpoint.headers, endpoint.body = status, headers, body

    assert call(endpoint.url).error == error


def test_an_address_where_nobody_is_fails(endpoint: Endpoint, settings: Any) -> None:
    settings.ROTATION_INVOKE_HOSTS = ["127.0.0.1:9"]

    assert call("http://127.0.0.1:9").error.startswith("The address can't be reached: ConnectionRefusedError")


def test_tls_is_verified(endpoint: Endpoint) -> None:
    answer = call(endpoint.url.replace("http:", "https:"))

    assert answer.error.startswith("The address can't be reached: SSLError")


def test_a_function_that_hangs_is_given_up_when_its_time_is_over(endpoint: Endpoint) -> None:
    endpoint.seconds = 3
    started = time.monotonic()

    assert call(endpoint.url, seconds=1).error == "Task timed out after 1 seconds"
    assert time.monotonic() - started < 2.5


def test_a_step_nobody_waits_for_any_more_is_left(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "HEARTBEAT_SECONDS", 0.05)
    endpoint.seconds = 1

    with pytest.raises(GivenUp):
        call(endpoint.url, seconds=60, waiting=False)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "may not call 169.254.169.254:80"),
        ("http://127.0.0.1:8000", "may not call 127.0.0.1:8000"),
        ("https://lambda.internal", "may not call lambda.internal:443"),
        ("http://LAMBDA.internal:9001", "may not call lambda.internal:9001"),
        ("http://[::1]:9001/", "may not call [::1]:9001"),
        ("http://lambda.internal:9000@127.0.0.1:8000/", "no user"),
        ("http://lambda.internal:9000?x=1", "no query"),
        ("http://lambda.internal:99999", "a port from 1 to 65535"),
        ("file:///etc/passwd", "starts with http"),
        ("gopher://lambda.internal:9000", "starts with http"),
        ("http:///path", "names a host"),
    ],
)
def test_only_what_the_administrator_allowed_is_called(settings: Any, url: str, reason: str) -> None:
    settings.ROTATION_INVOKE_HOSTS = ["lambda.internal:9000", "[::1]:9000"]

    assert reason in invoke_address.refusal(url)
    assert call(url).error == invoke_address.refusal(url)


def test_what_is_allowed_is_allowed_however_it_is_written(settings: Any) -> None:
    settings.ROTATION_INVOKE_HOSTS = ["lambda.internal:9000", "[::1]:9000", "fn.example.com:443"]

    for url in ("http://LAMBDA.internal:9000/x", "http://[::1]:9000", "https://fn.example.com/2015-03-31/functions/f"):
        assert invoke_address.refusal(url) == ""
