"""Finding secrets: the orders and pages of ListSecrets and BatchGetSecretValue.

Pages are keyset pages: a position in an index, never an offset. Filters that a database index answers become SQL;
the word filters are decided row by row, at most SCAN_LIMIT rows a page, so a page may be short and still have a
NextToken (documented). In SQL by hand: the ORM takes longer to write the statement than the database to run it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from secrets_app import descriptions, paging, search_filters
from secrets_app.models import Secret
from secrets_app.results import Page
from secrets_app.rows import Columns
from secrets_app.search_filters import Condition, Test
from secrets_app.statements import current_database

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

    from secrets_app.call import Call

SCAN_LIMIT = 5_000
_CHUNK = 500
_SECRET = Columns(Secret, "s")
_TABLE = Secret._meta.db_table


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


_FIELDS = {
    None: "",
    "created-date": "",
    "name": "name",
    "last-changed-date": "last_changed_at",
    "last-accessed-date": "last_accessed_on",
}

Position = tuple[Any, int]


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
    conditions, tests = search_filters.read(filters)
    where = [Condition("s.account_id = %s AND s.region = %s", [call.account, call.region]), *conditions]
    if not include_planned_deletion:
        where.append(Condition("s.deleted_at IS NULL"))
    question = json.dumps([filters, sort_by, sort_order, include_planned_deletion], default=str)
    after = _position(paging.read_token(call, question, next_token, parts=2), order) if next_token else None
    rows, last = _walk(where, order, after, tests, size)
    token = paging.make_token(call, question, *_written(last, order)) if last is not None else None
    return Page(rows, token)


def _walk(
    where: list[Condition], order: _Order, after: Position | None, tests: list[Test], size: int
) -> tuple[list[Secret], Secret | None]:
    """Up to `size` secrets that pass; and the last one looked at, if there may be more behind it."""
    rows: list[Secret] = []
    last, scanned = None, 0
    while True:
        chunk_size = _CHUNK if tests else size + 1 - len(rows)
        chunk = _read(where, order, after, chunk_size)
        tags = descriptions.tags_of([secret.pk for secret in chunk]) if tests and chunk else {}
        for secret in chunk:
            if len(rows) == size:
                return rows, last
            last, scanned = secret, scanned + 1
            if all(test(secret, tags.get(secret.pk, ())) for test in tests):
                rows.append(secret)
        if last is None or len(chunk) < chunk_size:
            return rows, None
        if scanned >= SCAN_LIMIT:
            return rows, last
        after = (getattr(last, order.field) if order.field else None, last.pk)


def _read(where: list[Condition], order: _Order, after: Position | None, most: int) -> list[Secret]:
    all_of = [*where, _behind(order, after)] if after else where
    statement = _SECRET.select(
        f"FROM {_TABLE} s WHERE {' AND '.join(condition.sql for condition in all_of)} ORDER BY {order.sql} LIMIT %s"
    )
    parameters = [parameter for condition in all_of for parameter in condition.parameters]
    return [_SECRET.instance(row) for row in statement.rows([*parameters, most])]


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


def _stored(value: Any) -> Any:
    """As the database holds it."""
    operations = current_database().ops
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value


def _written(secret: Secret, order: _Order) -> tuple[str, str]:
    value = getattr(secret, order.field) if order.field else None
    return "" if value is None else value if isinstance(value, str) else value.isoformat(), str(secret.pk)


def _position(parts: list[str], order: _Order) -> Position:
    value: Any = parts[0] or None
    if value is not None and order.field == "last_changed_at":
        value = datetime.fromisoformat(value)
    elif value is not None and order.field == "last_accessed_on":
        value = date.fromisoformat(value)
    return value, int(parts[1])
