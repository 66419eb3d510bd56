"""Words, filters, orders and pages of ListSecrets. Facts: api.md 5.9 (recorded and verified cases)."""

from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import InvalidNextTokenException, ValidationException
from secrets_app.words import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SecretOne", ["Secret", "One"]),
        ("prod/AppBeta/x", ["prod", "App", "Beta", "x"]),
        ("COMPANYthings", ["COMPAN", "Ythings"]),
        ("a secret", ["a", "secret"]),
        ("+", []),
        ("db1prod", ["db", "1prod"]),
    ],
)
def test_words_are_split_at_separators_and_humps(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def store(call: Call, name: str, **more: Any) -> None:
    operations.create_secret(call, name=name, client_request_token=f"{name:*<32}"[:64], **more)


def names(call: Call, **arguments: Any) -> list[str]:
    return [found.secret.name for found in operations.list_secrets(call, **arguments).items]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ["one", "two", "three"]),
        ("a secret", ["one", "two"]),
        ("!a", ["four"]),
        ("A SECRET", ["one", "two"]),
    ],
)
def test_description_filter_finds_beginnings_of_words(call: Call, value: str, expected: list[str]) -> None:
    """Recorded: `a` finds "a secret", "an secret", "asecret", not "thesecret"."""
    for name, description in [("one", "a secret"), ("two", "an secret"), ("three", "asecret"), ("four", "thesecret")]:
        store(call, name, description=description)

    assert names(call, filters=[{"Key": "description", "Values": [value]}]) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("prod/", ["prod/a", "prod/b"]), ("Prod", ["Prod"]), ("!prod/", ["Prod", "dev"]), ("zzz", [])],
)
def test_name_filter_is_a_case_sensitive_prefix(call: Call, value: str, expected: list[str]) -> None:
    for name in ["prod/a", "Prod", "prod/b", "dev"]:
        store(call, name)

    assert names(call, filters=[{"Key": "name", "Values": [value]}]) == expected


def test_all_looks_into_name_description_and_tags(call: Call) -> None:
    store(call, "SecretOne")
    store(call, "b", description="the secret one")
    store(call, "c", tags=[{"Key": "kind", "Value": "SecretThing"}])
    store(call, "Thirdsecret")

    assert names(call, filters=[{"Key": "all", "Values": ["secret"]}]) == ["SecretOne", "b", "c"]


def test_filters_narrow_and_values_widen(call: Call) -> None:
    store(call, "a", tags=[{"Key": "team", "Value": "x"}])
    store(call, "b", tags=[{"Key": "team", "Value": "y"}])
    store(call, "c", tags=[{"Key": "other", "Value": "x"}])

    both = [{"Key": "tag-key", "Values": ["team"]}, {"Key": "tag-value", "Values": ["x", "y"]}]

    assert names(call, filters=both) == ["a", "b"]


def test_unknown_filter_key_is_refused_with_the_enum(call: Call) -> None:
    with pytest.raises(ValidationException, match="filters.1.member.key"):
        operations.list_secrets(call, filters=[{"Key": "colour", "Values": ["x"]}])  # type: ignore[typeddict-item]


@pytest.mark.parametrize("sort_by", [None, "name", "created-date", "last-changed-date", "last-accessed-date"])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_pages_hold_every_secret_once_in_every_order(call: Call, sort_by: str | None, sort_order: str) -> None:
    for number in range(7):
        store(call, f"s{number}", secret_string="x")
    operations.get_secret_value(call, secret_id="s3")

    found, token = [], None
    while True:
        page = operations.list_secrets(call, max_results=2, next_token=token, sort_by=sort_by, sort_order=sort_order)
        found += [item.secret.name for item in page.items]
        token = page.next_token
        if token is None:
            break

    assert sorted(found) == [f"s{number}" for number in range(7)]
    assert names(call, sort_by=sort_by, sort_order=sort_order) == found


def test_next_token_belongs_to_the_caller_and_the_question(call: Call, make_call: Callable[..., Call]) -> None:
    for number in range(3):
        store(call, f"s{number}")
    token = operations.list_secrets(call, max_results=1).next_token

    with pytest.raises(InvalidNextTokenException):
        operations.list_secrets(make_call(region="eu-west-1"), max_results=1, next_token=token)
    with pytest.raises(InvalidNextTokenException):
        operations.list_secrets(call, max_results=1, next_token=token, sort_by="name")


def test_list_takes_as_many_statements_for_fifty_as_for_one(call: Call, django_assert_max_num_queries: Any) -> None:
    for number in range(50):
        store(call, f"s{number}", secret_string="x", tags=[{"Key": "k", "Value": "v"}])

    with django_assert_max_num_queries(6):
        operations.list_secrets(call)
