"""Clients that hang: half a body, half a request, an answer nobody reads. Everybody else is served meanwhile."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

HALF_A_BODY = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: secretsmanager.ListSecrets\r\n"
    b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: 100\r\n\r\n{"
)
HALF_A_FORM = (
    b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nname="
)
HALF_A_CHUNK = HALF_A_BODY.replace(b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n40\r\n{")
HALF_A_HEAD = HALF_A_BODY[:60]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One of its own, with the one worker that everybody would wait for."""
    server = LiveServer(tmp_path_factory.mktemp("slow") / "data")
    server.start()
    yield server
    server.stop()


def connect(server: LiveServer, stack: ExitStack, begin: bytes) -> socket.socket:
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
    connection.sendall(begin)
    return connection


def seconds_until_served(server: LiveServer) -> float:
    started = time.monotonic()
    server.client().list_secrets()
    assert server.is_healthy()
    return time.monotonic() - started


def everything(connection: socket.socket) -> bytes:
    """Until the server closes."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def test_half_a_body_is_answered_in_time_and_closed(server: LiveServer) -> None:
    with ExitStack() as stack:
        connections = [connect(server, stack, begin) for begin in (HALF_A_BODY, HALF_A_CHUNK, HALF_A_FORM)]
        assert seconds_until_served(server) < 1

        for connection in connections:
            received = everything(connection)
            head, _, body = received.partition(b"\r\n\r\n")

            assert head.startswith(b"HTTP/1.1 408 ")
            if connection is connections[-1]:  # a page's
                assert body == b"The body of the request did not arrive in time."
            else:
                assert b"x-amzn-requestid: " in head.lower()
                assert json.loads(body)["__type"] == "RequestTimeoutException"


@pytest.mark.parametrize("begin", [HALF_A_BODY, HALF_A_HEAD], ids=["body", "head"])
def test_a_dozen_that_hang_do_not_stop_the_next(server: LiveServer, begin: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(12):
            connect(server, stack, begin)

        assert seconds_until_served(server) < 8


def test_one_that_drips(server: LiveServer) -> None:
    """A byte now and then doesn't win time."""
    with ExitStack() as stack:
        connection = connect(server, stack, HALF_A_BODY)
        started = time.monotonic()
        connection.settimeout(0.1)
        answer = b""
        while not answer and time.monotonic() - started < 10:
            connection.sendall(b" ")
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_an_answer_that_nobody_reads(server: LiveServer) -> None:
    """Larger than all buffers on the way together."""
    asked = b"GET /static/js/htmx.min.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(4):
            connect(server, stack, asked * 100)

        assert seconds_until_served(server) < 5


def test_requests_that_come_together_are_answered_in_turn(server: LiveServer) -> None:
    """Pipelining."""
    with ExitStack() as stack:
        whole = HALF_A_BODY.replace(b"Content-Length: 100\r\n\r\n{", b"Content-Length: 2\r\n\r\n{}")
        connection = connect(server, stack, whole * 4 + whole.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

        answers = everything(connection)

    assert answers.count(b"HTTP/1.1 400 ") == answers.count(b"MissingAuthenticationTokenException") == 5
