"""One connection of a client: uvicorn's, but an API request goes around ASGI, straight to Api.

Tasks, events and messages of ASGI would cost GetSecretValue as much as its signature, policies and decryption together
(docs/decisions/0012). Pages, and whatever else HTTP/1.1 asks for, are left to uvicorn.
"""

import asyncio
import io
import sys
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from secrets_app import front_door
from secrets_app.aws_json.wsgi import LONGEST_BODY, environ_key
from secrets_app.errors import RequestTimeoutException

from .api import Api
from .whole_answer import Answer, Environ

LONGEST_WAIT_SECONDS = 5  # for all of a request
LONGEST_IDLE_SECONDS = 75  # between two; the pools of clients let go after a minute
_LONGEST_UNREAD_SECONDS = 30
_LONGEST_LINGER_SECONDS = 2
_LONGEST_HEAD = 64 * 1024
_MOST_KEYS = 256
_TOO_SLOW = "The body of the request did not arrive in time."
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}

_keys: dict[bytes, str] = {}  # of environ, by the header's name as it was sent


class ApiRequest:
    """In the place of uvicorn's RequestResponseCycle, with the members that a connection asks one for."""

    __slots__ = (
        "body",
        "disconnected",
        "environ",
        "is_due",
        "is_read",
        "is_whole",
        "keep_alive",
        "response_complete",
        "size",
    )

    message_event = asyncio.Event()  # nobody waits for it

    def __init__(self, environ: Environ, *, keep_alive: bool) -> None:
        self.environ = environ
        self.keep_alive = keep_alive
        self.body: list[bytes] = []
        self.size = 0
        self.is_due = False  # every earlier request of this connection is answered
        self.is_whole = False  # or needs no more to be refused
        self.is_read = False  # the client has nothing more to send
        self.response_complete = False
        self.disconnected = False


class _Flow(FlowControl):
    """Asks nothing of a transport that is closing, of which the connection hears a moment later."""

    def pause_reading(self) -> None:
        if not self._transport.is_closing():
            super().pause_reading()

    def resume_reading(self) -> None:
        if not self._transport.is_closing():
            super().resume_reading()


class _Outlet:
    """The transport as uvicorn's cycles use it, where a page may be ready just after its client has gone."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.is_closing, self.close = transport.is_closing, transport.close

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)


class Connection(HttpToolsProtocol):
    cycle: Any  # the request that came last, an ApiRequest or uvicorn's
    pipeline: Any  # those that wait for their turn behind the one being answered

    def __init__(self, api: Api, config: Config, server_state: ServerState, **others: Any) -> None:
        super().__init__(config, server_state, **others)
        self._api = api
        self._of_connection: Environ = {}
        self._environ: Environ = {}
        self._offers_upgrade: Environ | None = None
        self._ready: ApiRequest | None = None
        self._in_head = False
        self._head_size = 0
        self._has_completed = False
        self._waits_since = time.monotonic()
        self._is_lingering = False
        self._is_stalled = False
        self._unread_since = 0.0

    # --- What the loop calls -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport)
        host, port = self.client or ("", 0)
        server, server_port = self.server or ("", 0)
        self._of_connection = {
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "REMOTE_ADDR": host,
            "REMOTE_PORT": str(port),
            "SERVER_NAME": server,
            "SERVER_PORT": str(server_port),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }

    def data_received(self, data: bytes) -> None:
        if self._is_lingering:
            return
        self._unset_keepalive_if_required()
        self._has_completed = False
        self._parse(data)
        if self._in_head and not self._has_completed:  # else most of the data belongs to requests before it
            self._head_size += len(data)
            if self._head_size > _LONGEST_HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        self._answer_what_is_ready()

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = self._without_upgrade(data[upgrade.args[0] :])
            except httptools.HttpParserError:
                self._refuse(HTTPStatus.BAD_REQUEST)
                return

    def _without_upgrade(self, rest: bytes) -> bytes:
        """Nothing is offered here to upgrade to, so the request stays what it is (RFC 9110, 7.8), body and all; this
        parser would leave it there. A new one is told again how long the body is."""
        environ = self._environ
        if (method := environ["REQUEST_METHOD"]) == "CONNECT":
            self._refuse(HTTPStatus.BAD_REQUEST)
            return b""
        self._offers_upgrade = environ
        self.parser = httptools.HttpRequestParser(self)
        if "HTTP_TRANSFER_ENCODING" in environ:
            framing = f"Transfer-Encoding: {environ['HTTP_TRANSFER_ENCODING']}"
        else:
            framing = f"Content-Length: {environ.get('CONTENT_LENGTH', '0')}"
        then = "close" if "close" in environ["HTTP_CONNECTION"].lower() else "keep-alive"
        return f"{method} / HTTP/1.1\r\n{framing}\r\nConnection: {then}\r\n\r\n".encode("latin-1") + rest

    def pause_writing(self) -> None:
        self._unread_since = time.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_stalled:
            self._is_stalled = False
            self._start_next()

    def end_what_hangs(self, now: float) -> None:
        """Called every so often; a timer for each request would cost all of them for the sake of a few."""
        waited = now - self._waits_since
        request = self.cycle
        if self.flow.write_paused and now - self._unread_since > _LONGEST_UNREAD_SECONDS:
            self.transport.abort()
        elif self._is_lingering:
            if waited > _LONGEST_LINGER_SECONDS:
                self.transport.abort()
        elif self._in_head:
            if waited > LONGEST_WAIT_SECONDS:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif isinstance(request, ApiRequest) and not request.is_whole:
            if waited > LONGEST_WAIT_SECONDS and request.is_due:
                request.is_whole, request.keep_alive = True, False
                self._deliver(request, self._api.refused(request.environ, RequestTimeoutException(_TOO_SLOW)))
        elif (request is None or request.response_complete) and waited > LONGEST_IDLE_SECONDS:
            self.transport.close()

    # --- What the parser calls ---------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.url = b""
        self._in_head = True
        self._head_size = 0
        self._waits_since = time.monotonic()
        self._environ = self._of_connection.copy()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Repeated ones are joined; the trailers of a chunked body are nobody's."""
        if self._in_head and (key := _keys.get(name) or _key(name)):
            text = value.decode("latin-1")
            if key in self._environ:
                text = f"{self._environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
            self._environ[key] = text

    def on_headers_complete(self) -> None:
        self._in_head = False
        if (offering := self._offers_upgrade) is not None:
            self._offers_upgrade = None
            self._begin_request(offering)
            return
        environ = self._environ
        version = self.parser.get_http_version()
        environ["SERVER_PROTOCOL"] = f"HTTP/{version}"
        environ["REQUEST_METHOD"] = self.parser.get_method().decode("ascii")
        if self.url == b"/":
            environ["PATH_INFO"] = "/"
        else:
            parsed = httptools.parse_url(self.url)
            environ["PATH_INFO"] = unquote_to_bytes(parsed.path or b"/").decode("latin-1")
            environ["QUERY_STRING"] = (parsed.query or b"").decode("latin-1")
        if not self.parser.should_upgrade():
            self._begin_request(environ)

    def on_body(self, body: bytes) -> None:
        request = self.cycle
        if not isinstance(request, ApiRequest):
            super().on_body(body)
        elif not request.is_whole:
            request.body.append(body)
            request.size += len(body)
            if request.size > LONGEST_BODY:
                request.keep_alive = False
                self._complete(request)

    def on_message_complete(self) -> None:
        self._has_completed = True
        if self.parser.should_upgrade():
            return  # _without_upgrade() comes next
        request = self.cycle
        if not isinstance(request, ApiRequest):
            super().on_message_complete()
            return
        request.is_read = True
        if not request.is_whole:
            self._complete(request)

    # --- Requests, in turn -------------------------------------------------------------------------

    def _begin_request(self, environ: Environ) -> None:
        if front_door.is_api_request(environ):
            keep_alive = environ["SERVER_PROTOCOL"] != "HTTP/1.0" and self.parser.should_keep_alive()
            self._begin(ApiRequest(environ, keep_alive=keep_alive))
        else:
            self._begin_page(environ)

    def _begin(self, request: ApiRequest) -> None:
        length = request.environ.get("CONTENT_LENGTH", "")
        if length.isdecimal() and int(length) > LONGEST_BODY:
            request.keep_alive, request.is_whole = False, True  # refused by its length, unread
        elif request.environ.get("HTTP_EXPECT", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        before, self.cycle = self.cycle, request
        if before is None or before.response_complete:
            self._start(request)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((request, self.app))

    def _begin_page(self, environ: Environ) -> None:
        """uvicorn's way: only now, since its scope is nothing that an API request needs."""
        url = self.url
        super().on_message_begin()
        self.url = url
        self.expect_100_continue = environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        self.scope["environ"] = environ  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()
        self.cycle.transport = _Outlet(self.transport)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """How uvicorn says that it is this one's turn."""
        if isinstance(cycle, ApiRequest):
            self._start(cycle)
            self._answer_what_is_ready()
        else:
            super()._start_asgi_task(cycle, app)

    def _start(self, request: ApiRequest) -> None:
        request.is_due = True
        if request.is_whole:
            self._ready = request

    def _complete(self, request: ApiRequest) -> None:
        request.is_whole = True
        if request.is_due:
            self._ready = request

    def _answer_what_is_ready(self) -> None:
        """Not in the parser's hands, which would take whatever goes wrong for a fault of the client's."""
        request, self._ready = self._ready, None
        if request is not None:
            request.environ["wsgi.input"] = io.BytesIO(b"".join(request.body))
            self._api.answer(request.environ, lambda answer: self._deliver(request, answer))

    def _deliver(self, request: ApiRequest, answer: Answer) -> None:
        if self.transport.is_closing():
            return
        status, headers, body = answer
        lines = [f"{name}: {value}\r\n" for name, value in headers]
        if not request.keep_alive:
            lines.append("Connection: close\r\n")
        head = f"{_STATUS_LINES[status]}{''.join(lines)}\r\n".encode("latin-1")
        self.transport.write(head if request.environ["REQUEST_METHOD"] == "HEAD" else head + body)
        request.response_complete = True
        self.server_state.total_requests += 1
        self._waits_since = time.monotonic()
        if not request.keep_alive:
            self.transport.close() if request.is_read else self._linger()
        elif not self.pipeline:
            self.flow.resume_reading()
        elif self.flow.write_paused:
            self._is_stalled = True
        else:
            self._start_next()

    def _start_next(self) -> None:
        cycle, app = self.pipeline.pop()
        if not self.pipeline:
            self.flow.resume_reading()
        self._start_asgi_task(cycle, app)

    # --- The end -----------------------------------------------------------------------------------

    def _refuse(self, status: HTTPStatus) -> None:
        """What is no request, or never becomes one. What came before it is answered first."""
        self._in_head = False
        before = self.cycle
        if before is not None and not before.response_complete:
            if not isinstance(before, ApiRequest) or before.is_whole:
                before.keep_alive = False
                self._linger(half_closed=False)
                return
            before.response_complete = True  # it is this one
        body = f"{status.phrase}.".encode()
        head = f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.transport.write(f"{_STATUS_LINES[status]}{head}".encode() + body)
        self._linger()

    def _linger(self, *, half_closed: bool = True) -> None:
        """Close, but read on for a moment: a client that is still sending would be reset before it has read why."""
        self._is_lingering = True
        self._waits_since = time.monotonic()
        self.flow.resume_reading()
        if half_closed and self.transport.can_write_eof():
            self.transport.write_eof()


def _key(name: bytes) -> str:
    """ "" for a name with an underscore: it would pass for another with a hyphen."""
    if b"_" in name:
        return ""
    key = environ_key(name.decode("latin-1").lower())
    if len(_keys) < _MOST_KEYS:
        _keys[name] = key
    return key
