"""Numbers, dates, addresses and bytes as policies and requests write them. None is what cannot be read."""

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from secrets_app.iam.context import as_text

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


def number(value: object) -> Decimal | None:
    text = as_text(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


_W3C_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)
_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)


def instant(value: object) -> Decimal | None:
    """Seconds since 1970 of a W3C date ("2026", "2026-03-01", "2026-03-01T13:00:00+01:00") or of epoch seconds.

    Four digits alone are a year. A time without an offset is UTC.
    """
    if isinstance(value, datetime):
        return _seconds(value)
    text = as_text(value).strip()
    if basic := _BASIC_DATE.fullmatch(text):
        text = "{}-{}-{}T{}:{}:{}Z".format(*basic.groups())
    match = _W3C_DATE.fullmatch(text)
    if match is None or (isinstance(value, int | float)):
        return number(value)
    year, month, day, hour, minute, second, fraction, offset = match.groups(default="")
    try:
        moment = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=_timezone(offset),
        )  # fmt: skip
    except ValueError:  # a 13th month, a 61st second
        return None
    return _seconds(moment) + Decimal(f"0.{fraction or 0}")


def _seconds(moment: datetime) -> Decimal:
    return Decimal((moment - _EPOCH) // timedelta(microseconds=1)) / 1_000_000


def _timezone(offset: str) -> timezone:
    if offset in ("", "Z"):
        return UTC
    away = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return timezone(-away if offset.startswith("-") else away)


def ip_network(text: str) -> IpNetwork | None:
    """A range in CIDR form; a single address without a prefix; None if it is neither."""
    address, slash, prefix = text.strip().partition("/")
    if slash and not (prefix.isascii() and prefix.isdigit()):  # no netmasks
        return None
    try:
        return ipaddress.ip_network(f"{address}{slash}{prefix}", strict=False)
    except ValueError:
        return None


def ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A listener for both families sees IPv4 clients as ::ffff:203.0.113.5: they are IPv4."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
