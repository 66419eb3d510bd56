"""Pages beside the API: whole where they are short, in parts where they are long."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from console.serving import pages

pytestmark = pytest.mark.live

Talk = Callable[..., bytes]
ASKED = b"%s / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    def says(parts: Any) -> None:
        def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return parts

        monkeypatch.setattr(pages, "_application", application)

    return says


def test_a_short_page_is_sent_as_a_whole(talk: Talk, says: Callable[[Any], None]) -> None:
    says([b"one ", b"page"])

    head, _, body = talk(ASKED % (b"GET", b"")).partition(b"\r\n\r\n")

    assert b"content-length: 8" in head
    assert body == b"one page"


def test_a_long_page_is_sent_as_it_comes(talk: Talk, says: Callable[[Any], None]) -> None:
    def parts() -> Iterator[bytes]:
        for number in range(9):
            yield b"%d" % number * 100_000

    says(parts())

    head, _, body = talk(ASKED % (b"GET", b"")).partition(b"\r\n\r\n")

    assert b"transfer-encoding: chunked" in head
    for number in range(9):
        assert body.count(b"%d" % number) >= 100_000
    assert body.endswith(b"0\r\n\r\n")


def test_a_form_that_never_comes_is_given_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LONGEST_WAIT_SECONDS", 0.1)

    received = talk(FORM % 100 + b"name=")

    assert received.startswith(b"HTTP/1.1 408 ")
    assert received.endswith(b"The body of the request did not arrive in time.")


def test_a_form_that_is_too_long_is_refused(talk: Talk) -> None:
    received = talk(FORM % 99_999_999 + b"name=", reset_is_fine=True)

    assert received.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))
