"""Finding secrets: the filters, orders and pages of ListSecrets and BatchGetSecretValue.

Pages are keyset pages: a position in an index, never an offset. Filters that a database index answers become SQL;
the word filters are decided row by row, at most SCAN_LIMIT rows a page, so a page may be short and still have a
NextToken (documented). Facts: api.md 5.9.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from secrets_app import paging
from secrets_app.errors import InvalidParameterException
from secrets_app.models import Secret, Tag
from secrets_app.results import Page

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

    from secrets_app.call import Call

SCAN_LIMIT = 5_000
_CHUNK = 500
_SEPARATORS = re.compile(r"[\s/\-_+=.@]+")
_HUMP = re.compile(r"[^a-z][a-z]+")

Test = Callable[[Secret], bool]


@dataclass(frozen=True, slots=True)
class _Order:
    """field: "" for the order of creation, which is the order of primary keys."""

    field: str
    descending: bool


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
    """Oldest first unless asked otherwise (verified). Tags are prefetched."""
    order = _Order(_FIELDS[sort_by], sort_order == "desc")
    conditions, tests = _read_filters(filters)
    found = Secret.objects.filter(account=call.account, region=call.region).filter(*conditions)
    if not include_planned_deletion:
        found = found.filter(deleted_at=None)
    found = _ordered(found, order).prefetch_related(Prefetch("tags", Tag.objects.order_by("id")))
    question = json.dumps([filters, sort_by, sort_order, include_planned_deletion], default=str)
    after = _position(paging.read_token(call, question, next_token, parts=2), order) if next_token else None
    rows, last = _walk(found, order, after, tests, size)
    token = paging.make_token(call, question, *_written(last, order)) if last is not None else None
    return Page(rows, token)


def _walk(
    found: QuerySet[Secret], order: _Order, after: tuple[Any, int] | None, tests: list[Test], size: int
) -> tuple[list[Secret], Secret | None]:
    """Up to `size` secrets that pass; and the last one looked at, if there may be more behind it."""
    rows: list[Secret] = []
    last, scanned = None, 0
    while True:
        chunk_size = _CHUNK if tests else size + 1 - len(rows)
        chunk = list((_after(found, order, after) if after else found)[:chunk_size])
        for secret in chunk:
            if len(rows) == size:
                return rows, last
            last, scanned = secret, scanned + 1
            if all(test(secret) for test in tests):
                rows.append(secret)
        if last is None or len(chunk) < chunk_size:
            return rows, None
        if scanned >= SCAN_LIMIT:
            return rows, last
        after = (getattr(last, order.field) if order.field else None, last.pk)


# --- orders ------------------------------------------------------------------------------------------


def _ordered(found: QuerySet[Secret], order: _Order) -> QuerySet[Secret]:
    by_id = F("pk").desc() if order.descending else F("pk").asc()
    if not order.field:
        return found.order_by(by_id)
    field = F(order.field)
    return found.order_by(field.desc(nulls_last=True) if order.descending else field.asc(nulls_first=True), by_id)


def _after(found: QuerySet[Secret], order: _Order, after: tuple[Any, int]) -> QuerySet[Secret]:
    """What follows a position. Written as `a <= x AND (a < x OR id < y)`, which an index serves; the usual
    `a < x OR (a = x AND id < y)` is a scan (performance.md)."""
    value, pk = after
    step = "lt" if order.descending else "gt"
    behind = Q(**{f"pk__{step}": pk})
    if not order.field:
        return found.filter(behind)
    if value is None:
        never = Q(**{f"{order.field}__isnull": True}) & behind
        return found.filter(never if order.descending else never | Q(**{f"{order.field}__isnull": False}))
    further = Q(**{f"{order.field}__{step}": value})
    reached = Q(**{f"{order.field}__{step}e": value}) & (further | behind)
    if order.descending:
        return (
            found.filter(reached | Q(**{f"{order.field}__isnull": True})) if _nullable(order) else found.filter(reached)
        )
    return found.filter(reached)


def _nullable(order: _Order) -> bool:
    return Secret._meta.get_field(order.field).null


def _written(secret: Secret, order: _Order) -> tuple[str, str]:
    value = getattr(secret, order.field) if order.field else None
    return "" if value is None else value if isinstance(value, str) else value.isoformat(), str(secret.pk)


def _position(parts: list[str], order: _Order) -> tuple[Any, int]:
    value: Any = parts[0] or None
    if value is not None and order.field == "last_changed_at":
        value = datetime.fromisoformat(value)
    elif value is not None and order.field == "last_accessed_on":
        value = date.fromisoformat(value)
    return value, int(parts[1])


# --- filters -----------------------------------------------------------------------------------------


def _read_filters(filters: Sequence["FilterTypeDef"]) -> tuple[list[Q], list[Test]]:
    """Filters narrow, the values of one filter widen; a leading "!" negates a value (recorded)."""
    conditions, tests = [], []
    for given in filters:
        key, values = given.get("Key"), given.get("Values")
        if key is None:
            raise InvalidParameterException("Invalid filter key", parameter="Filters")
        if not values:
            raise InvalidParameterException(f"Invalid filter values for key: {key}", parameter="Filters")
        if key in ("description", "all"):
            tests.append(_any_value(values, _word_test(key)))
        else:
            conditions.append(_any_condition(key, values))
    return conditions, tests


def _any_condition(key: str, values: Iterable[str]) -> Q:
    either = Q(pk__in=[])
    for value in values:
        wanted = _condition(key, value.removeprefix("!"))
        either |= ~wanted if value.startswith("!") else wanted
    return either


def _condition(key: str, start: str) -> Q:
    if key == "tag-key":
        return Q(Exists(Tag.objects.filter(_starts_with("key", start), secret=OuterRef("pk"))))
    if key == "tag-value":
        return Q(Exists(Tag.objects.filter(_starts_with("value", start), secret=OuterRef("pk"))))
    if key == "owning-service":  # guide and reference disagree about case; the kinder reading (console.md 9, #20)
        return Q(owning_service__istartswith=start)
    return _starts_with("primary_region" if key == "primary-region" else "name", start)


def _starts_with(field: str, start: str) -> Q:
    """Case-sensitive. SQLite's LIKE ignores case and no index serves it, so there it is a range."""
    if not start:
        return ~Q(**{field: ""})
    if connection.vendor != "sqlite":
        return Q(**{f"{field}__startswith": start})
    return Q(**{f"{field}__gte": start, f"{field}__lt": start[:-1] + chr(ord(start[-1]) + 1)})


def _any_value(values: Iterable[str], test: Callable[[str], Test]) -> Test:
    tests = [_negated(test(value[1:])) if value.startswith("!") else test(value) for value in values]
    return lambda secret: any(one(secret) for one in tests)


def _negated(test: Test) -> Test:
    return lambda secret: not test(secret)


def _word_test(key: str) -> Callable[[str], Test]:
    def for_value(value: str) -> Test:
        wanted = [word.lower() for word in words(value)]

        def test(secret: Secret) -> bool:
            return bool(wanted) and any(_has_words(text, wanted) for text in _attributes(secret, key))

        return test

    return for_value


def _attributes(secret: Secret, key: str) -> list[str]:
    if key == "description":
        return [secret.description]
    tags = [part for tag in secret.tags.all() for part in (tag.key, tag.value)]
    return [secret.name, secret.description, *tags]


def _has_words(text: str, wanted: list[str]) -> bool:
    present = [word.lower() for word in words(text)]
    return all(any(word.startswith(start) for word in present) for start in wanted)


def words(text: str) -> list[str]:
    """Split at blanks and / - _ + = . @, then at camelCase humps (verified; api.md 5.9): "prod/AppBeta" is prod, App,
    Beta; "COMPANYthings" is COMPAN, Ythings."""
    found = []
    for part in _SEPARATORS.split(text):
        start = 0
        for hump in _HUMP.finditer(part):
            found += [part[start : hump.start()], hump.group()]
            start = hump.end()
        found.append(part[start:])
    return [word for word in found if word]
