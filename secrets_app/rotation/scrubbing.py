"""Takes secret values out of what a rotation function said, before anybody keeps or shows it."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from secrets_app import staging_labels, versions
from secrets_app.errors import AwsError
from secrets_app.models import Secret

WITHHELD = "The function's own words are withheld, because the secret's values can't be read to remove them."
_MASK = "***"
_LABELS = (staging_labels.CURRENT, staging_labels.PENDING, staging_labels.PREVIOUS)
_SHORTEST = 4  # shorter values are in every text by chance


def without_values(texts: Iterable[str], secret: Secret, others: Iterable[str] = ()) -> list[str]:
    """The texts without the secret's labelled values, whole or in part, plain or encoded. others: further secrets."""
    given = list(texts)
    if not any(given):
        return given
    try:
        known = {form for value in [*_values(secret), *others] for form in _forms(value)}
    except (AwsError, RecursionError):  # the latter from JSON nested deeper than Python goes
        return [WITHHELD if text else "" for text in given]
    return [mask(text, known) for text in given]


def mask(text: str, known: Iterable[str]) -> str:
    """Longest first: a value that contains another one must not leave its remainder behind."""
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, _MASK)
    return text


def storable(text: str) -> str:
    """What databases refuse in a text, replaced: halves of characters (SQLite), NUL (PostgreSQL)."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _values(secret: Secret) -> Iterator[str]:
    for version in secret.versions.filter(staging_labels__label__in=_LABELS, ciphertext__isnull=False).distinct():
        content = versions.open_value(secret.arn, version).content
        yield base64.b64encode(content).decode()
        text = content.decode(errors="replace")
        yield text
        try:
            yield from _leaves(json.loads(text, parse_int=str))  # Python refuses numbers of many digits
        except ValueError:
            continue


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, float):
        yield json.dumps(value)


def _forms(value: str) -> Iterator[str]:
    """The value as it may turn up in an error text: as it is, in JSON, in a repr, in a URL, in base64."""
    if len(value) < _SHORTEST:
        return
    yield value
    yield json.dumps(value)[1:-1]
    yield repr(value)[1:-1]
    # JSON can hold halves of characters, which nothing but JSON can write.
    yield quote(value, safe="", errors="replace")
    yield quote_plus(value, errors="replace")
    yield base64.b64encode(value.encode(errors="replace")).decode()
