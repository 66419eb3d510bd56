"""The canonical request of Signature Version 4: the one text that client and server must both arrive at.

Built from the request as it came in, for exactly the headers the caller signed. Facts: security.md 4.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

HeaderLookup = Callable[[str], str | None]  # lower-case name -> value as latin-1 text; None if it was not sent

_UNRESERVED = "-_.~"


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
    header = request.header
    lines = [request.method, _canonical_path(request.path), _canonical_query(request.query)]
    lines += [f"{name}:{_canonical_value(name, header(name))}" for name in signed_headers]
    lines += ["", ";".join(signed_headers), request.body_sha256]
    return "\n".join(lines).encode("latin-1")


def _canonical_value(name: str, value: str | None) -> str:
    if value is None:
        raise SignedHeaderMissingError(name)
    # Nearly always there is nothing to trim: no space at either end, no two of them, no other white space.
    if value.isprintable() and "  " not in value and value[:1] != " " and value[-1:] != " ":
        return value
    # Split as bytes: as text, parts of a UTF-8 character would count as white space.
    return b" ".join(value.encode("latin-1").split()).decode("latin-1")


def _canonical_path(path: str) -> str:
    """Dot segments and repeated slashes removed, then encoded once more (every service but S3)."""
    if path in ("/", ""):
        return "/"
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    ending = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return quote("/" + "/".join(kept) + ending, safe="/" + _UNRESERVED, encoding="latin-1")


def _canonical_query(query: str) -> str:
    """Sorted by encoded name, then value. A plus sign is a plus sign, as in every AWS SDK."""
    if not query:
        return ""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text.encode("latin-1")), safe=_UNRESERVED)
