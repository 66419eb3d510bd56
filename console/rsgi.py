"""What granian calls: API requests are answered in the event loop's thread, pages in a few threads beside it.

A request is answered only when it is there as a whole, so a client that hangs in the middle of one holds nobody up.
API requests run one after another with one database connection: SQLite then reads without a lock or a cold cache, and
the events of answers that are ready at one moment share one commit (docs/decisions/0012). Pages run as WSGI does it.
"""

import asyncio
import contextvars
import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # its public name, of a private module

from console.wsgi import pages
from secrets_app import audit, front_door, statements
from secrets_app.aws_json.wsgi import LONGEST_BODY, environ_key
from secrets_app.errors import InternalServiceError, RequestTimeoutException

_PAGE_THREADS = 4
_LONGEST_PAGE_BODY = 4 * 1024 * 1024
_LONGEST_WAIT_SECONDS = 5  # for the body of a request whose headers are here
_TOO_SLOW = "The body of the request did not arrive in time."
_CLOSE = ("Connection", "close")

Answer = tuple[int, list[tuple[str, str]], bytes]
Environ = dict[str, Any]


class Scope(Protocol):
    """Of granian: what is known of a request before its body. headers.items(): names in lower case, repeated ones each
    by themselves; values that aren't ASCII are missing."""

    proto: str
    http_version: str
    client: str  # "127.0.0.1:54321"
    server: str
    scheme: str
    method: str
    path: str  # decoded
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Any: ...


class Application:
    def __init__(self) -> None:
        self._api: _Api
        self._page_threads = ThreadPoolExecutor(_PAGE_THREADS, thread_name_prefix="pages")
        self._reading: dict[asyncio.Task[Any], float] = {}

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Of each worker, in its own process."""
        # Django guards its database against event loops, where one request's connection could get into another's
        # hands. Here none can: an API request runs from its begin to its end without giving the loop back.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        self._api = _Api(loop)
        self._end_what_hangs(loop)

    def _end_what_hangs(self, loop: asyncio.AbstractEventLoop) -> None:
        """Every so often; a timer for each request would cost all of them for the sake of a few."""
        for task, since in list(self._reading.items()):
            if time.monotonic() - since > _LONGEST_WAIT_SECONDS:
                task.cancel()
        loop.call_later(_LONGEST_WAIT_SECONDS / 4, self._end_what_hangs, loop)

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        if scope.proto == "http":
            environ = environ_of(scope)
            answer_to = self._api_answer if front_door.is_api_request(environ) else self._page
            with suppress(ProtocolClosed):  # the client has gone away in the middle of its request
                protocol.response_bytes(*await answer_to(environ, protocol))

    async def _api_answer(self, environ: Environ, protocol: Any) -> Answer:
        try:
            environ["wsgi.input"] = await self._body(environ, protocol, LONGEST_BODY)
        except TimeoutError:
            status, headers, body = self._api.refused(environ, RequestTimeoutException(_TOO_SLOW))
            return status, [*headers, _CLOSE], body
        return await self._api.answer(environ)

    async def _page(self, environ: Environ, protocol: Any) -> Answer:
        try:
            environ["wsgi.input"] = await self._body(environ, protocol, _LONGEST_PAGE_BODY)
        except TimeoutError:
            return 408, [("Content-Type", "text/plain"), _CLOSE], _TOO_SLOW.encode()
        return await asyncio.get_running_loop().run_in_executor(self._page_threads, _collected, pages, environ)

    async def _body(self, environ: Environ, protocol: Any, most: int) -> io.BytesIO:
        """All of it, or one byte more than `most`; nothing where its length says that it is too long to be read."""
        length = environ.get("CONTENT_LENGTH", "")
        # HTTP/1 has a body only where it says so; HTTP/2 ends its streams by itself.
        is_told = length or "HTTP_TRANSFER_ENCODING" in environ or not environ["SERVER_PROTOCOL"].startswith("HTTP/1")
        if length == "0" or not is_told:
            return io.BytesIO()
        if length.isascii() and length.isdecimal() and int(length) > most:
            return io.BytesIO()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  this is one
        self._reading[task] = time.monotonic()
        try:
            return io.BytesIO(await (protocol() if length else _chunks(protocol, most)))
        except asyncio.CancelledError:
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._reading[task]


class _Api:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._events: list[audit.Row] = []
        # One context for all requests: the connection that a first one opens is there for the next.
        self._context = contextvars.copy_context()
        self._context.run(audit.collect_in, self._events)
        # Once the loop runs: Django knows a connection by the context only then, and by the thread before.
        loop.call_soon(statements.stay_with_database, context=self._context)
        self._waiting: list[asyncio.Future[None]] = []

    async def answer(self, environ: Environ) -> Answer:
        answer = self._context.run(_collected, front_door.answer, environ)
        if self._events:
            try:
                await self._committed()
            except Exception:
                # Nothing happens unaudited: without its event the answer stays here.
                answer = self.refused(environ, InternalServiceError("The audit trail could not be written."))
        return answer

    def refused(self, environ: Environ, error: InternalServiceError | RequestTimeoutException) -> Answer:
        """In the same context: outside of it, each refusal would open a database connection of its own."""

        def refuse(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            return front_door.refuse(environ, start_response, error)

        return self._context.run(_collected, refuse, environ)

    async def _committed(self) -> None:
        """Until the events of this moment are committed, together with those of whoever else waits."""
        if not self._waiting:
            self._loop.call_soon(self._commit)
        ours = self._loop.create_future()
        self._waiting.append(ours)
        await ours

    def _commit(self) -> None:
        events, waiting = self._events[:], self._waiting[:]
        self._events.clear()
        self._waiting.clear()
        failure: Exception | None = None
        try:
            self._context.run(audit.commit, events)
        except Exception as error:
            failure = error
        for each in waiting:
            if not each.done():
                each.set_exception(failure) if failure else each.set_result(None)


def environ_of(scope: Scope) -> Environ:
    """As WSGI has it. Names with an underscore are left out: they would pass for others with a hyphen."""
    address, _, port = scope.client.rpartition(":")
    server, _, server_port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "REMOTE_ADDR": address.strip("[]"),
        "REMOTE_PORT": port,
        "SERVER_NAME": server,
        "SERVER_PORT": server_port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = environ_key(name)
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ


async def _chunks(protocol: Any, most: int) -> bytes:
    body = bytearray()
    async for part in protocol:
        body += part
        if len(body) > most:
            break
    return bytes(body[: most + 1])


def _collected(application: Callable[[Environ, Callable[..., Any]], Iterable[bytes]], environ: Environ) -> Answer:
    """A WSGI application's whole answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        started.append((status, headers))

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()
    status, headers = started[-1]
    return int(status[:3]), headers, body


application = Application()
