"""Keeps the table of words by which ListSecrets finds secrets: in the transaction that changes name, description or
tags, whoever changes them calls keep()."""

import json
import zlib
from collections.abc import Iterable

from secrets_app.models import SearchWord, Secret, Tag
from secrets_app.statements import Statement
from secrets_app.words import words

Words = dict[int, set[str]]
"""Place -> words."""

_PLACES = (SearchWord.Place.DESCRIPTION.value, SearchWord.Place.ELSEWHERE.value)
_TABLE = SearchWord._meta.db_table

_TAGS = Statement(f"SELECT key, value FROM {Tag._meta.db_table} WHERE secret_id = %s")  # noqa: S608  our own names
_KEPT = Statement(f"SELECT place, word FROM {_TABLE} WHERE secret_id = %s")  # noqa: S608
# One statement for any number of words.
_ADD = Statement(
    f"INSERT INTO {_TABLE} (secret_id, scope, place, word)"  # noqa: S608
    " SELECT %s, %s, %s, word FROM json_array_elements_text(%s::json) AS word",
    sqlite=f"INSERT INTO {_TABLE} (secret_id, scope, place, word) SELECT ?, ?, ?, value FROM json_each(?)",  # noqa: S608
)
_DROP = Statement(
    f"DELETE FROM {_TABLE} WHERE secret_id = %s AND place = %s"  # noqa: S608
    " AND word IN (SELECT json_array_elements_text(%s::json))",
    sqlite=f"DELETE FROM {_TABLE} WHERE secret_id = ? AND place = ? AND word IN (SELECT value FROM json_each(?))",  # noqa: S608
)


def keep(secret: Secret) -> None:
    """Make the words of this secret what they are now."""
    wanted = of(secret.name, secret.description, _TAGS.rows([secret.pk]))
    kept: Words = {place: set() for place in _PLACES}
    for place, word in _KEPT.rows([secret.pk]):
        kept[place].add(word)
    for place in _PLACES:
        if gone := kept[place] - wanted[place]:
            _DROP.run([secret.pk, place, json.dumps(sorted(gone))])
        if new := wanted[place] - kept[place]:
            _ADD.run([secret.pk, scope(secret.account_id, secret.region), place, json.dumps(sorted(new))])


def of(name: str, description: str, tags: Iterable[tuple[str, ...]]) -> Words:
    """What keep() keeps. tags: (key, value)."""
    elsewhere = [name, *(part for tag in tags for part in tag)]
    return {
        SearchWord.Place.DESCRIPTION.value: {as_kept(word) for word in words(description)},
        SearchWord.Place.ELSEWHERE.value: {as_kept(word) for text in elsewhere for word in words(text)},
    }


def as_kept(word: str) -> str:
    return word.lower()[: SearchWord.MOST_CHARACTERS]


def scope(account: str, region: str) -> int:
    """Twelve digits and 23 bits of the Region's checksum. Should two Regions share them, a search looks at a few rows
    more; whose a secret is, its own row says."""
    return int(account) << 23 | zlib.crc32(region.encode()) & 0x7FFFFF
