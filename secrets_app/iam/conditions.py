"""The operators of a Condition element, compiled once per policy and asked once per request.

A condition that is not met makes its statement not apply; it never denies.
Source: IAM User Guide, "Condition operators" and "Multivalued context keys".
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Literal

from secrets_app.iam.context import ContextValue, RequestContext, as_text, values_of
from secrets_app.iam.errors import MalformedPolicy
from secrets_app.iam.matching import Pattern, Text, arn_pattern, text_pattern
from secrets_app.iam.values import from_base64, instant, ip_address, ip_network, number

SetQualifier = Literal["", "ForAnyValue", "ForAllValues"]
_Test = Callable[[object, RequestContext], bool]  # does one value of the request satisfy the operator?
_Compile = Callable[[Sequence[str], bool], _Test]  # from the values of the policy; True: variables work


@dataclass(frozen=True, slots=True)
class Operator:
    """The three parts of a name like ForAnyValue:StringEqualsIfExists."""

    name: str
    qualifier: SetQualifier
    if_exists: bool


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: the same condition is compiled once
class Condition:
    """One operator on one key."""

    operator: Operator
    key: str  # lower case
    values: tuple[str, ...]
    negated: bool
    _test: _Test = field(repr=False)

    def holds(self, context: RequestContext) -> bool:
        """Statements with the same condition ask it once in a request."""
        found = context.holds.get(self)
        if found is None:
            found = context.holds[self] = self._holds(context)
        return found

    def _holds(self, context: RequestContext) -> bool:
        value = context.get(self.key)
        if self.operator.name == "Null":
            return ("true" if value is None else "false") in self.values
        if value is None and self.operator.if_exists:
            return True
        if self.operator.qualifier:
            return self._holds_for_set(value, context)
        if value is None:
            return self.negated
        combine = all if self.negated else any
        return combine(self._test(each, context) for each in values_of(value))

    def _holds_for_set(self, value: ContextValue | None, context: RequestContext) -> bool:
        """An absent key and an empty text are both an empty set."""
        values = () if value is None or value == "" else values_of(value)
        combine = any if self.operator.qualifier == "ForAnyValue" else all
        return combine(self._test(each, context) for each in values)


def operator_named(full_name: str) -> Operator:
    """Raises MalformedPolicy for one that does not exist."""
    name, qualifier = full_name, _qualifier(full_name)
    if qualifier:
        name = name.removeprefix(f"{qualifier}:")
    found = Operator(name.removesuffix("IfExists"), qualifier, name.endswith("IfExists"))
    if found.name not in _OPERATORS or (found.name == "Null" and full_name != "Null"):
        raise MalformedPolicy(f"{full_name!r} is not a condition operator.")
    return found


def _qualifier(full_name: str) -> SetQualifier:
    if full_name.startswith("ForAnyValue:"):
        return "ForAnyValue"
    return "ForAllValues" if full_name.startswith("ForAllValues:") else ""


def compile_condition(operator: Operator, key: str, values: Sequence[str], *, variables: bool) -> Condition:
    return _compiled(operator, key.lower(), tuple(values), variables)


@functools.lru_cache(maxsize=2048)
def _compiled(operator: Operator, key: str, values: tuple[str, ...], variables: bool) -> Condition:  # noqa: FBT001
    if operator.name == "Null":
        values = tuple(value.lower() for value in values)
        if not set(values) <= {"true", "false"}:
            raise MalformedPolicy('The values of a Null condition are "true" and "false".')
    compiled, negated = _OPERATORS[operator.name]
    return Condition(operator, key, values, negated, compiled(values, variables))


# -- text


def _text_equals(*, ignore_case: bool = False, negated: bool = False) -> _Compile:
    fold = str.casefold if ignore_case else str

    def compiled(values: Sequence[str], variables: bool) -> _Test:
        texts = [Text(value, variables=variables) for value in values]

        def test(value: object, context: RequestContext) -> bool:
            asked = fold(as_text(value))
            wanted = (text.value(context, asked) for text in texts)
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
        return asked in ("true", "false") and any((text.value(context, asked) or "").lower() == asked for text in texts)

    return test


# -- numbers and dates


def _ordered(read: Callable[[object], Decimal | None], compare: Callable[[Decimal, Decimal], bool]) -> _Compile:
    """What cannot be read as a number or date satisfies nothing, not even a negated operator."""
    combine = all if compare is ne else any

    def compiled(values: Sequence[str], _variables: bool) -> _Test:
        limits = [read(value) for value in values]

        def test(value: object, context: RequestContext) -> bool:
            asked = context.once(read, as_text(value) if isinstance(value, bool) else value, _read)
            return asked is not None and combine(limit is not None and compare(asked, limit) for limit in limits)

        return test

    return compiled


# -- addresses and bytes


def _ip_address(*, negated: bool = False) -> _Compile:
    def compiled(values: Sequence[str], _variables: bool) -> _Test:
        networks = [network for network in map(ip_network, values) if network is not None]

        def test(value: object, context: RequestContext) -> bool:
            address = context.once(ip_address, as_text(value), _read)
            return any(address in network for network in networks if address) is not negated

        return test

    return compiled


def _read(read: Callable[[Any], Any], value: object, _context: RequestContext) -> Any:
    return read(value)


def _binary(values: Sequence[str], _variables: bool) -> _Test:
    wanted = [decoded for decoded in map(from_base64, values) if decoded is not None]

    def test(value: object, _context: RequestContext) -> bool:
        asked = value if isinstance(value, bytes) else from_base64(as_text(value))
        return asked is not None and asked in wanted

    return test


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
    "NumericEquals": (_ordered(number, eq), False),
    "NumericNotEquals": (_ordered(number, ne), True),
    "NumericLessThan": (_ordered(number, lt), False),
    "NumericLessThanEquals": (_ordered(number, le), False),
    "NumericGreaterThan": (_ordered(number, gt), False),
    "NumericGreaterThanEquals": (_ordered(number, ge), False),
    "DateEquals": (_ordered(instant, eq), False),
    "DateNotEquals": (_ordered(instant, ne), True),
    "DateLessThan": (_ordered(instant, lt), False),
    "DateLessThanEquals": (_ordered(instant, le), False),
    "DateGreaterThan": (_ordered(instant, gt), False),
    "DateGreaterThanEquals": (_ordered(instant, ge), False),
    "Bool": (_bool, False),
    "BinaryEquals": (_binary, False),
    "IpAddress": (_ip_address(), False),
    "NotIpAddress": (_ip_address(negated=True), True),
    "Null": (_null, False),
}
