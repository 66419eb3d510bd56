"""A client that sends or reads slowly, or never, must not keep a worker from everybody else.

A worker has one thread, and it can't be called back from waiting for a body. So a second thread watches how long the
first one has waited, answers 408 in its place, and shuts the connection down, which ends the wait. Once that has
happened, bodies are waited for much more briefly for a while: such clients come in numbers.
What else was tried: docs/decisions/0012-slow-clients.md
"""

import io
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from secrets_app import audit
from secrets_app.aws_json import wsgi
from secrets_app.aws_json.endpoint import JSON
from secrets_app.errors import RequestTimeoutException

LONGEST_WAIT_SECONDS = 2.0
LONGEST_WAIT_UNDER_SIEGE_SECONDS = 0.25
SIEGE_SECONDS = 30.0
_BETWEEN_LOOKS_SECONDS = 0.05
_TO_ANSWER_SECONDS = 0.02
_LONGEST_TO_ANSWER_SECONDS = 1.0
# Of Linux's struct tcp_info: tcpi_state, tcpi_last_data_sent, tcpi_data_segs_out.
_TCP_INFO = struct.Struct("=B43xI108xI")
_ESTABLISHED, _CLOSE_WAIT = 1, 8
_TICK_MILLISECONDS = 10  # to which the kernel knows it
_CLOSE = ("Connection", "close")

_waiting: dict[int, float] = {}  # thread -> since when it waits for a body


def wait_for_body(environ: dict[str, Any]) -> None:
    """Put the whole body in place of the stream it comes from; of one that is too long, nothing."""
    length = environ.get("CONTENT_LENGTH") or ""
    wanted = wsgi.LONGEST_BODY + 1  # of a body without a length, as of one whose length is nonsense
    if length.isascii() and length.isdecimal():
        wanted = int(length)
        if wanted == 0 or wanted > wsgi.LONGEST_BODY:  # refused later on, by its length
            environ["wsgi.input"] = io.BytesIO()
            return
    elif environ["REQUEST_METHOD"] in ("GET", "HEAD") and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    thread = threading.get_ident()
    _waiting[thread] = time.monotonic()
    try:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(wanted))
    finally:
        del _waiting[thread]


def whole(answer: Iterable[bytes]) -> list[bytes]:
    """The answer read to its end at once: handed over piece by piece, it would keep the thread as long as the client
    likes to take."""
    try:
        return list(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def watch() -> None:
    """For as long as this process lives."""
    threading.Thread(target=_watch, name="slow-clients", daemon=True).start()


def _watch() -> None:
    siege_ends = 0.0
    while True:
        time.sleep(_BETWEEN_LOOKS_SECONDS)
        now = time.monotonic()
        longest = LONGEST_WAIT_UNDER_SIEGE_SECONDS if now < siege_ends else LONGEST_WAIT_SECONDS
        for thread, since in list(_waiting.items()):
            if now - since > longest and _give_up(thread, since):
                siege_ends = now + SIEGE_SECONDS


def _give_up(thread: int, since: float) -> bool:
    """granian keeps the way to answer in a local variable of the function that calls us, and hands it to nobody.
    tests/live/test_slow_clients.py notices when that changes."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if frame.f_code.co_name == "_runner" and "proto" in frame.f_locals:
            body, headers = _refusal()
            answered_at = time.monotonic()
            frame.f_locals["proto"].response_bytes(RequestTimeoutException.status, headers, body)
            port = int(frame.f_locals["scope"]["SERVER_PORT"])
            while _waiting.get(thread) == since and time.monotonic() - answered_at < _LONGEST_TO_ANSWER_SECONDS:
                time.sleep(_TO_ANSWER_SECONDS)
                _shut_down(port, answered_at, thread, since)
            return True
        frame = frame.f_back
    return False


def _shut_down(port: int, answered_at: float, thread: int, since: float) -> None:
    """The connection that was answered just now: there is only one, while the thread that answers all others waits."""
    for descriptor in Path("/dev/fd").iterdir():
        try:
            if not descriptor.is_socket():
                continue
            with socket.socket(fileno=os.dup(int(descriptor.name))) as connection:
                is_it = _is_of(port, connection) and _sent_since(connection, answered_at)
                if is_it and _waiting.get(thread) == since:
                    connection.shutdown(socket.SHUT_RDWR)
        except OSError:  # closed meanwhile
            continue


def _is_of(port: int, connection: socket.socket) -> bool:
    return connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] == port


def _sent_since(connection: socket.socket, moment: float) -> bool:
    """By what Linux keeps of each connection: milliseconds since it was last sent to. Elsewhere: no."""
    if not hasattr(socket, "TCP_INFO"):
        return False
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size)
    if len(info) < _TCP_INFO.size:
        return False
    state, milliseconds, segments = _TCP_INFO.unpack(info)
    # Neither the socket that listens, nor a connection so new that nothing was sent yet: it counts from its beginning.
    was_sent_to = state in (_ESTABLISHED, _CLOSE_WAIT) and segments > 0
    return was_sent_to and bool(milliseconds <= (time.monotonic() - moment) * 1000 + _TICK_MILLISECONDS)


def _refusal() -> tuple[bytes, list[tuple[str, str]]]:
    error = {"__type": RequestTimeoutException.__name__, "message": "The body of the request did not arrive in time."}
    body = json.dumps(error).encode()
    return body, [*wsgi.headers(audit.new_request_id(), len(body), JSON), _CLOSE]
