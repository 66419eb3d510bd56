"""Filters and orders of ListSecrets: every recorded and verified case. Facts: api.md 5.9."""

from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import replication
from secrets_app.models import Secret
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, Wire, refused
from tests.factories import Person

Found = Callable[..., list[str]]


@pytest.fixture
def found(aws: Any) -> Found:
    """found(name=["a"]): the names that ListSecrets answers, in its order."""

    def names(**filters: list[str]) -> list[str]:
        asked = [{"Key": key.replace("_", "-"), "Values": values} for key, values in filters.items()]
        return [entry["Name"] for entry in aws.list_secrets(Filters=asked)["SecretList"]]

    return names


# --- names: a prefix of the whole, case and all ------------------------------------------------------------

NAMES = ["/leading/one", "testing1", "testing2", "Testing", "one/testing1", "testing1-one", "a_b"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["/"], ["/leading/one"]),
        (["!/"], NAMES[1:]),
        (["testing1"], ["testing1", "testing1-one"]),
        (["testing1 one"], []),
        (["testing"], ["testing1", "testing2", "testing1-one"]),
        (["Testing"], ["Testing"]),
        (["TESTING"], []),
        (["one"], ["one/testing1"]),
        (["esting"], []),
        (["testing1", "one"], ["testing1", "one/testing1", "testing1-one"]),
        (["!testing"], ["/leading/one", "Testing", "one/testing1", "a_b"]),
        (["!t", "testing2"], ["/leading/one", "testing2", "Testing", "one/testing1", "a_b"]),
        (["a_"], ["a_b"]),
        (["testing1-one"], ["testing1-one"]),
        (["testing1-one-more"], []),
    ],
)
def test_names_by_prefix(aws: Any, found: Found, values: list[str], expected: list[str]) -> None:
    """Recorded: "/" finds only names that begin with a slash, "testing1 one" nothing; "!" gives the complement."""
    for name in NAMES:
        aws.create_secret(Name=name)

    assert found(name=values) == expected


# --- descriptions: beginnings of words ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ["a secret", "an secret", "asecret"]),
        ("!a", ["thesecret", ""]),
        ("a secret", ["a secret", "an secret"]),
        ("secret a", ["a secret", "an secret"]),
        ("A SECRET", ["a secret", "an secret"]),
        ("secret", ["a secret", "an secret"]),
        ("ecret", []),
        ("the", ["thesecret"]),
        ("!c", ["a secret", "an secret", "asecret", "thesecret", ""]),
        ("!a secret", ["asecret", "thesecret", ""]),
        ("a thing", []),
    ],
)
def test_descriptions_by_word(aws: Any, value: str, expected: list[str]) -> None:
    """Recorded: "a" finds "a secret", "an secret", "asecret", not "thesecret"; "a secret" the first two only."""
    for number, text in enumerate(["a secret", "an secret", "asecret", "thesecret", ""]):
        aws.create_secret(Name=f"s{number}", Description=text)

    entries = aws.list_secrets(Filters=[{"Key": "description", "Values": [value]}])["SecretList"]

    assert [entry.get("Description", "") for entry in entries] == expected


# --- tags --------------------------------------------------------------------------------------------------

TAGGED = {"one": ("Team", "blue"), "two": ("team", "Blue"), "three": ("teamwork", "bluest"), "four": ("cost", "")}


@pytest.fixture
def by_tag(aws: Any, found: Found) -> Found:
    for name, (key, value) in TAGGED.items():
        aws.create_secret(Name=name, Tags=[{"Key": key, "Value": value}])
    aws.create_secret(Name="bare")
    return found


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tag_key": ["team"]}, ["two", "three"]),
        ({"tag_key": ["Team"]}, ["one"]),
        ({"tag_key": ["!team"]}, ["one", "four", "bare"]),
        ({"tag_key": ["team", "cost"]}, ["two", "three", "four"]),
        ({"tag_value": ["blue"]}, ["one", "three"]),
        ({"tag_value": ["!b"]}, ["two", "four", "bare"]),
        ({"tag_key": ["team"], "tag_value": ["blue"]}, ["three"]),
        ({"tag_key": ["team"], "name": ["t"]}, ["two", "three"]),
        ({"tag_key": ["team"], "name": ["o"]}, []),
    ],
)
def test_tags_by_prefix(by_tag: Found, filters: dict[str, list[str]], expected: list[str]) -> None:
    """Prefixes with case (documented); values of one filter widen, filters narrow (verified)."""
    assert by_tag(**filters) == expected


def test_the_same_key_twice_narrows(aws: Any) -> None:
    """Verified: duplicate keys."""
    for name in ("first", "second"):
        aws.create_secret(Name=name, Tags=[{"Key": "foo", "Value": "x"}, {"Key": f"only-{name}", "Value": "y"}])

    filters = [{"Key": "tag-key", "Values": ["foo"]}, {"Key": "tag-key", "Values": ["only-second"]}]

    assert [entry["Name"] for entry in aws.list_secrets(Filters=filters)["SecretList"]] == ["second"]


# --- all: words of name, description, tag keys and tag values ------------------------------------------------

EVERYWHERE: dict[str, dict[str, Any]] = {
    "SecretOne": {},
    "two": {"Description": "second secret"},
    "three": {"Tags": [{"Key": "SecretTag", "Value": "x"}]},
    "four": {"Tags": [{"Key": "tag", "Value": "my-secret"}]},
    "Thirdsecret": {},
    "prod/AppBeta/x": {},
    "COMPANYthings": {},
    "plus+minus": {},
    "dotted.name@example": {},
    "under_score=equal": {},
    "firstword": {"Description": "secondword"},
}


@pytest.fixture
def everywhere(aws: Any, found: Found) -> Found:
    for name, members in EVERYWHERE.items():
        aws.create_secret(Name=name, **members)
    return found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("secret", ["SecretOne", "two", "three", "four"]),
        ("SECRET", ["SecretOne", "two", "three", "four"]),
        ("sec", ["SecretOne", "two", "three", "four", "firstword"]),
        ("ret", []),
        ("One", ["SecretOne"]),
        ("one", ["SecretOne"]),
        ("AppBeta", ["prod/AppBeta/x"]),
        ("Beta", ["prod/AppBeta/x"]),
        ("beta", ["prod/AppBeta/x"]),
        ("prod", ["prod/AppBeta/x"]),
        ("prod/AppBeta", ["prod/AppBeta/x"]),
        ("x prod", ["prod/AppBeta/x"]),
        ("Ythings", ["COMPANYthings"]),
        ("compan", ["COMPANYthings"]),
        ("company", []),
        ("things", []),
        ("+", []),
        ("minus", ["plus+minus"]),
        ("name", ["dotted.name@example"]),
        ("example", ["dotted.name@example"]),
        ("score", ["under_score=equal"]),
        ("equal", ["under_score=equal"]),
        ("third", ["Thirdsecret"]),
        ("firstword secondword", []),
        ("second secret", ["two"]),
        ("!secret", ["Thirdsecret", *list(EVERYWHERE)[5:]]),
    ],
)
def test_words_of_anything(everywhere: Found, value: str, expected: list[str]) -> None:
    """Verified; every word must be the beginning of some word of one and the same attribute."""
    assert everywhere(all=[value]) == expected


def test_values_of_all_widen(everywhere: Found) -> None:
    assert everywhere(all=["beta", "minus"]) == ["prod/AppBeta/x", "plus+minus"]


# --- other keys ----------------------------------------------------------------------------------------------


def test_by_primary_region_and_owner(aws: Any, alice: Person, aws_as: MakeClient, found: Found) -> None:
    """Documented."""
    aws_as(alice, region="eu-west-1").create_secret(
        Name="copied", SecretString="x", AddReplicaRegions=[{"Region": "us-west-2"}]
    )
    replication.run_due(factories.NOW.replace(year=2100), "tests")
    for name in ("plain", "owned"):
        aws.create_secret(Name=name)
    Secret.objects.filter(name="owned").update(owning_service="rds")

    assert found(primary_region=["eu-"]) == ["copied"]
    assert found(primary_region=["us-"]) == []
    assert found(owning_service=["rds"]) == ["owned"]
    assert found(owning_service=["!rds"]) == ["copied", "plain"]


@pytest.mark.parametrize(
    ("filters", "refusal"),
    [
        ([{"Values": ["a"]}], Refusal("InvalidParameterException", "Invalid filter key")),
        ([{"Key": "name"}], Refusal("InvalidParameterException", "Invalid filter values for key: name")),
        ([{"Key": "all"}], Refusal("InvalidParameterException", "Invalid filter values for key: all")),
    ],
)
def test_half_a_filter(aws: Any, filters: Any, refusal: Refusal) -> None:
    assert refused(aws.list_secrets, Filters=filters) == refusal
    assert refused(aws.batch_get_secret_value, Filters=filters) == refusal


@pytest.mark.parametrize(
    "filters",
    [
        [{"Key": "name", "Values": []}],
        [{"Key": "name", "Values": ["a"] * 11}],
        [{"Key": "name", "Values": ["a" * 513]}],
        [{"Key": "name", "Values": ["ä"]}],
        [{"Key": "name", "Values": ["a"]}] * 11,
        [{"Key": "Name", "Values": ["a"]}],
        [{"Key": "", "Values": ["a"]}],
    ],
)
def test_filters_over_their_limits(wire: Wire, filters: Any) -> None:
    assert wire.post("ListSecrets", {"Filters": filters}).error == "ValidationException"


def test_no_filter_is_every_secret(aws: Any) -> None:
    aws.create_secret(Name="a")

    assert len(aws.list_secrets(Filters=[])["SecretList"]) == 1


# --- orders ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "bac"),
        ({"SortOrder": "asc"}, "bac"),
        ({"SortOrder": "desc"}, "cab"),
        ({"SortBy": "created-date"}, "bac"),
        ({"SortBy": "created-date", "SortOrder": "desc"}, "cab"),
        ({"SortBy": "name"}, "abc"),
        ({"SortBy": "name", "SortOrder": "desc"}, "cba"),
        ({"SortBy": "last-changed-date"}, "acb"),
        ({"SortBy": "last-changed-date", "SortOrder": "desc"}, "bca"),
        ({"SortBy": "last-accessed-date", "SortOrder": "desc"}, "acb"),
    ],
)
def test_orders(aws: Any, asked: dict[str, str], expected: str) -> None:
    """Oldest first unless asked otherwise (verified)."""
    for name in "bac":
        aws.create_secret(Name=name, SecretString="x")
    aws.update_secret(SecretId="b", Description="changed last")
    aws.get_secret_value(SecretId="a")

    assert "".join(entry["Name"] for entry in aws.list_secrets(**asked)["SecretList"]) == expected
