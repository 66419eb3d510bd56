"""The operators of a Condition element, compiled once per policy and asked once per request.

A condition that is not met makes its statement not apply; it never denies.
Source: IAM User Guide, "Condition operators" and "Multivalued context keys".
"""

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal

from secrets_app.iam.context import ContextValue, RequestContext, as_text, is_multivalued
from secrets_app.iam.matching import Pattern, Text, arn_pattern, text_pattern

SetQualifier = Literal["", "ForAnyValue", "ForAllValues"]
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_Test = Callable[[object, RequestContext], bool]  # does one value of the request satisfy the operator?
_Compile = Callable[[Sequence[str], bool], _Test]  # from the values of the policy; True: variables work

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. `operator` is bare: without set qualifier and IfExists."""

    operator: str
    qualifier: SetQualifier
    if_exists: bool
    key: str  # lower case
    values: tuple[str, ...]
    negated: bool
    _test: _Test = field(compare=False, repr=False)

    def holds(self, context: RequestContext) -> bool:
        value = context.get(self.key)
        if self.operator == "Null":
            return ("true" if value is None else "false") in self.values
        if value is None and self.if_exists:
            return True
        if self.qualifier:
            return self._holds_for_set(value, context)
        if value is None:
            return self.negated
        combine = all if self.negated else any
        return combine(self._test(each, context) for each in _each(value))

    def _holds_for_set(self, value: ContextValue | None, context: RequestContext) -> bool:
        """An absent key and an empty text are both an empty set."""
        combine = any if self.qualifier == "ForAnyValue" else all
        return combine(self._test(each, context) for each in (() if value is None or value == "" else _each(value)))


def _each(value: ContextValue) -> Iterable[object]:
    return value if is_multivalued(value) else (value,)  # type: ignore[return-value]


def compile_condition(full_operator: str, key: str, values: Sequence[str], *, variables: bool) -> Condition:
    """Raises ValueError, with a sentence, for an operator that does not exist or a value Null does not know."""
    name, qualifier, if_exists = _taken_apart(full_operator)
    if name not in _OPERATORS or (name == "Null" and (qualifier or if_exists)):
        raise ValueError(f"{full_operator!r} is not a condition operator.")
    if name == "Null":
        values = [value.lower() for value in values]
        if not set(values) <= {"true", "false"}:
            raise ValueError('The values of a Null condition are "true" and "false".')
    compiled, negated = _OPERATORS[name]
    return Condition(name, qualifier, if_exists, key.lower(), tuple(values), negated, compiled(values, variables))


def _taken_apart(full_operator: str) -> tuple[str, SetQualifier, bool]:
    name = full_operator
    qualifier: SetQualifier = ""
    if name.startswith("ForAnyValue:"):
        qualifier = "ForAnyValue"
    elif name.startswith("ForAllValues:"):
        qualifier = "ForAllValues"
    if qualifier:
        name = name.removeprefix(f"{qualifier}:")
    return name.removesuffix("IfExists"), qualifier, name.endswith("IfExists")


# -- text


def _text_equals(*, ignore_case: bool = False, negated: bool = False) -> _Compile:
    fold = str.casefold if ignore_case else str

    def compiled(values: Sequence[str], variables: bool) -> _Test:
        texts = [Text(value, variables=variables) for value in values]

        def test(value: object, context: RequestContext) -> bool:
            asked = fold(as_text(value))
            wanted = (text.value(context) for text in texts)
            return any(text is not None and fold(text) == asked for text in wanted) is not negated

        return test

    return compiled


def _like(pattern_of: Callable[..., Pattern], *, negated: bool = False) -> _Compile:
    def compiled(values: Sequence[str], variables: bool) -> _Test:
        patterns = [pattern_of(value, variables=variables) for value in values]

        def test(value: object, context: RequestContext) -> bool:
            text = as_text(value)
            return any(pattern.matches(text, context) for pattern in patterns) is not negated

        return test

    return compiled


def _bool(values: Sequence[str], variables: bool) -> _Test:
    texts = [Text(value, variables=variables) for value in values]

    def test(value: object, context: RequestContext) -> bool:
        asked = as_text(value).lower()
        return asked in ("true", "false") and any((text.value(context) or "").lower() == asked for text in texts)

    return test


# -- numbers and dates


def _ordered(read: Callable[[object], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> _Compile:
    """What cannot be read as a number or date satisfies nothing, not even a negated operator."""
    combine = all if compare is operator.ne else any

    def compiled(values: Sequence[str], _variables: bool) -> _Test:
        limits = [read(value) for value in values]

        def test(value: object, _context: RequestContext) -> bool:
            asked = read(value)
            return asked is not None and combine(limit is not None and compare(asked, limit) for limit in limits)

        return test

    return compiled


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


# -- addresses and bytes


def ip_network(text: str) -> IpNetwork | None:
    """A range in CIDR form; a single address without a prefix; None if it is neither."""
    address, slash, prefix = text.strip().partition("/")
    if slash and not (prefix.isascii() and prefix.isdigit()):  # no netmasks
        return None
    try:
        return ipaddress.ip_network(f"{address}{slash}{prefix}", strict=False)
    except ValueError:
        return None


def _ip_address(*, negated: bool = False) -> _Compile:
    def compiled(values: Sequence[str], _variables: bool) -> _Test:
        networks = [network for network in map(ip_network, values) if network is not None]

        def test(value: object, _context: RequestContext) -> bool:
            try:
                address = ipaddress.ip_address(as_text(value).strip())
            except ValueError:
                return negated
            # A listener for both families sees IPv4 clients as ::ffff:203.0.113.5.
            mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
            return any((mapped or address) in network for network in networks) is not negated

        return test

    return compiled


def _binary(values: Sequence[str], _variables: bool) -> _Test:
    wanted = [decoded for decoded in map(_from_base64, values) if decoded is not None]

    def test(value: object, _context: RequestContext) -> bool:
        asked = value if isinstance(value, bytes) else _from_base64(as_text(value))
        return asked is not None and asked in wanted

    return test


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _null(_values: Sequence[str], _variables: bool) -> _Test:
    """Null asks for the key alone, so no value is ever tested."""
    return lambda _value, _context: False


_OPERATORS: dict[str, tuple[_Compile, bool]] = {  # True: negated
    "StringEquals": (_text_equals(), False),
    "StringNotEquals": (_text_equals(negated=True), True),
    "StringEqualsIgnoreCase": (_text_equals(ignore_case=True), False),
    "StringNotEqualsIgnoreCase": (_text_equals(ignore_case=True, negated=True), True),
    "StringLike": (_like(text_pattern), False),
    "StringNotLike": (_like(text_pattern, negated=True), True),
    "ArnEquals": (_like(arn_pattern), False),
    "ArnLike": (_like(arn_pattern), False),
    "ArnNotEquals": (_like(arn_pattern, negated=True), True),
    "ArnNotLike": (_like(arn_pattern, negated=True), True),
    "NumericEquals": (_ordered(number, operator.eq), False),
    "NumericNotEquals": (_ordered(number, operator.ne), True),
    "NumericLessThan": (_ordered(number, operator.lt), False),
    "NumericLessThanEquals": (_ordered(number, operator.le), False),
    "NumericGreaterThan": (_ordered(number, operator.gt), False),
    "NumericGreaterThanEquals": (_ordered(number, operator.ge), False),
    "DateEquals": (_ordered(instant, operator.eq), False),
    "DateNotEquals": (_ordered(instant, operator.ne), True),
    "DateLessThan": (_ordered(instant, operator.lt), False),
    "DateLessThanEquals": (_ordered(instant, operator.le), False),
    "DateGreaterThan": (_ordered(instant, operator.gt), False),
    "DateGreaterThanEquals": (_ordered(instant, operator.ge), False),
    "Bool": (_bool, False),
    "BinaryEquals": (_binary, False),
    "IpAddress": (_ip_address(), False),
    "NotIpAddress": (_ip_address(negated=True), True),
    "Null": (_null, False),
}
