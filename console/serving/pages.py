"""The console's pages: WSGI in a few threads beside the event loop, each with its own database connection."""

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from console.wsgi import pages

from .whole_answer import Environ, Headers

_THREADS = 4
_LONGEST_BODY = 4 * 1024 * 1024
_SENT_AT_ONCE = 256 * 1024
_LONGEST_UNREAD_SECONDS = 20
LONGEST_WAIT_SECONDS = 5  # for the body of a request whose headers are here
_TOO_SLOW = b"The body of the request did not arrive in time."

_application: Callable[[Environ, Callable[..., Any]], Iterable[bytes]] = pages

Message = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[Message], Any]


class Pages:
    """An ASGI application; the connection has put the request's environ into its scope."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pages")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        environ: Environ = scope["environ"]
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                body = await _body(environ, receive)
        except TimeoutError:
            headers = [(b"content-type", b"text/plain"), (b"connection", b"close"), _length(_TOO_SLOW)]
            await send({"type": "http.response.start", "status": 408, "headers": headers})
            await send({"type": "http.response.body", "body": _TOO_SLOW})
            return
        if body is not None:
            environ["wsgi.input"] = io.BytesIO(body)
            loop = asyncio.get_running_loop()
            for message in await loop.run_in_executor(self._threads, _answer, environ, _Sender(loop, send)):
                await send(message)

    def close(self, in_a_thread: Callable[[], None]) -> None:
        """in_a_thread: called in one of the threads before they end."""
        self._threads.submit(in_a_thread).result()
        self._threads.shutdown()


class _Sender:
    """Sends from a page's thread, no faster than the client reads; TimeoutError if it doesn't read at all."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop, self._send = loop, send

    def __call__(self, message: Message) -> None:
        asyncio.run_coroutine_threadsafe(self._send(message), self._loop).result(_LONGEST_UNREAD_SECONDS)


async def _body(environ: Environ, receive: Receive) -> bytes | None:
    """All of it, or one byte more than is read at most; None if the client has gone away in the middle."""
    length = str(environ.get("CONTENT_LENGTH", ""))
    if length.isascii() and length.isdecimal() and int(length) > _LONGEST_BODY:
        return b""  # its length says that it is too long to be read, and Django refuses it by that
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > _LONGEST_BODY or not message.get("more_body"):
            return bytes(body[: _LONGEST_BODY + 1])


def _answer(environ: Environ, send: _Sender) -> list[Message]:
    """The messages that are left to be sent: all of them, so that no thread waits for a client; but a long answer is
    sent from here as it comes into being."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, _exc_info: Any = None) -> None:
        started.append((status, headers))

    parts = _application(environ, start_response)
    try:
        pieces = _pieces(iter(parts))
        piece, following = next(pieces), next(pieces, None)
        status, headers = started[-1]
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if following is None and piece and not any(name == b"content-length" for name, _ in encoded):
            encoded.append(_length(piece))
        left: list[Message] = [{"type": "http.response.start", "status": int(status[:3]), "headers": encoded}]
        while following is not None:
            left.append({"type": "http.response.body", "body": piece, "more_body": True})
            for message in left:
                send(message)
            left = []
            piece, following = following, next(pieces, None)
        return [*left, {"type": "http.response.body", "body": piece}]
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Put together to a size worth sending; at least one."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= _SENT_AT_ONCE:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(body)).encode()
