"""Condition operators.

Rules: IAM User Guide, "Condition operators" and "Multivalued context keys" (security.md 1.4).
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app.iam.conditions import compile_condition, operator_named
from secrets_app.iam.context import ContextValue, RequestContext
from secrets_app.iam.policy_document import MalformedPolicy

ARN = "arn:aws:lambda:us-east-1:111122223333:function:rotate"
OTHER_ARN = "arn:aws:lambda:us-east-1:111122223333:function:other"


def holds(operator: str, values: list[str], value: ContextValue | None) -> bool:
    """value: None for a request without the key."""
    condition = compile_condition(operator_named(operator), "aws:Key", values, variables=True)
    return condition.holds(RequestContext({} if value is None else {"AWS:key": value}))


@pytest.mark.parametrize(
    ("operator", "values", "value", "expected"),
    [
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", ["a"], "A", False),
        ("StringEquals", ["a*"], "ab", False),
        ("StringEquals", ["7"], 7, True),
        ("StringEquals", ["true"], True, True),
        ("StringEquals", [""], "", True),
        ("StringEquals", [], "a", False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", [], "a", True),
        ("StringEqualsIgnoreCase", ["STRASSE"], "straße", True),
        ("StringNotEqualsIgnoreCase", ["A"], "a", False),
        ("StringLike", ["a?c*"], "abc", True),
        ("StringLike", ["A*"], "abc", False),
        ("StringLike", ["b"], "abc", False),
        ("StringNotLike", ["a*", "b*"], "c", True),
        ("StringNotLike", ["a*", "b*"], "bc", False),
        ("NumericEquals", ["7.0"], 7, True),
        ("NumericEquals", ["7"], "7.00", True),
        ("NumericEquals", ["1e1"], 10, True),
        ("NumericEquals", ["seven"], 7, False),
        ("NumericEquals", ["NaN"], "NaN", False),
        ("NumericNotEquals", ["7"], 7.0, False),
        ("NumericNotEquals", ["7", "8"], 9, True),
        ("NumericNotEquals", ["7", "8"], 8, False),
        ("NumericNotEquals", ["7"], "seven", False),
        ("NumericNotEquals", ["seven"], 7, False),
        ("NumericLessThan", ["9"], 10, False),
        ("NumericLessThan", ["10"], 9, True),
        ("NumericLessThan", ["9"], 9, False),
        ("NumericLessThan", ["1", "10"], 9, True),
        ("NumericLessThanEquals", ["9"], 9, True),
        ("NumericGreaterThan", ["-1"], 0, True),
        ("NumericGreaterThan", ["0"], 0, False),
        ("NumericGreaterThanEquals", ["0.1"], 0.1, True),
        ("DateEquals", ["2026-03-01T13:00:00+01:00"], "2026-03-01T12:00:00Z", True),
        ("DateEquals", ["2026-03-01"], "2026-03-01T00:00:00.000Z", True),
        ("DateEquals", ["2026"], "2026-01-01T00:00Z", True),
        ("DateEquals", ["1772366400"], "2026-03-01T12:00:00Z", True),
        ("DateEquals", ["20260301T120000Z"], 1772366400, True),
        ("DateEquals", ["1970-01-01T00:33:46Z"], 2026, True),
        ("DateEquals", ["2026-13-01"], "2026-13-01", False),
        ("DateNotEquals", ["2026-03-01"], "2026-03-02", True),
        ("DateNotEquals", ["2026-03-01"], "2026-03-01", False),
        ("DateNotEquals", ["2026-03-01"], "soon", False),
        ("DateLessThan", ["2026-03-01T12:00:00Z"], "2026-03-01T12:00:00Z", False),
        ("DateLessThan", ["2026-03-01T12:00:00.5Z"], "2026-03-01T12:00:00Z", True),
        ("DateLessThanEquals", ["2026-03-01T12:00:00Z"], datetime(2026, 3, 1, 12, tzinfo=UTC), True),
        ("DateGreaterThan", ["2026-03-01"], datetime(2026, 3, 1, 12, tzinfo=UTC), True),
        ("DateGreaterThanEquals", ["2026-03-01T00:00:00-05:00"], "2026-03-01T05:00:00Z", True),
        ("Bool", ["true"], "True", True),
        ("Bool", ["TRUE"], True, True),
        ("Bool", ["false"], True, False),
        ("Bool", ["yes"], "yes", False),
        ("BinaryEquals", ["QmluYXJ5"], b"Binary", True),
        ("BinaryEquals", ["QmluYXJ5"], "QmluYXJ5", True),
        ("BinaryEquals", ["QmluYXJ5"], b"binary", False),
        ("BinaryEquals", ["not base64"], "not base64", False),
        ("IpAddress", ["203.0.113.0/24"], "203.0.113.255", True),
        ("IpAddress", ["203.0.113.0/24"], "203.0.114.0", False),
        ("IpAddress", ["203.0.113.7"], "203.0.113.7", True),
        ("IpAddress", ["203.0.113.7/24"], "203.0.113.9", True),
        ("IpAddress", ["203.0.113.0/24"], "::ffff:203.0.113.5", True),
        ("IpAddress", ["2001:DB8::/32", "10.0.0.0/8"], "2001:db8:0:0::1", True),
        ("IpAddress", ["10.0.0.0/8"], "2001:db8::1", False),
        ("IpAddress", ["everywhere"], "203.0.113.5", False),
        ("IpAddress", ["0.0.0.0/0"], "nowhere", False),
        ("NotIpAddress", ["203.0.113.0/24", "192.0.2.0/24"], "192.0.2.1", False),
        ("NotIpAddress", ["203.0.113.0/24"], "192.0.2.1", True),
        ("ArnEquals", ["arn:aws:lambda:*:111122223333:function:*"], ARN, True),
        ("ArnLike", ["arn:aws:lambda:us-east-1:111122223333:function:rotate"], ARN, True),
        ("ArnLike", ["arn:aws:lambda:*:function:rotate"], ARN, False),
        ("ArnNotEquals", ["arn:aws:lambda:*:*:function:r*"], ARN, False),
        ("ArnNotLike", ["arn:aws:lambda:*:*:function:r*"], OTHER_ARN, True),
    ],
)
def test_operator(operator: str, values: list[str], value: Any, expected: bool) -> None:
    assert holds(operator, values, value) is expected


POSITIVE = [
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "NumericEquals", "NumericLessThan",
    "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateLessThan",
    "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
]  # fmt: skip
NEGATED = [
    "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike", "NumericNotEquals",
    "DateNotEquals", "NotIpAddress",
]  # fmt: skip


@pytest.mark.parametrize("operator", POSITIVE)
def test_missing_key_fails_a_positive_operator(operator: str) -> None:
    assert not holds(operator, ["1"], None)


@pytest.mark.parametrize("operator", NEGATED)
def test_missing_key_satisfies_a_negated_operator(operator: str) -> None:
    assert holds(operator, ["1"], None)


@pytest.mark.parametrize("qualifier", ["", "ForAnyValue:", "ForAllValues:"])
@pytest.mark.parametrize("operator", POSITIVE + NEGATED)
def test_if_exists_lets_a_missing_key_pass(operator: str, qualifier: str) -> None:
    assert holds(f"{qualifier}{operator}IfExists", ["1"], None)


@pytest.mark.parametrize("operator", POSITIVE + NEGATED)
def test_if_exists_with_the_key_is_the_plain_operator(operator: str) -> None:
    values = ["1", "other", "true", "2001:db8::1", ARN]

    assert [holds(f"{operator}IfExists", ["1"], value) for value in values] == [
        holds(operator, ["1"], value) for value in values
    ]


@pytest.mark.parametrize(
    ("values", "value", "expected"),
    [
        (["true"], None, True),
        (["true"], "x", False),
        (["false"], None, False),
        (["FALSE"], "x", True),
        (["true"], [], True),
        (["true", "false"], "x", True),
    ],
)
def test_null_asks_for_the_key(values: list[str], value: Any, expected: bool) -> None:
    assert holds("Null", values, value) is expected


@pytest.mark.parametrize(
    ("operator", "values", "value", "expected"),
    [
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], False),
        ("ForAnyValue:StringEquals", ["a"], "a", True),
        ("ForAnyValue:StringEquals", ["a"], None, False),
        ("ForAnyValue:StringEquals", ["a"], [], False),
        ("ForAnyValue:StringEquals", [""], "", False),
        ("ForAnyValue:StringLike", ["a*"], ["x", "abc"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "x"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], False),
        ("ForAnyValue:StringNotEquals", ["a"], None, False),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "x"], False),
        ("ForAllValues:StringEquals", ["a"], None, True),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAllValues:StringEquals", ["a"], "", True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["x", "b"], False),
        ("ForAllValues:NumericLessThan", ["5"], ["1", "2"], True),
        ("ForAllValues:StringEqualsIgnoreCase", ["A"], ("a", "A"), True),
    ],
)
def test_set_qualifier(operator: str, values: list[str], value: Any, expected: bool) -> None:
    assert holds(operator, values, value) is expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("StringEquals", ["AWSCURRENT"], True),
        ("StringEquals", ["AWSPENDING", "AWSCURRENT"], True),
        ("StringNotEquals", ["AWSPENDING", "AWSCURRENT"], False),
        ("StringNotEquals", ["AWSPENDING"], True),
    ],
)
def test_a_list_without_qualifier_is_accepted(operator: str, value: list[str], expected: bool) -> None:
    """secretsmanager:VersionStage is a list, but AWS's table types it String; both ways of asking work (1.6)."""
    assert holds(operator, ["AWSCURRENT"], value) is expected


@pytest.mark.parametrize(
    ("operator", "expected"), [("Bool", False), ("StringEquals", False), ("StringNotEquals", True), ("ArnLike", False)]
)
def test_variable_without_value(operator: str, expected: bool) -> None:
    assert holds(operator, ["${aws:PrincipalTag/none}"], "true") is expected


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringEqualsIgnoreCase", "Bool", "ArnEquals"])
def test_variable_with_value(operator: str) -> None:
    value = ARN if operator.startswith("Arn") else "true"

    assert holds(operator, ["${aws:key}"], value)


@pytest.mark.parametrize(
    "operator",
    [
        "StringMatches", "stringequals", "StringEqualsIfExistsIfExists", "NullIfExists", "ForAnyValue:Null",
        "ForSomeValues:StringEquals", "ForAnyValue:ForAllValues:StringEquals", "IfExists", "",
    ],
)  # fmt: skip
def test_unknown_operator_is_refused(operator: str) -> None:
    with pytest.raises(MalformedPolicy, match="is not a condition operator"):
        operator_named(operator)
