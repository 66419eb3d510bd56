"""The canonical request of Signature Version 4: the one text that client and server must both arrive at.

Built from the request as it came in, for exactly the headers the caller signed. Facts: security.md 4.1.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

HeaderLookup = Callable[[str], str | None]  # lower-case name -> value as latin-1 text; None if it was not sent

_UNRESERVED = "-_.~"
_SPACE = re.compile(rb"\s")


@dataclass(slots=True)
class Request:
    """path and query as they were sent, percent-encoded; repeated headers joined by a comma in order of arrival."""

    method: str
    path: str
    query: str
    header: HeaderLookup
    body_sha256: str


class SignedHeaderMissingError(Exception):
    """A header is named as signed but was not sent: no signature can be right."""


def canonical_request(request: Request, signed_headers: Sequence[str]) -> bytes:
    return b"\n".join(
        (
            request.method.encode("latin-1"),
            _canonical_path(request.path),
            _canonical_query(request.query),
            *(_canonical_header(name, request.header(name)) for name in signed_headers),
            b"",
            ";".join(signed_headers).encode("latin-1"),
            request.body_sha256.encode("latin-1"),
        )
    )


def _canonical_header(name: str, value: str | None) -> bytes:
    if value is None:
        raise SignedHeaderMissingError(name)
    # Split as bytes: as text, parts of a UTF-8 character would count as white space.
    encoded = value.encode("latin-1")
    return name.encode("latin-1") + b":" + (b" ".join(encoded.split()) if _SPACE.search(encoded) else encoded)


def _canonical_path(path: str) -> bytes:
    """Dot segments and repeated slashes removed, then encoded once more (every service but S3)."""
    if path in ("/", ""):
        return b"/"
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ending = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return quote("/" + "/".join(kept) + ending, safe="/" + _UNRESERVED, encoding="latin-1").encode()


def _canonical_query(query: str) -> bytes:
    """Sorted by encoded name, then value. A plus sign is a plus sign, as in every AWS SDK."""
    if not query:
        return b""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs)).encode()


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("latin-1")), safe=_UNRESERVED)
