"""Statements of the hot path: the short way to SQLite must not lose what Django's cursor gives."""

from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from secrets_app import statements
from secrets_app.models import Account
from secrets_app.statements import Statement, in_transaction_of_events, next_moment, one_moment

TABLE = Account._meta.db_table
INSERT = Statement(f"INSERT INTO {TABLE} (id, created_at, is_made_by_use) VALUES (%s, %s, FALSE)")  # noqa: S608  our own
NAMES = Statement(f"SELECT id FROM {TABLE} WHERE id >= %s ORDER BY id")  # noqa: S608  our own table
ROW = ("123456789012", "2026-11-24 09:00:00+00:00")


@pytest.mark.usefixtures("db")
def test_rows_come_back_either_way() -> None:
    INSERT.run(ROW)

    assert NAMES.rows(["0"]) == [("123456789012",)]
    with connection.execute_wrapper(lambda execute, *details: execute(*details)):
        assert NAMES.rows(["0"]) == [("123456789012",)]


@pytest.mark.usefixtures("db")
def test_it_is_part_of_the_transaction() -> None:
    with transaction.atomic():
        INSERT.run(ROW)
        transaction.set_rollback(True)

    assert not Account.objects.exists()


def test_it_is_counted_where_queries_are_counted(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        INSERT.run(ROW)
        NAMES.rows(["0"])


@pytest.mark.usefixtures("db")
def test_errors_are_those_of_django() -> None:
    INSERT.run(ROW)

    with pytest.raises(IntegrityError), transaction.atomic():
        INSERT.run(ROW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Statement("SELECT nothing FROM nowhere WHERE %s").rows([1])


@pytest.mark.usefixtures("db")
def test_a_failed_transaction_runs_nothing_more() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            NAMES.rows(["0"])


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_leaves_no_transaction_open() -> None:
    """The connection is everybody's: with a transaction left open, nobody's changes would be committed any more."""
    with pytest.raises(UnicodeEncodeError):
        in_transaction_of_events(lambda: INSERT.run_each([ROW, ("\ud800", ROW[1])]))

    assert not (connection.vendor == "sqlite" and connection.connection.in_transaction)
    in_transaction_of_events(lambda: INSERT.run_each([ROW, ("210987654321", ROW[1])]))
    assert NAMES.rows(["0"]) == [("123456789012",), ("210987654321",)]


# --- what is made of rows -----------------------------------------------------------------------------


class Made:
    """Counts how often something was made of the rows."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, rows: list[tuple[Any, ...]]) -> list[str]:
        self.times += 1
        return [name for (name,) in rows]


only_sqlite = pytest.mark.sqlite  # a server cannot be asked whether it has changed


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_made_once_until_the_database_changes() -> None:
    made = Made()
    INSERT.run(ROW)

    assert NAMES.made_of_rows(("0",), made) == NAMES.made_of_rows(("0",), made) == ["123456789012"]
    assert made.times == 1
    NAMES.made_of_rows(("9",), made)
    assert made.times == 2  # other parameters, another answer

    Account.objects.create(id="210987654321", created_at="2026-11-24 09:00:00+00:00")
    assert NAMES.made_of_rows(("0",), made) == ["123456789012", "210987654321"]


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_change_through_another_connection_is_seen() -> None:
    made = Made()
    INSERT.run(ROW)
    assert NAMES.made_of_rows(("0",), made) == ["123456789012"]

    def elsewhere() -> None:
        Account.objects.all().delete()
        connection.close()

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert NAMES.made_of_rows(("0",), made) == []


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_one_moment_has_its_own_changes_and_ends() -> None:
    made = Made()

    with one_moment():
        NAMES.made_of_rows(("0",), made)
        INSERT.run(ROW)
        assert NAMES.made_of_rows(("0",), made) == ["123456789012"]

        def elsewhere() -> None:
            Account.objects.all().delete()
            connection.close()

        thread = Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert NAMES.made_of_rows(("0",), made) == ["123456789012"]
        next_moment()
        assert NAMES.made_of_rows(("0",), made) == []

    assert NAMES.made_of_rows(("0",), made) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_server_is_asked_once_a_moment() -> None:
    made = Made()
    NAMES.made_of_rows(("0",), made)
    NAMES.made_of_rows(("0",), made)
    assert made.times == 2

    with one_moment():
        NAMES.made_of_rows(("0",), made)
        INSERT.run(ROW)
        assert NAMES.made_of_rows(("0",), made) == []
        next_moment()
        assert NAMES.made_of_rows(("0",), made) == ["123456789012"]
        with transaction.atomic():
            Account.objects.all().delete()
            assert NAMES.made_of_rows(("0",), made) == []

    assert NAMES.made_of_rows(("0",), made) == []


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_saw_before_it_was_undone_is_not_kept() -> None:
    made = Made()
    with transaction.atomic():
        INSERT.run(ROW)
        assert NAMES.made_of_rows(("0",), made) == ["123456789012"]
        transaction.set_rollback(True)

    assert NAMES.made_of_rows(("0",), made) == []


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_events_leave_it_as_it_is_and_nothing_else_does() -> None:
    made = Made()
    NAMES.made_of_rows(("0",), made)

    in_transaction_of_events(lambda: INSERT.run(ROW))
    NAMES.made_of_rows(("0",), made)
    assert made.times == 1

    INSERT.run(("210987654321", ROW[1]))
    NAMES.made_of_rows(("0",), made)
    assert made.times == 2


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_what_is_kept_has_a_limit_in_bytes() -> None:
    """Values of 64 KB, a thousand of them in each thread, would be more than a small machine has."""
    made = Made()
    INSERT.run(ROW)

    with patch.object(statements, "_MOST_WEIGHT_KEPT", 1000):
        for number in range(100):
            NAMES.made_of_rows((f"0{number:0>200}",), made)
        NAMES.made_of_rows(("0" * 2000,), made)  # too much by itself
        kept: Any = connection._secrets_console_kept  # type: ignore[attr-defined]  # noqa: SLF001
        assert 0 < len(kept) < 5

        made.times = 0
        NAMES.made_of_rows((f"0{99:0>200}",), made)
        NAMES.made_of_rows((f"0{99:0>200}",), made)
        assert made.times <= 1
