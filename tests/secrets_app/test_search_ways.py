"""However ListSecrets looks for secrets, it finds the same pages: those of looking at every secret in order."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secrets_app import operations, search, search_candidates
from secrets_app.call import Call
from secrets_app.models import Secret
from secrets_app.search_filters import value_test
from tests import factories

pytestmark = pytest.mark.django_db

WORDS = ["prod", "Prod", "dev", "AppBeta", "app", "Beta", "x", "x1", "COMPANYthings", "a", "y" * 70, "y" * 66, "zz"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).flatmap(
    lambda some: st.sampled_from([" ", "/", "-", ""]).map(lambda between: between.join(some))
)
SECRETS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "description": TEXTS,
        "tags": st.dictionaries(st.sampled_from(WORDS), TEXTS, max_size=2),
        "changed": st.integers(0, 3),
        "accessed": st.none() | st.integers(1, 3),
        "primary_region": st.sampled_from(["", "us-west-2", "eu-west-1"]),
        "owning_service": st.sampled_from(["", "rds", "Redshift"]),
        "elsewhere": st.booleans(),
    }
)
VALUES = st.tuples(st.sampled_from(["", "", "!"]), TEXTS | st.sampled_from(["", "+", "us", "eu-west-1", "RDS", "red"]))
FILTERS = st.lists(
    st.fixed_dictionaries(
        {
            "Key": st.sampled_from(
                ["description", "all", "all", "name", "tag-key", "tag-value", "primary-region", "owning-service"]
            ),
            "Values": st.lists(VALUES.map("".join), min_size=1, max_size=3),
        }
    ),
    max_size=3,
)


def store(call: Call, other: Call, number: int, given_secret: dict[str, Any]) -> None:
    secret = factories.make_secret(
        other if given_secret["elsewhere"] else call,
        f"{given_secret['name'].replace(' ', '_') or 'n'}.{number}",
        description=given_secret["description"],
        secret_string=None,
        tags=[{"Key": key, "Value": value} for key, value in given_secret["tags"].items()],
    )
    Secret.objects.filter(pk=secret.pk).update(
        last_changed_at=factories.NOW + timedelta(hours=given_secret["changed"]),
        last_accessed_on=given_secret["accessed"] and date(2026, 3, given_secret["accessed"]),
        primary_region=given_secret["primary_region"],
        owning_service=given_secret["owning_service"],
    )


def passes(secret: Secret, one: dict[str, Any]) -> bool:
    """One filter, read as api.md 5.9 puts it, without any SQL."""
    return any(_passes(secret, one["Key"], value) for value in one["Values"])


def _passes(secret: Secret, key: str, value: str) -> bool:
    tags = list(secret.tags.all())
    if key in ("description", "all"):
        return value_test(key, value)(secret, tags)
    if value.startswith("!"):
        return not _passes(secret, key, value[1:])
    having = {
        "name": [secret.name],
        "tag-key": [tag.key for tag in tags],
        "tag-value": [tag.value for tag in tags],
        "primary-region": [secret.primary_region],
        "owning-service": [secret.owning_service.lower()],
    }[key]
    start = value.lower() if key == "owning-service" else value
    return any(text and text.startswith(start) for text in having)


def expected(call: Call, filters: list[dict[str, Any]], sort_by: str | None, sort_order: str) -> list[str]:
    field = {"name": "name", "last-changed-date": "last_changed_at", "last-accessed-date": "last_accessed_on"}.get(
        sort_by or ""
    )
    secrets = [
        secret
        for secret in Secret.objects.filter(account=call.account, region=call.region)
        if all(passes(secret, one) for one in filters)
    ]

    def place(secret: Secret) -> Any:
        value = getattr(secret, field) if field else 0
        return (value is not None, value if value is not None else 0, secret.pk)

    return [secret.name for secret in sorted(secrets, key=place, reverse=sort_order == "desc")]


def pages(call: Call, **asked: Any) -> Iterator[list[str]]:
    token = None
    while True:
        page = operations.list_secrets(call, next_token=token, **asked)
        yield [item.secret.name for item in page.items]
        token = page.next_token
        if token is None:
            return


@pytest.fixture
def other(make_call: Callable[..., Call]) -> Call:
    return make_call(region="eu-west-1")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=st.lists(SECRETS, max_size=9),
    filters=FILTERS,
    sort_by=st.sampled_from([None, "name", "last-changed-date", "last-accessed-date"]),
    sort_order=st.sampled_from(["asc", "desc"]),
    size=st.integers(1, 4),
    few=st.sampled_from([0, 2, 1000]),
)
def test_every_way_of_looking_finds_the_same(
    call: Call,
    other: Call,
    monkeypatch: pytest.MonkeyPatch,
    stored: list[dict[str, Any]],
    filters: list[dict[str, Any]],
    sort_by: str | None,
    sort_order: str,
    size: int,
    few: int,
) -> None:
    """few: what a rare filter finds at most; below that, the order is walked in windows, here of two and of three."""
    Secret.objects.all().delete()
    for number, one in enumerate(stored):
        store(call, other, number, one)
    asked = {"filters": filters or None, "sort_by": sort_by, "sort_order": sort_order, "max_results": size}
    wanted = expected(call, filters, sort_by, sort_order)

    with monkeypatch.context() as patched:
        patched.setattr(search_candidates, "MOST", few)
        patched.setattr(search, "CANDIDATES_AT_ONCE", 2)
        full = list(pages(call, **asked))
        patched.setattr(search, "WINDOWS", (2, 3))
        patched.setattr(search, "SCAN_LIMIT", 2)
        short = [name for page in pages(call, **asked) for name in page]

    assert full == ([wanted[at : at + size] for at in range(0, len(wanted), size)] or [[]])
    assert short == wanted


def test_a_search_without_a_hit_ends_at_once(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """With many more secrets than one page looks at."""
    for number in range(12):
        factories.make_secret(call, f"s{number}", secret_string=None, tags=[{"Key": "team", "Value": "x"}])
    monkeypatch.setattr(search, "WINDOWS", (2, 3))
    monkeypatch.setattr(search, "SCAN_LIMIT", 2)

    for key in ("description", "all", "name", "tag-key", "tag-value", "primary-region", "owning-service"):
        assert list(pages(call, filters=[{"Key": key, "Values": ["nowhere"]}])) == [[]]


def test_a_frequent_filter_makes_short_pages_rather_than_long_waits(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        factories.make_secret(call, f"s{number}", secret_string=None, description="last" if number == 11 else "")
    monkeypatch.setattr(search, "WINDOWS", (2, 3))

    found = list(
        pages(call, filters=[{"Key": "description", "Values": ["!nowhere"]}, {"Key": "name", "Values": ["!s1"]}])
    )

    assert [name for page in found for name in page] == [
        f"s{number}" for number in range(12) if number not in (1, 10, 11)
    ]
    assert max(len(page) for page in found) <= 5


@pytest.mark.parametrize("few", [0, 1000])
def test_a_search_takes_as_many_statements_for_fifty_as_for_one(
    call: Call, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any, few: int
) -> None:
    for number in range(50):
        factories.make_secret(call, f"s{number}", description="the words", tags=[{"Key": "team", "Value": "billing"}])
    monkeypatch.setattr(search_candidates, "MOST", few)

    with django_assert_max_num_queries(13):
        page = operations.list_secrets(
            call, filters=[{"Key": "all", "Values": ["the words"]}, {"Key": "tag-value", "Values": ["bill"]}]
        )

    assert len(page.items) == 50
