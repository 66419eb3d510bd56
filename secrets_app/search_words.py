"""Keeps the table of words by which ListSecrets finds secrets: in the transaction that changes name, description or
tags, whoever changes them calls keep()."""

import json
import zlib
from collections.abc import Iterable, Sequence

from secrets_app.models import SearchWord, Secret, Tag
from secrets_app.statements import Statement
from secrets_app.words import words

_TABLE = SearchWord._meta.db_table
_DESCRIPTION, _ELSEWHERE = SearchWord.Place.DESCRIPTION.value, SearchWord.Place.ELSEWHERE.value

Word = tuple[int, str]
"""Place and word."""

_TAGS = Statement(f"SELECT key, value FROM {Tag._meta.db_table} WHERE secret_id = %s")  # noqa: S608  our own names
_KEPT = Statement(f"SELECT place, word FROM {_TABLE} WHERE secret_id = %s")  # noqa: S608
# One statement for any number of words: they come as JSON, each behind the digit of its place.
_GIVEN = "CAST(substr(value, 1, 1) AS INTEGER), substr(value, 2) FROM"
_ADD = Statement(
    f"INSERT INTO {_TABLE} (secret_id, scope, place, word)"  # noqa: S608
    f" SELECT %s, %s, {_GIVEN} json_array_elements_text(%s::json)",
    sqlite=f"INSERT INTO {_TABLE} (secret_id, scope, place, word) SELECT %s, %s, {_GIVEN} json_each(%s)",  # noqa: S608
)
_GONE = f"DELETE FROM {_TABLE} WHERE secret_id = %s AND (place, word) IN (SELECT {_GIVEN}"  # noqa: S608
_DROP = Statement(f"{_GONE} json_array_elements_text(%s::json))", sqlite=f"{_GONE} json_each(%s))")


def keep(secret: Secret) -> None:
    """Make the words of this secret what they are now."""
    wanted = of(secret.name, secret.description, _TAGS.rows([secret.pk]))
    kept = set(_KEPT.rows([secret.pk]))
    if gone := kept - wanted:
        _DROP.run([secret.pk, _written(gone)])
    if new := wanted - kept:
        _ADD.run([secret.pk, scope(secret.account_id, secret.region), _written(new)])


def of(name: str, description: str, tags: Iterable[Sequence[str]]) -> set[Word]:
    """What keep() keeps. tags: (key, value)."""
    elsewhere = [name, *(part for tag in tags for part in tag)]
    return {
        *((_DESCRIPTION, as_kept(word)) for word in words(description)),
        *((_ELSEWHERE, as_kept(word)) for text in elsewhere for word in words(text)),
    }


def _written(found: Iterable[Word]) -> str:
    """In order, so that neighbours in an index come one after the other."""
    return json.dumps([f"{place}{word}" for place, word in sorted(found)])


def as_kept(word: str) -> str:
    return word.lower()[: SearchWord.MOST_CHARACTERS]


def scope(account: str, region: str) -> int:
    """Twelve digits and 23 bits of the Region's checksum. Should two Regions share them, a search looks at a few rows
    more; whose a secret is, its own row says."""
    return int(account) << 23 | zlib.crc32(region.encode()) & 0x7FFFFF
