"""A WSGI request as signatures and operations need it, and the answer's headers. No Django in here: it is the hot path.

Header values come as latin-1 text; the server joins repeated ones with a comma.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from secrets_app.errors import RequestEntityTooLargeException, SerializationException, UnsupportedMediaTypeException
from secrets_app.sigv4.canonical_request import Request

LONGEST_BODY = 1024 * 1024
_LONGEST_ADDRESS = 45
_LONGEST_QUOTED = 100
_SCOPED_SERVICE = re.compile(r"Credential=[^/,]*/[^/,]*/[^/,]*/([^/,]*)/")

Environ = Mapping[str, Any]

_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_date: tuple[int, str] = (0, "")


def read_body(environ: Environ) -> bytes:
    """The whole body, refused by its length before it is read where the caller says its length."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not (length.isascii() and length.isdecimal()):
            raise SerializationException
        if int(length) > LONGEST_BODY:
            raise _too_large()
        return bytes(environ["wsgi.input"].read(int(length)))
    if not environ.get("wsgi.input_terminated"):
        return b""  # this server would wait for more for ever
    body = bytes(environ["wsgi.input"].read(LONGEST_BODY + 1))
    if len(body) > LONGEST_BODY:
        raise _too_large()
    return body


def signed_request(environ: Environ, body: bytes) -> Request:
    def header(name: str) -> str | None:
        found = environ.get(environ_key(name))
        return None if found is None else str(found)

    path = environ.get("PATH_INFO") or "/"
    return Request(
        method=environ["REQUEST_METHOD"],
        # The server has decoded it; encoded again it is what any client would have sent.
        path=path if path == "/" else quote(path.encode("latin-1", "replace"), safe="/-_.~"),
        query=environ.get("QUERY_STRING", ""),
        header=header,
        body_sha256=hashlib.sha256(body).hexdigest(),
    )


@lru_cache(maxsize=256)
def environ_key(name: str) -> str:
    return _WITHOUT_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")


def source_ip(environ: Environ, *, behind_proxy: bool) -> str:
    """The peer; behind a proxy of our own, whoever that proxy says its peer was: the last entry."""
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")) if behind_proxy else ""
    return forwarded.rpartition(",")[2].strip()[:_LONGEST_ADDRESS] or str(environ.get("REMOTE_ADDR", ""))


def is_secure(environ: Environ, *, behind_proxy: bool) -> bool:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO") if behind_proxy else environ.get("wsgi.url_scheme")
    return scheme == "https"


def scoped_service(environ: Environ) -> str | None:
    """The service in the credential scope of the signature, of which nothing is proven yet."""
    found = _SCOPED_SERVICE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    return None if found is None else found[1]


def check_encoding(environ: Environ, *content_types: str) -> None:
    """Refuse a body in a form that isn't read here, by the headers that say so: CBOR, gzip, forms of other protocols.

    A body without a Content-Type is taken for what is expected. Other protocols of AWS are known by a header.
    """
    content_type = environ.get("CONTENT_TYPE")
    if content_type and content_type not in content_types:
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type not in content_types:
            raise UnsupportedMediaTypeException(
                f"This service reads {content_types[0]}, not {media_type[:_LONGEST_QUOTED]}."
            )
    if environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        raise UnsupportedMediaTypeException("This service doesn't read compressed or otherwise encoded bodies.")
    if "HTTP_SMITHY_PROTOCOL" in environ:
        raise UnsupportedMediaTypeException(f"This service speaks {content_types[0]} only; rpc-v2-cbor is not offered.")


def headers(request_id: str, length: int, content_type: str) -> list[tuple[str, str]]:
    """Date is true to the second: clients set their clocks by it when a signature has expired."""
    return [
        ("Content-Type", content_type),
        ("Content-Length", str(length)),
        ("x-amzn-RequestId", request_id),
        ("Date", _http_date()),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]


def _http_date() -> str:
    global _date  # noqa: PLW0603
    now = int(time.time())
    if _date[0] != now:
        _date = (now, formatdate(now, usegmt=True))
    return _date[1]


def _too_large() -> RequestEntityTooLargeException:
    return RequestEntityTooLargeException(f"The request is larger than {LONGEST_BODY} bytes.")
