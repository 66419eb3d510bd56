"""The SQL of the hot path. Everything else goes through the ORM or Django's cursor."""

import sqlite3
from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

Made = TypeVar("Made")
Row = tuple[Any, ...]

_MOST_KEPT = 1024
_MOST_WEIGHT_KEPT = 8 * 1024 * 1024  # a value may have 64 KB, and every thread keeps its own
_KEPT = "_secrets_console_kept"  # on Django's wrapper of a connection
_MOMENT = "_secrets_console_moment"


_database: ContextVar[BaseDatabaseWrapper | None] = ContextVar("database", default=None)


def current_database() -> BaseDatabaseWrapper:
    """Django's `connections["default"]`, without the search for it where stay_with_database() was called."""
    return _database.get() or connections["default"]


def stay_with_database() -> None:
    """In this context the database connection is the one that it has now, for good."""
    _database.set(connections["default"])


class Statement:
    """One statement, written once with %s placeholders for both engines.

    It goes straight to the driver: Django's cursor takes longer to translate and wrap a statement than SQLite to run
    it, and has PostgreSQL plan it anew each time, where the driver prepares it once (docs/performance.md). What tests
    and errors need of Django stays: a counted query goes the long way, errors are Django's, a broken transaction
    refuses.
    """

    __slots__ = ("_long_way", "_sql", "_sqlite")

    def __init__(self, sql: str, *, sqlite: str = "") -> None:
        """sqlite: the same for SQLite alone, where it needs other words."""
        self._sql, self._long_way = sql, sqlite or sql
        self._sqlite = self._long_way.replace("%s", "?")

    def rows(self, parameters: Sequence[Any]) -> list[Row]:
        database = current_database()
        if _is_plain_sqlite(database):
            with database.wrap_database_errors:
                return list(database.connection.execute(self._sqlite, parameters))
        if _is_plain_postgresql(database):
            return list(self._executed(database, parameters).fetchall())
        with database.cursor() as cursor:
            cursor.execute(self._for(database), parameters)
            return list(cursor.fetchall())

    def made_of_rows(self, parameters: Sequence[Hashable], make: Callable[[list[Row]], Made]) -> Made:
        """What `make` makes of the rows, made anew only if the database has changed since (SQLite; _Kept says how it
        is known), or once a moment (PostgreSQL, which cannot be asked). `make` must depend on nothing but the rows, and
        what it makes must not be changed, nor be in clear what is stored encrypted."""
        database = current_database()
        if not _is_plain_sqlite(database):
            return self._made_once_a_moment(database, parameters, make)
        if database.connection.in_transaction:
            return make(self.rows(parameters))
        with database.wrap_database_errors:
            kept = _kept(database)
            entry = (self._sqlite, *parameters)
            if entry in kept:
                found: Made = kept[entry]
                return found
            rows = database.connection.execute(self._sqlite, parameters).fetchall()
            made = make(rows)
            kept.keep(entry, made, _weight(rows) + _weight([entry]))
            return made

    def _made_once_a_moment(
        self, database: BaseDatabaseWrapper, parameters: Sequence[Hashable], make: Callable[[list[Row]], Made]
    ) -> Made:
        moment: dict[tuple[Hashable, ...], Any] | None = getattr(database, _MOMENT, None)
        if moment is None or database.in_atomic_block:
            return make(self.rows(parameters))
        entry = (self._sql, *parameters)
        if entry not in moment:
            moment[entry] = make(self.rows(parameters))
        found: Made = moment[entry]
        return found

    def run(self, parameters: Sequence[Any]) -> int:
        """How many rows it changed."""
        database = current_database()
        if _is_plain_sqlite(database):
            with database.wrap_database_errors:
                driver: sqlite3.Connection = database.connection
                changed: int = driver.execute(self._sqlite, parameters).rowcount
                return changed
        if _is_plain_postgresql(database):
            return int(self._executed(database, parameters).rowcount)
        with database.cursor() as cursor:
            cursor.execute(self._for(database), parameters)
            return int(cursor.rowcount)

    def _executed(self, database: BaseDatabaseWrapper, parameters: Sequence[Any]) -> Any:
        from psycopg import Cursor

        with database.wrap_database_errors:
            return Cursor(database.connection).execute(self._sql, parameters, prepare=True)

    def run_each(self, parameters: Sequence[Sequence[Any]]) -> None:
        """Once for each, in the transaction that is open."""
        database = current_database()
        if _is_plain_sqlite(database):
            with database.wrap_database_errors:
                database.connection.executemany(self._sqlite, parameters)
            return
        with database.cursor() as cursor:
            cursor.executemany(self._for(database), parameters)

    def _for(self, database: BaseDatabaseWrapper) -> str:
        """For Django's cursor."""
        return self._long_way if database.vendor == "sqlite" else self._sql


def in_transaction_of_events(write: Callable[[], Made]) -> Made:
    """What `write` returns, run in the transaction that is open or else in one of its own. It may only add to the audit
    trail, of which nothing kept is made."""
    database = current_database()
    if database.in_atomic_block:
        return write()
    if not _is_plain_sqlite(database):
        with transaction.atomic():
            return write()
    driver: sqlite3.Connection = database.connection
    with database.wrap_database_errors:
        before = driver.total_changes
        driver.execute("BEGIN IMMEDIATE")
        try:
            written = write()
            driver.execute("COMMIT")
        except BaseException:  # also what the driver cannot write as text: this connection serves everybody
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
        if (kept := getattr(database, _KEPT, None)) is not None:
            kept.overlook(driver.total_changes - before)
        return written


class _Kept(dict[tuple[Hashable, ...], Any]):
    """What was made of rows, for as long as the database is as it was when they were read.

    Two counters of SQLite's own tell, without reading a table: `PRAGMA data_version` moves with every commit of
    another connection, total_changes with every row this connection changes. So this is never stale, in any process.
    """

    __slots__ = ("_driver", "_others", "_ours", "_overlooked", "_weight", "is_moment_over")

    def __init__(self, driver: sqlite3.Connection) -> None:
        super().__init__()
        self._driver = driver
        self._overlooked = 0
        self._others = self._ours = -1
        self._weight = 0
        self.is_moment_over = True

    def belongs_to(self, driver: sqlite3.Connection) -> bool:
        return self._driver is driver

    def overlook(self, changes: int) -> None:
        self._overlooked += changes

    def refresh(self) -> None:
        if self.is_moment_over:
            (others,) = self._driver.execute("PRAGMA data_version").fetchone()
            if others != self._others:
                self.forget()
                self._others = others
        ours = self._driver.total_changes - self._overlooked
        if ours != self._ours or len(self) >= _MOST_KEPT:
            self.forget()
            self._ours = ours

    def forget(self) -> None:
        self.clear()
        self._weight = 0

    def keep(self, entry: tuple[Hashable, ...], made: Any, weight: int) -> None:
        """What no longer fits makes room first; what never will is not kept."""
        if weight > _MOST_WEIGHT_KEPT:
            return
        if self._weight + weight > _MOST_WEIGHT_KEPT:
            self.forget()
        self[entry] = made
        self._weight += weight


def _weight(rows: Sequence[tuple[Any, ...]]) -> int:
    """About how many bytes they hold: of text and ciphertext, which alone can be long."""
    return sum(len(value) for row in rows for value in row if isinstance(value, str | bytes))


class one_moment:  # noqa: N801  used as a function is
    """Everything in it that is made of rows is as of one moment, its beginning, but for changes of its own: other
    connections are asked about once. For what runs from begin to end without waiting, as a request to the API does,
    or all those requests that were there at one turn of an event loop. A moment within another is the same one."""

    __slots__ = ("_begun", "_begun_on")

    def __enter__(self) -> None:
        self._begun: _Kept | None = None
        self._begun_on: BaseDatabaseWrapper | None = None
        database = current_database()
        if database.vendor != "sqlite":
            if getattr(database, _MOMENT, None) is None:
                setattr(database, _MOMENT, {})
                self._begun_on = database
        elif _is_plain_sqlite(database) and not database.connection.in_transaction:
            kept = _kept(database)
            if kept.is_moment_over:
                kept.is_moment_over = False
                self._begun = kept

    def __exit__(self, *_error: object) -> None:
        if self._begun is not None:
            self._begun.is_moment_over = True
        if self._begun_on is not None:
            setattr(self._begun_on, _MOMENT, None)


def next_moment() -> None:
    """Inside one_moment(): what others, or a transaction of its own, have committed meanwhile counts from here on."""
    database = current_database()
    kept: _Kept | None = getattr(database, _KEPT, None)
    if kept is not None:
        kept.forget()
    if getattr(database, _MOMENT, None):
        setattr(database, _MOMENT, {})


def _kept(database: BaseDatabaseWrapper) -> _Kept:
    kept: _Kept | None = getattr(database, _KEPT, None)
    if kept is None or not kept.belongs_to(database.connection):
        kept = _Kept(database.connection)
        setattr(database, _KEPT, kept)
    kept.refresh()
    return kept


def _is_plain_sqlite(database: BaseDatabaseWrapper) -> bool:
    return database.vendor == "sqlite" and _is_plain(database)


def _is_plain_postgresql(database: BaseDatabaseWrapper) -> bool:
    return database.vendor == "postgresql" and _is_plain(database)


def _is_plain(database: BaseDatabaseWrapper) -> bool:
    """With nobody counting queries. Connects if need be, and refuses inside a transaction that has failed."""
    if database.force_debug_cursor or database.execute_wrappers:
        return False
    if database.connection is None:
        database.ensure_connection()
    if database.needs_rollback:
        database.validate_no_broken_transaction()
    return True
