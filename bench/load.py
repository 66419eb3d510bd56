"""The load: a few keep-alive connections in one thread of a process of its own, sending requests signed beforehand.

Reads from stdin: {"port", "seconds", "connections", "requests": [base64, ...]}; with "seconds": 0 it sends each request
once. Writes to stdout what it measured.
"""

import base64
import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Connection:
    port: int
    stream: socket.socket = field(init=False)
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.stream = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.stream.sendall(request)

    def answer(self) -> bytes | None:
        """The status line and headers once the whole answer is here; raises ConnectionError if it never will be."""
        part = self.stream.recv(65536)
        if not part:
            raise ConnectionResetError
        self.received += part
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.received[:end])
        return head if len(self.received) >= end + 4 + _content_length(head) else None


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")


def measure(port: int, seconds: float, connections: int, requests: list[bytes]) -> dict[str, Any]:
    """Requests per second, latencies in ms, and how many answers were not 200."""
    latencies: list[float] = []
    failures = 0
    turn = 0
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = Connection(port)
            selector.register(connection.stream, selectors.EVENT_READ, connection)
            connection.send(requests[turn % len(requests)])
            turn += 1
        started = now = time.perf_counter()
        while len(latencies) < len(requests) if not seconds else (now := time.perf_counter()) < started + seconds:
            for key, _ in selector.select(timeout=1):
                connection = key.data
                head = connection.answer()
                if head is None:
                    continue
                latencies.append(time.perf_counter() - connection.sent_at)
                failures += not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
                if head.startswith(b"HTTP/1.0") or b"connection: close" in head.lower():
                    selector.unregister(connection.stream)
                    connection.stream.close()
                    connection.open()
                    selector.register(connection.stream, selectors.EVENT_READ, connection)
                if seconds or turn < len(requests):
                    connection.send(requests[turn % len(requests)])
                    turn += 1
        elapsed = (now if seconds else time.perf_counter()) - started
        for key in list(selector.get_map().values()):
            key.data.stream.close()
    latencies.sort()
    return {
        "per_second": len(latencies) / elapsed,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "answers": len(latencies),
        "failures": failures,
    }


if __name__ == "__main__":
    order = json.load(sys.stdin)
    signed = [base64.b64decode(request) for request in order.pop("requests")]
    json.dump(measure(requests=signed, **order), sys.stdout)
