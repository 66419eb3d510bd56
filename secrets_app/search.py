"""Finding secrets: the orders and pages of ListSecrets and BatchGetSecretValue.

Pages are keyset pages: a position in an index, never an offset. If a filter finds few secrets, those are fetched and
sorted (search_candidates.py); if none does, the index of the order is walked and each secret tested, in SQL or, where
that can't say it, in Python. One page looks at so many secrets and no more, so it may be short and still have a
NextToken (documented). In SQL by hand: the ORM takes longer to write the statement than the database to run it.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from secrets_app import descriptions, paging, search_candidates, search_filters
from secrets_app.models import Secret
from secrets_app.results import Page
from secrets_app.rows import Columns, as_text, moment
from secrets_app.search_filters import Condition, Test
from secrets_app.statements import Statement, current_database

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

    from secrets_app.call import Call

SCAN_LIMIT = 5_000  # secrets a page that Python tests
WINDOWS = (5_000, 25_000)  # secrets a page that the database tests, one after the other
_CHUNK = 500
CANDIDATES_AT_ONCE = 500  # in the order of creation, which is theirs
_SECRET = Columns(Secret, "s")
_TABLE = Secret._meta.db_table

Position = tuple[Any, int]
"""The value of the field of the order, and the primary key."""


@dataclass(frozen=True, slots=True)
class _Order:
    """field: "" for the order of creation, which is the order of primary keys. nullable: never is before any date."""

    field: str
    descending: bool

    @property
    def nullable(self) -> bool:
        return self.field == "last_accessed_on"

    @property
    def sql(self) -> str:
        direction = "DESC" if self.descending else "ASC"
        if not self.field:
            return f"s.id {direction}"
        # Only where it says something: an index is not found by an order that names its NULLs otherwise.
        nulls = (" NULLS LAST" if self.descending else " NULLS FIRST") if self.nullable else ""
        return f"s.{self.field} {direction}{nulls}, s.id {direction}"

    def position(self, secret: Secret) -> Position:
        return getattr(secret, self.field) if self.field else None, secret.pk


_FIELDS = {
    None: "",
    "created-date": "",
    "name": "name",
    "last-changed-date": "last_changed_at",
    "last-accessed-date": "last_accessed_on",
}


def secrets_matching(
    call: "Call",
    filters: Sequence["FilterTypeDef"],
    *,
    size: int,
    next_token: str | None,
    sort_by: str | None = None,
    sort_order: str | None = None,
    include_planned_deletion: bool = False,
) -> Page[Secret]:
    """Oldest first unless asked otherwise (verified)."""
    order = _Order(_FIELDS[sort_by], sort_order == "desc")
    filters_read = search_filters.read(filters, call.account, call.region)
    here = Condition("s.account_id = %s AND s.region = %s", [call.account, call.region])
    conditions = [] if include_planned_deletion else [Condition("s.deleted_at IS NULL")]
    walk = _Walk(
        order,
        here,
        where=[here, *conditions, *(given.condition for given in filters_read)],
        tests=[given.test for given in filters_read if given.test],
        among=search_candidates.of(filters_read),
        # Otherwise the index of the order holds nothing but what is asked for.
        filtered=any(given.prefix_of != (order.field or None) for given in filters_read),
    )
    question = json.dumps([filters, sort_by, sort_order, include_planned_deletion], default=str)
    after = _position(paging.read_token(call, question, next_token, parts=2), order) if next_token else None
    rows, last = walk.page(after, size)
    return Page(rows, paging.make_token(call, question, *_written(last)) if last else None)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Secrets in an order, as far as they fulfil all conditions and pass all tests.

    among: keys of the only secrets to look at. filtered: conditions may leave out any number of secrets in a row.
    """

    order: _Order
    here: Condition
    where: list[Condition]
    tests: list[Test]
    among: list[int] | None
    filtered: bool

    def page(self, after: Position | None, size: int) -> tuple[list[Secret], Position | None]:
        """Up to `size` secrets; and the last position looked at, if there may be more behind it."""
        rows: list[Secret] = []
        tested = 0
        for end in self._ends(after):
            while True:
                chunk_size = _CHUNK if self.tests and tested else size + 1 - len(rows)
                chunk = self._read(after, end, chunk_size)
                tags = descriptions.tags_of([secret.pk for secret in chunk]) if self.tests and chunk else {}
                for secret in chunk:
                    found = all(test(secret, tags.get(secret.pk, ())) for test in self.tests)
                    if found and len(rows) == size:
                        return rows, after
                    after, tested = self.order.position(secret), tested + 1
                    if found:
                        rows.append(secret)
                if len(chunk) < chunk_size:
                    break
                if self.tests and tested >= SCAN_LIMIT:
                    return rows, after
            if end is None:
                return rows, None
            after = end
        return rows, after

    def _ends(self, after: Position | None) -> Iterator[Position | None]:
        """Where to stop and see whether it is enough for one page. None: nowhere before the end."""
        if self.among is not None and not self.order.field:
            yield from self._ends_of_candidates(after)
            return
        if not self.filtered or self.among is not None or self.order.nullable:
            yield None
            return
        for width in WINDOWS:
            end = self._end_of_window(after, width)
            yield end
            if end is None:
                return
            after = end

    def _ends_of_candidates(self, after: Position | None) -> Iterator[Position | None]:
        """A page is full after the first few of many candidates: the others need not be looked at."""
        waiting = self._candidates(after, None)
        for number in range(CANDIDATES_AT_ONCE, len(waiting), CANDIDATES_AT_ONCE):
            yield None, waiting[number - 1]
        yield None

    def _candidates(self, after: Position | None, end: Position | None) -> list[int]:
        """In the order of creation: those behind one position and up to another. In any other order: all."""
        among = self.among or []
        if self.order.field:
            return among
        start, stop = (end, after) if self.order.descending else (after, end)
        # A position itself is behind none, and up to itself.
        cut = bisect_left if self.order.descending else bisect_right
        found = among[cut(among, start[1]) if start else 0 : cut(among, stop[1]) if stop else None]
        return found[::-1] if self.order.descending else found

    def _end_of_window(self, after: Position | None, width: int) -> Position | None:
        """Counted in the index alone."""
        field = self.order.field or "id"
        conditions = [self.here, *([_behind(self.order, after)] if after else [])]
        column = f"s.{field}"
        rest = f"FROM {_TABLE} s WHERE {_all(conditions)} ORDER BY {self.order.sql} LIMIT 1 OFFSET %s"  # noqa: S608
        statement = Statement(
            f"SELECT {column}, s.id {rest}",  # noqa: S608
            sqlite=f"SELECT {as_text(column) if field == 'last_changed_at' else column}, s.id {rest}",  # noqa: S608
        )
        for value, pk in statement.rows([*_parameters(conditions), width - 1]):
            if not self.order.field:
                return None, pk
            return (moment(value) if field == "last_changed_at" else value), pk
        return None

    def _read(self, after: Position | None, end: Position | None, most: int) -> list[Secret]:
        conditions = [
            *self.where,
            *([_behind(self.order, after)] if after else []),
            *([_up_to(self.order, end)] if end else []),
        ]
        rest = f"WHERE {_all(conditions)} ORDER BY {self.order.sql} LIMIT %s"
        parameters = [*_parameters(conditions), most]
        if self.among is None:
            statement = _SECRET.select(f"FROM {_TABLE} s {rest}")
        else:
            among = self._candidates(after, end)
            parameters.insert(0, among if current_database().vendor == "postgresql" else json.dumps(among))
            statement = self._of_candidates(rest)
        return [_SECRET.instance(row) for row in statement.rows(parameters)]

    def _of_candidates(self, rest: str) -> Statement:
        """First the candidates, then the rows that are shown, whatever a planner thinks of it."""
        postgresql = f"(SELECT * FROM {_TABLE} WHERE id = ANY(%s) OFFSET 0) s {rest}"  # noqa: S608  our own names
        # SQLite would carry every column of every candidate through the sorting.
        shown = f"SELECT s.id FROM json_each(%s) c CROSS JOIN {_TABLE} s ON s.id = c.value {rest}"  # noqa: S608
        sqlite = f"({shown}) k CROSS JOIN {_TABLE} s ON s.id = k.id ORDER BY {self.order.sql}"
        return Statement(
            f"SELECT {_SECRET.sql} FROM {postgresql}",  # noqa: S608
            sqlite=f"SELECT {_SECRET.sqlite} FROM {sqlite}",  # noqa: S608
        )


def _all(conditions: Sequence[Condition]) -> str:
    return " AND ".join(condition.sql for condition in conditions)


def _parameters(conditions: Sequence[Condition]) -> list[Any]:
    return [parameter for condition in conditions for parameter in condition.parameters]


# --- positions ---------------------------------------------------------------------------------------


def _behind(order: _Order, after: Position) -> Condition:
    """What follows a position. Written as `a <= x AND (a < x OR id < y)`, which an index serves; the usual
    `a < x OR (a = x AND id < y)` is a scan (performance.md)."""
    value, pk = after
    step = "<" if order.descending else ">"
    if not order.field:
        return Condition(f"s.id {step} %s", [pk])
    column = f"s.{order.field}"
    if value is None:
        never = f"({column} IS NULL AND s.id {step} %s)"
        return Condition(never if order.descending else f"({never} OR {column} IS NOT NULL)", [pk])
    stored = _stored(value)
    reached = f"({column} {step}= %s AND ({column} {step} %s OR s.id {step} %s))"
    if order.descending and order.nullable:
        reached = f"({reached} OR {column} IS NULL)"
    return Condition(reached, [stored, stored, pk])


def _up_to(order: _Order, end: Position) -> Condition:
    """What does not follow a position, of an order that has no NULLs."""
    value, pk = end
    step = ">" if order.descending else "<"
    if not order.field:
        return Condition(f"s.id {step}= %s", [pk])
    column = f"s.{order.field}"
    stored = _stored(value)
    return Condition(f"({column} {step}= %s AND ({column} {step} %s OR s.id {step}= %s))", [stored, stored, pk])


def _stored(value: Any) -> Any:
    """As the database holds it."""
    operations = current_database().ops
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value


def _written(position: Position) -> tuple[str, str]:
    value, pk = position
    return "" if value is None else value if isinstance(value, str) else value.isoformat(), str(pk)


def _position(parts: list[str], order: _Order) -> Position:
    value: Any = parts[0] or None
    if value is not None and order.field == "last_changed_at":
        value = datetime.fromisoformat(value)
    elif value is not None and order.field == "last_accessed_on":
        value = date.fromisoformat(value)
    return value, int(parts[1])
