"""The server in a thread of the tests' own process, on a port of its own, with the tests' database."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvloop

from console.serving.server import Serving

Talk = Callable[..., bytes]


@pytest.fixture
def port(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # taken back afterwards; the server sets it for good
    listening = socket.create_server(("127.0.0.1", 0))
    serving = Serving()
    thread = threading.Thread(target=lambda: uvloop.run(serving.run(listening)))
    thread.start()
    yield listening.getsockname()[1]
    serving.stop()
    thread.join()


@pytest.fixture
def talk(port: int) -> Talk:
    """Send parts, one after another, and read all until the server closes; at_least: or until so many answers."""

    def talk(*parts: bytes, pause: float = 0.02, reset_is_fine: bool = False) -> bytes:
        received = b""
        with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
            try:
                for part in parts:
                    stream.sendall(part)
                    time.sleep(pause)
                while part := stream.recv(65536):
                    received += part
            except ConnectionError:
                if not reset_is_fine:
                    raise
        return received

    return talk
