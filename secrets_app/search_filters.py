"""The filters of ListSecrets as SQL conditions, and as tests of single secrets for those that ask for words.

Filters narrow, the values of one filter widen; a leading "!" negates a value (recorded). Facts: api.md 5.9.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from secrets_app.errors import InvalidParameterException
from secrets_app.models import Secret, Tag
from secrets_app.statements import current_database

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

_SEPARATORS = re.compile(r"[\s/\-_+=.@]+")
_HUMP = re.compile(r"[^a-z][a-z]+")
_TAG = Tag._meta.db_table

Test = Callable[[Secret, Sequence[Tag]], bool]


@dataclass(slots=True)
class Condition:
    """A piece of SQL about the secret `s`, with its parameters."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


def read(filters: Sequence["FilterTypeDef"]) -> tuple[list[Condition], list[Test]]:
    conditions, tests = [], []
    for given in filters:
        key, values = given.get("Key"), given.get("Values")
        if key is None:
            raise InvalidParameterException("Invalid filter key", parameter="Filters")
        if not values:
            raise InvalidParameterException(f"Invalid filter values for key: {key}", parameter="Filters")
        if key in ("description", "all"):
            tests.append(_any_test(values, key))
        else:
            conditions.append(_any_condition(values, key))
    return conditions, tests


# --- prefixes, which an index answers ------------------------------------------------------------------


def _any_condition(values: Iterable[str], key: str) -> Condition:
    either = [_negatable(value, key) for value in values]
    return Condition(
        "(" + " OR ".join(one.sql for one in either) + ")",
        [parameter for one in either for parameter in one.parameters],
    )


def _negatable(value: str, key: str) -> Condition:
    wanted = _condition(key, value.removeprefix("!"))
    return Condition(f"NOT {wanted.sql}", wanted.parameters) if value.startswith("!") else wanted


def _condition(key: str, start: str) -> Condition:
    if key in ("tag-key", "tag-value"):
        inner = _starts_with("t.key" if key == "tag-key" else "t.value", start)
        return Condition(f"EXISTS (SELECT 1 FROM {_TAG} t WHERE t.secret_id = s.id AND {inner.sql})", inner.parameters)  # noqa: S608
    if key == "owning-service":  # guide and reference disagree about case; the kinder reading (console.md 9, #20)
        return _starts_with("LOWER(s.owning_service)", start.lower())
    return _starts_with("s.primary_region" if key == "primary-region" else "s.name", start)


def _starts_with(column: str, start: str) -> Condition:
    """Case-sensitive. A range, since SQLite's LIKE ignores case and no index serves it; PostgreSQL compares bytes."""
    if not start:
        return Condition(f"({column} <> '')")
    if current_database().vendor == "postgresql":
        column = f'{column} COLLATE "C"'
    return Condition(f"({column} >= %s AND {column} < %s)", [start, start[:-1] + chr(ord(start[-1]) + 1)])


# --- words ---------------------------------------------------------------------------------------------


def _any_test(values: Iterable[str], key: str) -> Test:
    tests = [
        _negated(_word_test(value[1:], key)) if value.startswith("!") else _word_test(value, key) for value in values
    ]
    return lambda secret, tags: any(one(secret, tags) for one in tests)


def _negated(test: Test) -> Test:
    return lambda secret, tags: not test(secret, tags)


def _word_test(value: str, key: str) -> Test:
    wanted = [word.lower() for word in words(value)]

    def test(secret: Secret, tags: Sequence[Tag]) -> bool:
        return bool(wanted) and any(_has_words(text, wanted) for text in _attributes(secret, tags, key))

    return test


def _attributes(secret: Secret, tags: Sequence[Tag], key: str) -> list[str]:
    if key == "description":
        return [secret.description]
    return [secret.name, secret.description, *(part for tag in tags for part in (tag.key, tag.value))]


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
