"""Runs one step of a function behind an address that speaks Lambda's Invoke: the Runtime Interface Emulator in AWS's
base images, `sam local start-lambda`, another emulator. Facts: rotation.md 4.1 and 4.2.

Only addresses that the administrator of this server named (ROTATION_INVOKE_HOSTS) are called: whoever may make
functions must not reach through this server what they can't reach themselves. Names are resolved once per step;
redirects aren't followed; what comes back is bounded.
"""

import base64
import binascii
import http.client
import json
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.conf import settings

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey
from secrets_app.rotation import invocation
from secrets_app.rotation.invocation import Answer, Event, GivenUp, KeepWaiting

_PORTS = {"http": 80, "https": 443}
_MOST_BYTES = 1024**2
# Never cut: half a value would not be recognised as one.
_LONGEST_MESSAGE = 5_000
_TOO_LONG = "The message is withheld, because it is too long to look for secret values in it."


def refusal(url: str) -> str:
    """Why this server doesn't call the address; "" if it does."""
    address = urlsplit(url)
    if address.scheme not in _PORTS or not address.hostname:
        return "An Invoke address starts with http:// or https:// and names a host."
    if address.username is not None or address.query or address.fragment:
        return "An Invoke address has no user, no query and no fragment."
    try:
        port = address.port or _PORTS[address.scheme]
    except ValueError:
        return "An Invoke address has a port from 1 to 65535."
    host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
    if f"{host}:{port}" in settings.ROTATION_INVOKE_HOSTS:
        return ""
    return (
        f"This server may not call {host}:{port}. Its administrator allows addresses by ROTATION_INVOKE_HOSTS, a list "
        "of HOST:PORT."
    )


def invoke(function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting) -> Answer:
    """Raises GivenUp."""
    refused = refusal(function.invoke_url)
    if refused:
        return Answer(error=refused, log="")
    exchange = _Exchange(function, json.dumps(event).encode(), key)
    deadline = time.monotonic() + invocation.seconds_of(function)
    exchange.start()
    while (left := deadline - time.monotonic()) > 0:
        exchange.join(min(left, invocation.HEARTBEAT_SECONDS))
        if not exchange.is_alive():
            return exchange.answer
        if not keep_waiting():
            exchange.abort()
            raise GivenUp
    exchange.abort()
    return Answer(error=f"Task timed out after {invocation.seconds_of(function)} seconds", log="")


class _Exchange(threading.Thread):
    """One request and its answer, beside the one who waits: it has to go on renewing its lease."""

    def __init__(self, function: RotationFunction, body: bytes, key: NewAccessKey) -> None:
        super().__init__(daemon=True)
        self._function, self._body, self._key = function, body, key
        self._stream: socket.socket | None = None
        self.answer = Answer(error="The address gave no answer", log="")

    def run(self) -> None:
        try:
            self.answer = _read(self._send())
        except (OSError, http.client.HTTPException) as error:
            self.answer = Answer(error=f"The address can't be reached: {type(error).__name__}: {error}", log="")
        finally:
            if self._stream is not None:
                self._stream.close()

    def abort(self) -> None:
        """What still waits for an answer stops waiting."""
        if self._stream is not None:
            with suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)

    def _send(self) -> "_Reply":
        address = urlsplit(self._function.invoke_url)
        path = _path(address, self._function.name)
        self._stream = _connected(address, invocation.seconds_of(self._function))
        connection = http.client.HTTPConnection(address.netloc)
        connection.sock = self._stream
        connection.request("POST", path, self._body, _headers(address, path, self._function, self._body, self._key))
        response = connection.getresponse()
        body = response.read(_MOST_BYTES + 1)
        return _Reply(response.status, body, {name.lower(): value for name, value in response.getheaders()})


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


def _path(address: SplitResult, name: str) -> str:
    """An address without a path is that of the service: the path is Invoke's, for the function of this name."""
    if address.path not in ("", "/"):
        return address.path
    return f"/2015-03-31/functions/{quote(name, safe='')}/invocations"


def _connected(address: SplitResult, seconds: int) -> socket.socket:
    """The name is resolved here, and nowhere else. No proxy of the environment is asked."""
    host = address.hostname or ""
    stream = socket.create_connection((host, address.port or _PORTS[address.scheme]), timeout=seconds)
    if address.scheme == "https":
        return ssl.create_default_context().wrap_socket(stream, server_hostname=host)
    return stream


def _headers(
    address: SplitResult, path: str, function: RotationFunction, body: bytes, key: NewAccessKey
) -> dict[str, str]:
    """Signed as Invoke is, since some emulators read the signature's shape. The session token stays here: with it, the
    key would be of use to whoever reads the request."""
    request = AWSRequest(
        "POST",
        f"{address.scheme}://{address.netloc}{path}",
        {"Content-Type": "application/json", "X-Amz-Invocation-Type": "RequestResponse"},
        body,
    )
    SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), "lambda", function.region).add_auth(request)
    return dict(request.headers.items())


# --- the answer ------------------------------------------------------------------------------------


def _read(reply: _Reply) -> Answer:
    log = _log(reply.headers.get("x-amz-log-result", ""))
    if len(reply.body) > _MOST_BYTES:
        return Answer(error=f"The answer is longer than {_MOST_BYTES // 1024**2} MB", log=log)
    return Answer(error=_error(reply), log=log)


def _error(reply: _Reply) -> str:
    """Clean is a 2xx without X-Amz-Function-Error whose body is JSON, and isn't what a failed function returns: the
    Runtime Interface Emulator leaves the header out, and tells of a timeout in plain text."""
    try:
        content = json.loads(reply.body or b"null")
    except (ValueError, RecursionError):
        content = None
        if 200 <= reply.status < 300:
            return _whole(f"The answer is not JSON: {reply.body.decode(errors='replace')}")
    told = content if isinstance(content, dict) else {}
    if not 200 <= reply.status < 300:
        kind = reply.headers.get("x-amzn-errortype", "").split(":")[0] or told.get("Type", "")
        message = told.get("Message", told.get("message", ""))
        return _whole(f"The address answered HTTP {reply.status} {kind}: {message}".rstrip(": "))
    if "errorMessage" in told and "errorType" in told:
        return _whole(f"{told['errorType']}: {told['errorMessage']}")
    failed = reply.headers.get("x-amz-function-error", "")
    return _whole(f"The function failed ({failed}): {told.get('errorMessage', '')}".rstrip(": ")) if failed else ""


def _whole(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else _TOO_LONG


def _log(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""
