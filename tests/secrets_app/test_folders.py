"""Folders of the list: skipping through the index of names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from secrets_app import folders, operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.folders import Folder, Level
from secrets_app.models import AuditEvent, Secret
from tests.factories import Person, make_call, make_secret

pytestmark = pytest.mark.django_db


def browse(call: Call, prefix: str = "", start: str = "", size: int = 25, **more: Any) -> Level:
    more.setdefault("include_planned_deletion", False)
    return folders.browse(call, prefix, start=start, size=size, **more)


def written(level: Level) -> list[str]:
    return [entry.prefix if isinstance(entry, Folder) else entry.secret.name for entry in level.entries]


def many(call: Call, *names: str) -> None:
    """Rows alone: what operations add does not matter here."""
    Secret.objects.bulk_create(
        Secret(
            account_id=call.account,
            region=call.region,
            name=name,
            suffix="AbCdEf",
            created_at=call.now,
            last_changed_at=call.now,
        )
        for name in names
    )


def test_one_level_in_the_order_of_names(call: Call) -> None:
    many(call, "b/x", "a", "b", "b/y/z", "b!c", "B/q", "b-", "/lead", "c//d", "z")

    assert written(browse(call)) == ["/", "B/", "a", "b", "b!c", "b-", "b/", "c/", "z"]
    assert written(browse(call, "b/")) == ["b/x", "b/y/"]
    assert written(browse(call, "/")) == ["/lead"]
    assert written(browse(call, "c/")) == ["c//"]


def test_secret_whose_name_ends_in_a_slash_stands_in_its_folder(call: Call) -> None:
    many(call, "a/", "a/b")

    assert written(browse(call)) == ["a/"]
    assert written(browse(call, "a/")) == ["a/", "a/b"]
    assert not isinstance(browse(call, "a/").entries[0], Folder)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_follow_one_another_without_gap_or_repetition(call: Call, size: int) -> None:
    many(call, "a/1", "a/2", "b", "b/1", "b0", "c/1/2", "c/3", "d")
    found, start = [], ""

    while True:
        level = browse(call, start=start, size=size)
        found += written(level)
        start = level.next_start
        if not start:
            break

    assert found == ["a/", "b", "b/", "b0", "c/", "d"]


def test_folder_says_how_many_secrets_it_holds_as_far_as_they_are_counted(call: Call) -> None:
    many(call, "few/1", "few/deep/2", *(f"many/{number}" for number in range(folders.MOST_COUNTED + 5)))

    assert browse(call).entries == [Folder("few/", 2), Folder("many/", folders.MOST_COUNTED + 1)]


def test_secrets_scheduled_for_deletion_are_left_out_unless_asked_for(call: Call) -> None:
    operations.delete_secret(call, secret_id=make_secret(call, "a/gone").arn)
    make_secret(call, "a/kept")

    assert browse(call).entries == [Folder("a/", 1)]
    assert browse(call, include_planned_deletion=True).entries == [Folder("a/", 2)]


def test_another_region_and_account_are_not_looked_into(call: Call, make_call: Callable[..., Call]) -> None:
    make_secret(make_call(region="eu-west-1"), "there/x")

    assert browse(call).entries == []


def test_position_from_outside_the_folder_leads_nowhere_else(call: Call) -> None:
    many(call, "a/x", "b/x", "c/x")

    assert written(browse(call, "b/", start="a")) == ["b/x"]
    assert written(browse(call, "b/", start="c")) == []


def test_who_may_not_list_secrets_is_refused_and_on_record(call: Call, mallory: Person) -> None:
    with pytest.raises(AccessDeniedException, match="secretsmanager:ListSecrets"):
        browse(make_call(mallory))

    event = AuditEvent.objects.get(event_name="ListSecrets")
    assert (event.principal_arn, event.error_code) == (mallory.arn, "AccessDeniedException")


def test_browsing_is_on_record_as_a_list_by_name(call: Call) -> None:
    browse(call, "prod/")

    event = AuditEvent.objects.get(event_name="ListSecrets")
    assert '{"Key":"name","Values":["prod/"]}' in event.request_parameters
    assert event.read_only


def test_folder_costs_the_same_whatever_it_holds(call: Call, django_assert_num_queries: Any) -> None:
    """The names of a level, the counts, the secrets with tags and rotation, the audit event and its chain's end."""
    many(call, *(f"big/{number:05}" for number in range(3_000)), "alone")
    browse(call)  # the first event begins a chain

    with django_assert_num_queries(7):
        browse(call)


@pytest.mark.sqlite  # PostgreSQL's plan of so few rows says nothing
def test_names_are_looked_up_in_the_index(call: Call) -> None:
    from django.test.utils import CaptureQueriesContext

    many(call, "a/1", "b")
    with CaptureQueriesContext(connection) as queries:
        browse(call)
    (statement,) = [query["sql"] for query in queries if "RECURSIVE" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        plan = [row[3] for row in cursor.fetchall()]

    assert [step for step in plan if step.startswith("SCAN") and "entry" not in step and "CONSTANT" not in step] == []
    assert any("name>?" in step and "name<?" in step for step in plan)
