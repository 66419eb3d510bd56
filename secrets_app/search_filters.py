"""The filters of ListSecrets, three times over: as SQL conditions, as tests of single secrets where SQL does not say
it all, and as places to read the few secrets that a rare filter finds.

Filters narrow, the values of one filter widen; a leading "!" negates a value (recorded). Facts: api.md 5.9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from secrets_app import search_words
from secrets_app.errors import InvalidParameterException
from secrets_app.models import SearchWord, Secret, Tag
from secrets_app.statements import current_database
from secrets_app.words import words

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

_SECRET, _TAG, _WORD = Secret._meta.db_table, Tag._meta.db_table, SearchWord._meta.db_table
_MOST_WORDS = 3  # of a value that SQL looks for, the longest; a test looks for the others
_NEVER, _ALWAYS = "(1 = 0)", "(1 = 1)"

Test = Callable[[Secret, Sequence[Tag]], bool]


@dataclass(slots=True)
class Condition:
    """A piece of SQL about the secret `s`, with its parameters. As a source: a whole SELECT of secrets' keys."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Filter:
    """condition: what every secret that it finds fulfils. test: what decides, if the condition alone does not.

    sources: what it finds is, for each value, in any one of the value's sources. None: nowhere in particular.
    prefix_of: the column of which it is a range, if it is one and no more.
    """

    condition: Condition
    test: Test | None = None
    sources: list[list[Condition]] | None = None
    prefix_of: str = ""


@dataclass(slots=True)
class _Value:
    condition: Condition
    sources: list[Condition] | None
    test: Test | None = None  # the condition is necessary only, if there is one


def read(filters: Sequence["FilterTypeDef"], account: str, region: str) -> list[Filter]:
    found = []
    for given in filters:
        key, values = given.get("Key"), given.get("Values")
        if key is None:
            raise InvalidParameterException("Invalid filter key", parameter="Filters")
        if not values:
            raise InvalidParameterException(f"Invalid filter values for key: {key}", parameter="Filters")
        found.append(_filter(key, values, account, region))
    return found


def _filter(key: str, values: Sequence[str], account: str, region: str) -> Filter:
    of_key = _words_value if key in ("description", "all") else _prefix_value
    either = [
        _negated(of_key(key, value[1:], account, region))
        if value.startswith("!")
        else of_key(key, value, account, region)
        for value in values
    ]
    sources = [value.sources for value in either if value.sources is not None]
    return Filter(
        Condition(
            "(" + " OR ".join(value.condition.sql for value in either) + ")",
            [parameter for value in either for parameter in value.condition.parameters],
        ),
        _any_test(key, values) if any(value.test for value in either) else None,
        sources if len(sources) == len(either) else None,
        key if key == "name" and len(values) == 1 and not values[0].startswith("!") else "",
    )


def _negated(value: _Value) -> _Value:
    """What does not fulfil a condition that is necessary only, is not all that does not pass the test."""
    if value.test is not None:
        return _Value(Condition(_ALWAYS), None, value.test)
    return _Value(Condition(f"NOT {value.condition.sql}", value.condition.parameters), None)


# --- prefixes, which an index answers ------------------------------------------------------------------


def _prefix_value(key: str, start: str, account: str, region: str) -> _Value:
    if key in ("tag-key", "tag-value"):
        inner = _starts_with("t.key" if key == "tag-key" else "t.value", start)
        tagged = f"SELECT 1 FROM {_TAG} t WHERE t.secret_id = s.id AND {inner.sql}"  # noqa: S608  our own names
        # Of all accounts: no more than a source is read of, so nobody's search depends on how many others there are.
        source = Condition(f"SELECT t.secret_id FROM {_TAG} t WHERE {inner.sql}", inner.parameters)  # noqa: S608
        return _Value(Condition(f"EXISTS ({tagged})", inner.parameters), [source])
    if key == "owning-service":  # guide and reference disagree about case; the kinder reading (console.md 9, #20)
        condition, indexed = _starts_with("LOWER(s.owning_service)", start.lower()), " AND s.owning_service > ''"
    elif key == "primary-region":
        condition, indexed = _starts_with("s.primary_region", start), " AND s.primary_region > ''"
    else:
        condition, indexed = _starts_with("s.name", start), ""
    source = Condition(
        f"SELECT s.id FROM {_SECRET} s WHERE s.account_id = %s AND s.region = %s{indexed} AND {condition.sql}",  # noqa: S608
        [account, region, *condition.parameters],
    )
    return _Value(condition, [source])


def _starts_with(column: str, start: str) -> Condition:
    """Case-sensitive. A range, since SQLite's LIKE ignores case and no index serves it; PostgreSQL compares bytes."""
    if not start:
        return Condition(f"({column} <> '')")
    if current_database().vendor == "postgresql":
        column = f'{column} COLLATE "C"'
    return Condition(f"({column} >= %s AND {column} < %s)", [start, start[:-1] + chr(ord(start[-1]) + 1)])


# --- words, which have a table -------------------------------------------------------------------------


def _words_value(key: str, value: str, account: str, region: str) -> _Value:
    """Exact, if the table knows all that is asked: not that two words are of the same one of several attributes."""
    wanted = sorted({word.lower() for word in words(value)}, key=len, reverse=True)
    if not wanted:
        return _Value(Condition(_NEVER), [])
    places = "w.place = 1" if key == "description" else "w.place IN (1, 2)"
    asked = [_starts_with("w.word", search_words.as_kept(word)) for word in wanted[:_MOST_WORDS]]
    with_word = f"EXISTS (SELECT 1 FROM {_WORD} w WHERE w.secret_id = s.id AND {places} AND "  # noqa: S608
    condition = Condition(
        "(" + " AND ".join(f"{with_word}{one.sql})" for one in asked) + ")",
        [parameter for one in asked for parameter in one.parameters],
    )
    scope = search_words.scope(account, region)
    sources = [
        Condition(
            f"SELECT w.secret_id FROM {_WORD} w WHERE w.scope = %s AND {places} AND {one.sql}",  # noqa: S608
            [scope, *one.parameters],
        )
        for one in asked
    ]
    exact = len(wanted) <= (_MOST_WORDS if key == "description" else 1) and len(wanted[0]) <= SearchWord.MOST_CHARACTERS
    return _Value(condition, sources, None if exact else _word_test(value, key))


def _any_test(key: str, values: Sequence[str]) -> Test | None:
    tests = [value_test(key, value) for value in values]
    return lambda secret, tags: any(one(secret, tags) for one in tests)


def value_test(key: str, value: str) -> Test:
    """Whether a secret passes one value of a filter by words. What the table of words must agree with."""
    if value.startswith("!"):
        test = _word_test(value[1:], key)
        return lambda secret, tags: not test(secret, tags)
    return _word_test(value, key)


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
