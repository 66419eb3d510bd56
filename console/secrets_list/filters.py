"""The property filter: tokens in the URL, and the Filters of ListSecrets they stand for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

_NOT_SEARCHABLE = re.compile(r"[^a-zA-Z0-9 :_@/+=.\-!]+")  # FilterValueStringType in the service model
REPLICATED = "replicated"  # the one property that is no Key of a filter


class Property(NamedTuple):
    """label: AWS's word for it. rule: what the search box says of it while it is chosen."""

    key: str
    label: str
    rule: str


PROPERTIES = (
    Property("all", "All properties", "Finds words in name, description and tags, whatever their case."),
    Property("name", "Secret name", "Finds names that begin with this; upper and lower case differ."),
    Property("description", "Description", "Finds words in the description, whatever their case."),
    Property("tag-key", "Tag key", "Finds tag keys that begin with this; upper and lower case differ."),
    Property("tag-value", "Tag value", "Finds tag values that begin with this; upper and lower case differ."),
    Property("owning-service", "Managed by", "Finds secrets whose managing service begins with this."),
    Property(REPLICATED, "Replicated secrets", "Finds primary secrets, replicas, or secrets that are not replicated."),
    Property("primary-region", "Primary Region", "Finds replicated secrets whose primary Region begins with this."),
)
_BY_KEY = {each.key: each for each in PROPERTIES}
REPLICATION = {"primary": "Primary", "replica": "Replica", "none": "Not replicated"}


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that is searched for. value begins with "!" where it excludes."""

    key: str
    value: str

    @property
    def label(self) -> str:
        return _BY_KEY[self.key].label

    @property
    def excludes(self) -> bool:
        return self.value.startswith("!")

    @property
    def shown(self) -> str:
        value = self.value.removeprefix("!")
        return REPLICATION.get(value, value) if self.key == REPLICATED else value

    @property
    def written(self) -> str:
        """As the URL has it."""
        return f"{self.key}:{self.value}"


def read(written: str) -> Token | None:
    """A token of a URL; None for one that says nothing."""
    key, _, value = written.partition(":")
    return make(key, value) if key in _BY_KEY else make("all", written)


def make(key: str, typed: str) -> Token | None:
    """What a person typed for a property. Free text may hold anything: what is no part of words is ignored there."""
    key = key if key in _BY_KEY else "all"
    text = typed.strip()
    if key == REPLICATED:
        return Token(key, text) if text in REPLICATION else None
    if key in ("all", "description"):
        text = _NOT_SEARCHABLE.sub(" ", text).strip()
    return Token(key, text) if text.strip("!") else None


def in_order(tokens: Iterable[Token]) -> tuple[Token, ...]:
    """Those of one property together, first what it may be and then what it may not; none of them twice."""
    distinct = list(dict.fromkeys(tokens))
    first = {token.key: place for place, token in reversed(list(enumerate(distinct)))}
    return tuple(sorted(distinct, key=lambda token: (first[token.key], token.excludes)))


def joined(tokens: Sequence[Token]) -> list[tuple[str, Token]]:
    """Each with the word before it. Values of one property widen, everything else narrows."""
    pairs = zip((None, *tokens), tokens, strict=False)
    return [
        ("" if before is None else "or" if before.key == token.key and not token.excludes else "and", token)
        for before, token in pairs
    ]


def of_list_secrets(tokens: Sequence[Token], region: str) -> "list[FilterTypeDef]":
    """Between filters "and", between the values of one "or", as ListSecrets has it.

    What is excluded is a filter of its own for every value: within one, "not a or not b" would exclude nothing.
    """
    found: list[FilterTypeDef] = []
    for key in dict.fromkeys(token.key for token in tokens):
        values = [token.value for token in tokens if token.key == key and not token.excludes]
        if key == REPLICATED:
            found += _replicated(frozenset(values), region)
            continue
        if values:
            found.append(_filter(key, *values))
        found += [_filter(key, token.value) for token in tokens if token.key == key and token.excludes]
    return found


def _replicated(wanted: frozenset[str], region: str) -> "list[FilterTypeDef]":
    """A replicated secret has a primary Region ("" is the beginning of any), a primary secret has its own."""
    if wanted == {"primary"}:
        return [_filter("primary-region", region)]
    if wanted == {"replica"}:
        return [_filter("primary-region", ""), _filter("primary-region", f"!{region}")]
    if wanted == {"none"}:
        return [_filter("primary-region", "!")]
    if wanted == {"primary", "replica"}:
        return [_filter("primary-region", "")]
    if wanted == {"primary", "none"}:
        return [_filter("primary-region", region, "!")]
    return [_filter("primary-region", f"!{region}")] if wanted == {"replica", "none"} else []


def _filter(key: str, *values: str) -> "FilterTypeDef":
    return {"Key": key, "Values": list(values)}  # type: ignore[typeddict-item]
