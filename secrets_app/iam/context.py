"""The condition keys of one request, and how their values read as text."""

import base64
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

ContextScalar = str | int | float | bool | bytes | datetime
ContextValue = ContextScalar | Collection[str]  # a list, tuple or set is a multivalued key; a datetime is aware

Asked = TypeVar("Asked", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)
Answer = TypeVar("Answer")

_MULTIVALUED = (list, tuple, set, frozenset)


class RequestContext:
    """Condition keys under their lower-cased names: keys, and tag keys inside them, compare without case.

    The names are folded on the first question, so a policy without conditions pays nothing for them.
    """

    __slots__ = ("_answers", "_folded", "_given", "holds")

    def __init__(self, given: Mapping[str, ContextValue]) -> None:
        self._given = given
        self._folded: dict[str, ContextValue] | None = None
        self.holds: dict[object, bool] = {}  # the conditions asked so far
        self._answers: dict[tuple[object, object], Any] = {}

    def once(self, asked: Asked, value: Value, answer: "Callable[[Asked, Value, RequestContext], Answer]") -> Answer:
        """What `answer` says of the two in this request: statements that say the same are asked once."""
        key = (asked, value)
        try:
            return self._answers[key]  # type: ignore[no-any-return]
        except KeyError:
            found = self._answers[key] = answer(asked, value, self)
            return found

    def get(self, folded_key: str) -> ContextValue | None:
        """The value of a key whose name is already lower case. An empty list counts as an absent key."""
        if self._folded is None:
            self._folded = {key.lower(): value for key, value in self._given.items()}
        value = self._folded.get(folded_key)
        return value if value is not None and values_of(value) else None

    def text(self, folded_key: str) -> str | None:
        """What a policy variable stands for; a multivalued key has no such text."""
        value = self.get(folded_key)
        return None if value is None or isinstance(value, _MULTIVALUED) else as_text(value)


def values_of(value: ContextValue) -> Collection[ContextScalar]:
    """The values of a key, one or several."""
    return value if isinstance(value, _MULTIVALUED) else (value,)


def as_text(value: object) -> str:
    """A value as string operators see it: "true", "7", "2026-03-01T12:00:00Z", base64 for bytes."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)
