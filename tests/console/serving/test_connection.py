"""What HTTP/1.1 clients do, and what some only try."""

import json
import re
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from console.serving import connection, server
from secrets_app import front_door
from tests.aws import wire
from tests.factories import Person

pytestmark = pytest.mark.live

Talk = Callable[..., bytes]

API = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: secretsmanager.ListSecrets\r\n"
    b"Content-Type: application/x-amz-json-1.1\r\n"
)
PAGE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LAST_PAGE = PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
UNSIGNED = b"MissingAuthenticationTokenException"
CLOSE = b"Connection: close\r\n"


def api(*headers: bytes, body: bytes = b"{}") -> bytes:
    return API + b"".join(headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def statuses(received: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds is given up after a moment."""
    monkeypatch.setattr(server, "LOOKED_AFTER_SECONDS", 0.05)
    monkeypatch.setattr(connection, "LONGEST_WAIT_SECONDS", 0.2)


def test_a_signed_request_in_small_parts(talk: Talk, alice: Person) -> None:
    body = json.dumps({"MaxResults": 1}).encode()
    target = {"X-Amz-Target": "secretsmanager.ListSecrets"}
    headers = wire.Wire(alice.access_key).sign("POST", wire.ENDPOINT + "/", target, body)
    headers |= {"Host": wire.ENDPOINT.removeprefix("http://"), "Content-Length": str(len(body)), "Connection": "close"}
    request = b"POST / HTTP/1.1\r\n" + b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    request += b"\r\n" + body

    received = talk(*[request[start : start + 50] for start in range(0, len(request), 50)], pause=0.001)

    assert statuses(received) == [200]
    assert received.endswith(b'{"SecretList":[]}')


def test_requests_that_come_together_are_answered_in_turn(talk: Talk) -> None:
    """API and pages, which take ways of their own, mixed."""
    received = talk(api() + PAGE + api() + api() + PAGE + PAGE + api() + LAST_PAGE)

    assert statuses(received) == [400, 200, 400, 400, 200, 200, 400, 200]


def test_a_body_in_chunks_whose_trailers_change_nothing(talk: Talk) -> None:
    trailers = b"0\r\nAuthorization: AWS4-HMAC-SHA256 nonsense\r\n\r\n"

    received = talk(API + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n}\r\n" + trailers)

    assert statuses(received) == [400]
    assert UNSIGNED in received


def test_who_asks_whether_to_go_on_is_told(talk: Talk) -> None:
    whole = api(CLOSE, b"Expect: 100-continue\r\n")

    received = talk(whole[:-2], whole[-2:])

    assert statuses(received) == [100, 400]
    assert UNSIGNED in received


def test_an_offer_to_upgrade_is_passed_over(talk: Talk) -> None:
    """Java's own client offers HTTP/2 with its first request."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"

    received = talk(
        api(upgrade), PAGE.replace(b"\r\n\r\n", b"\r\n" + upgrade + b"\r\n") + api(upgrade, body=b""), LAST_PAGE
    )

    assert statuses(received) == [400, 200, 400, 200]


def test_a_thousand_offers_at_once_are_passed_over_one_by_one(talk: Talk) -> None:
    """Each within the other, they once went as deep as Python goes."""
    upgrade = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"

    received = talk(api(upgrade) * 1_000 + LAST_PAGE)

    assert statuses(received) == [400] * 1_000 + [200]


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_connection_that_is_to_be_closed_is(talk: Talk, version: bytes) -> None:
    closing = api(CLOSE) if version == b"1.1" else api().replace(b"HTTP/1.1", b"HTTP/1.0")

    received = talk(closing)

    assert statuses(received) == [400]
    assert b"Connection: close" in received


def test_an_answer_to_head_has_no_body(talk: Talk) -> None:
    asked = b"HEAD /_secrets_console/info HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    received = talk(asked)

    assert len(statuses(received)) == 1
    assert received.endswith(b"\r\n\r\n")
    assert b"Content-Length: 0" not in received


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (API + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),  # request smuggling
        (API + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
        (API + b"Content-Length: -1\r\n\r\n", 400),
        (API + b"Bad Name: 1\r\n\r\n", 400),
        (API + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (API + b"X-Long: " + b"x" * 70_000, 431),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(talk: Talk, sent: bytes, status: int) -> None:
    assert statuses(talk(sent)) == [status]


def test_what_is_no_request_spoils_nothing_before_it(talk: Talk) -> None:
    received = talk(api() + b"nonsense\r\n\r\n")

    assert statuses(received) == [400]
    assert UNSIGNED in received


@pytest.mark.parametrize("length", [b"Content-Length: 99999999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_a_body_too_long_is_refused_before_it_is_read(talk: Talk, length: bytes) -> None:
    """And the client, still sending, gets to read why."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    received = talk(API + length, *[chunk] * 20, pause=0, reset_is_fine=True)

    assert statuses(received) == [413]
    assert b"RequestEntityTooLargeException" in received


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (API + b"Content-Length: 100\r\n\r\n{", b"RequestTimeoutException"),
        (API + b"Transfer-Encoding: chunked\r\n\r\n40\r\n{", b"RequestTimeoutException"),
        (API, b"Request Timeout."),
    ],
    ids=["body", "chunk", "head"],
)
def test_what_never_comes_is_given_up(sent: bytes, says: bytes, request: pytest.FixtureRequest) -> None:
    talk = request.getfixturevalue("talk")  # once `soon` is in force

    received = talk(sent)

    assert statuses(received) == [408]
    assert says in received


def test_headers_become_what_wsgi_makes_of_them(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def is_api_request(environ: dict[str, Any]) -> bool:
        seen.append(environ)
        return True

    monkeypatch.setattr(front_door, "is_api_request", is_api_request)
    headers = b"Cookie: a=1\r\ncookie: b=2\r\nX-A: 1\r\nx-a: 2\r\nX_Amz_Target: no\r\nX-Name: \xe9\r\n"

    talk(b"POST /%C3%A9?a=%20 HTTP/1.1\r\nHost: h\r\n" + headers + CLOSE + b"Content-Length: 0\r\n\r\n")

    [environ] = seen
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_A"] == "1,2"
    assert environ["HTTP_X_NAME"] == "é"
    assert "HTTP_X_AMZ_TARGET" not in environ
    assert environ["PATH_INFO"].encode("latin-1") == "/é".encode()
    assert (environ["QUERY_STRING"], environ["REMOTE_ADDR"]) == ("a=%20", "127.0.0.1")


def test_who_goes_away_in_the_middle_is_no_failure(port: int, talk: Talk, capfd: pytest.CaptureFixture[str]) -> None:
    """A traceback for each would let anybody fill the log."""
    for begin in (api()[:-1], api(), PAGE, PAGE[:20], *[PAGE * 50] * 20):
        with socket.create_connection(("127.0.0.1", port)) as stream:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets
            stream.sendall(begin)

    assert statuses(talk(LAST_PAGE)) == [200]
    assert "Traceback" not in capfd.readouterr().err
