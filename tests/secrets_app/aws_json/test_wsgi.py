"""From a WSGI environ to what the wire needs."""

import io
from typing import Any

import pytest

from secrets_app.aws_json import wsgi
from secrets_app.errors import RequestEntityTooLargeException, SerializationException


def environ(**more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "REMOTE_ADDR": "192.0.2.1", "wsgi.url_scheme": "http", **more}


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ({"CONTENT_LENGTH": "5"}, b"12345"),
        ({"CONTENT_LENGTH": "0"}, b""),
        ({"CONTENT_LENGTH": ""}, b""),
        ({}, b""),
        ({"wsgi.input_terminated": True}, b"1234567890"),
    ],
)
def test_a_body_is_read_as_far_as_its_length_says(more: dict[str, Any], body: bytes) -> None:
    """Without a length only from a server that ends its input."""
    given = environ(**more, **{"wsgi.input": io.BytesIO(b"1234567890")})

    assert wsgi.read_body(given) == body


@pytest.mark.parametrize("length", ["-1", "1.5", "five", "٣"])
def test_a_length_that_is_none(length: str) -> None:
    with pytest.raises(SerializationException):
        wsgi.read_body(environ(CONTENT_LENGTH=length))


def test_a_body_has_its_limit_with_and_without_a_length() -> None:
    with pytest.raises(RequestEntityTooLargeException):
        wsgi.read_body(environ(CONTENT_LENGTH=str(wsgi.LONGEST_BODY + 1)))
    endless = io.BytesIO(b"x" * (wsgi.LONGEST_BODY + 100))
    with pytest.raises(RequestEntityTooLargeException):
        wsgi.read_body(environ(**{"wsgi.input_terminated": True, "wsgi.input": endless}))
    assert endless.tell() == wsgi.LONGEST_BODY + 1


def test_headers_are_found_by_their_signed_names() -> None:
    given = environ(HTTP_X_AMZ_DATE="d", CONTENT_TYPE="t", CONTENT_LENGTH="2", HTTP_HOST="h:1")
    header = wsgi.signed_request(given, b"{}").header

    assert [header(name) for name in ("x-amz-date", "content-type", "content-length", "host", "x-amz-target")] == [
        "d",
        "t",
        "2",
        "h:1",
        None,
    ]


def test_a_path_is_encoded_again_as_it_was_sent() -> None:
    assert wsgi.signed_request(environ(PATH_INFO="/a b/\xc3\xa4~"), b"").path == "/a%20b/%C3%A4~"
    assert wsgi.signed_request(environ(PATH_INFO=""), b"").path == "/"


@pytest.mark.parametrize(
    ("forwarded", "behind_proxy", "expected"),
    [
        ("203.0.113.9", False, "192.0.2.1"),
        ("203.0.113.9", True, "203.0.113.9"),
        ("10.0.0.1, 203.0.113.9", True, "203.0.113.9"),
        ("", True, "192.0.2.1"),
        ("x" * 100, True, "x" * 45),
    ],
)
def test_whose_address_it_is(forwarded: str, behind_proxy: bool, expected: str) -> None:
    assert wsgi.source_ip(environ(HTTP_X_FORWARDED_FOR=forwarded), behind_proxy=behind_proxy) == expected


@pytest.mark.parametrize(
    ("more", "behind_proxy", "expected"),
    [
        ({"HTTP_X_FORWARDED_PROTO": "https"}, False, False),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, True, True),
        ({"HTTP_X_FORWARDED_PROTO": "http", "wsgi.url_scheme": "https"}, True, False),
        ({"wsgi.url_scheme": "https"}, False, True),
    ],
)
def test_whether_it_came_over_tls(more: dict[str, str], behind_proxy: bool, expected: bool) -> None:
    assert wsgi.is_secure(environ(**more), behind_proxy=behind_proxy) is expected
