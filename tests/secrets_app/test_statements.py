"""Statements of the hot path: the short way to SQLite must not lose what Django's cursor gives."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from secrets_app.models import Account
from secrets_app.statements import Statement

TABLE = Account._meta.db_table
INSERT = Statement(f"INSERT INTO {TABLE} (id, created_at) VALUES (%s, %s)")  # noqa: S608  our own table
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
