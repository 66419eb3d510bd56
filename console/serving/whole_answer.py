"""What a WSGI application says, put together."""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]


def of(application: Callable[[Environ, Callable[..., Any]], Iterable[bytes]], environ: Environ) -> Answer:
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, _exc_info: Any = None) -> None:
        started.append((status, headers))

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()
    status, headers = started[-1]
    return int(status[:3]), headers, body
