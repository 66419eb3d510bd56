"""The canonical form of paths, queries and headers. Facts: security.md 4.1."""

import pytest

from secrets_app.sigv4.canonical_request import Request, SignedHeaderMissingError, canonical_request


def lines(path: str = "/", query: str = "", **headers: str) -> list[bytes]:
    """host is the one signed header unless others are given."""
    sent = {name.replace("_", "-"): value for name, value in (headers or {"host": "h"}).items()}
    return canonical_request(Request("POST", path, query, sent.get, "hash"), list(sent)).split(b"\n")


def test_the_whole_of_it() -> None:
    assert lines(host="h:8000", x_amz_date="20261124T090000Z") == [
        b"POST",
        b"/",
        b"",
        b"host:h:8000",
        b"x-amz-date:20261124T090000Z",
        b"",
        b"host;x-amz-date",
        b"hash",
    ]


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("", b"/"),
        ("/", b"/"),
        ("//", b"/"),
        ("/a//b", b"/a/b"),
        ("/a/./b/../c", b"/a/c"),
        ("/..", b"/"),
        ("/a/", b"/a/"),
        ("/a/b/..", b"/a/"),
        ("/a%20b", b"/a%2520b"),
        ("/~a-b_c.d", b"/~a-b_c.d"),
    ],
)
def test_paths(path: str, canonical: bytes) -> None:
    assert lines(path)[1] == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", b""),
        ("b=1&a=2", b"a=2&b=1"),
        ("a=2&a=10", b"a=10&a=2"),
        ("a", b"a="),
        ("a=%2f", b"a=%2F"),
        ("a=b c", b"a=b%20c"),
        ("a=1+1", b"a=1%2B1"),
        ("a=b=c", b"a=b%3Dc"),
        ("%c3%a4=~", b"%C3%A4=~"),
    ],
)
def test_queries(query: str, canonical: bytes) -> None:
    assert lines(query=query)[2] == canonical


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("  a  ", b"a"),
        ("a   b\tc", b"a b c"),
        ("", b""),
        ("a,b, c", b"a,b, c"),
        ("\xc3\xa0", b"\xc3\xa0"),
        ("\xc3\xa0 \xa0", b"\xc3\xa0 \xa0"),
    ],
)
def test_header_values(value: str, canonical: bytes) -> None:
    assert lines(x_note=value)[3] == b"x-note:" + canonical


def test_a_header_that_was_not_sent_is_not_an_empty_one() -> None:
    request = Request("POST", "/", "", {"host": "h"}.get, "hash")

    with pytest.raises(SignedHeaderMissingError):
        canonical_request(request, ["host", "x-absent"])
