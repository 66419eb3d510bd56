"""The SQL of the hot path. Everything else goes through the ORM or Django's cursor."""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Statement:
    """One statement, written once with %s placeholders for both engines.

    On SQLite it goes straight to the driver: Django's cursor takes longer to translate and wrap a statement than
    SQLite to run it (docs/performance.md). What tests and errors need of Django stays: a counted query goes the long
    way, errors are Django's, a broken transaction refuses. On PostgreSQL it is Django's cursor, as anywhere.
    """

    __slots__ = ("_sql", "_sqlite")

    def __init__(self, sql: str) -> None:
        self._sql, self._sqlite = sql, sql.replace("%s", "?")

    def rows(self, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        database = connections["default"]
        if _is_plain_sqlite(database):
            with database.wrap_database_errors:
                return list(database.connection.execute(self._sqlite, parameters))
        with database.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            return list(cursor.fetchall())

    def run(self, parameters: Sequence[Any]) -> None:
        database = connections["default"]
        if _is_plain_sqlite(database):
            with database.wrap_database_errors:
                database.connection.execute(self._sqlite, parameters)
            return
        with database.cursor() as cursor:
            cursor.execute(self._sql, parameters)


def _is_plain_sqlite(database: BaseDatabaseWrapper) -> bool:
    """With nobody counting queries. Connects if need be, and refuses inside a transaction that has failed."""
    if database.vendor != "sqlite" or database.force_debug_cursor or database.execute_wrappers:
        return False
    if database.connection is None:
        database.ensure_connection()
    if database.needs_rollback:
        database.validate_no_broken_transaction()
    return True
