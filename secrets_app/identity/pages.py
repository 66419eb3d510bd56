"""Lists, a page at a time: Marker and MaxItems, in the order of the names."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from secrets_app import paging
from secrets_app.call import Call
from secrets_app.errors import InvalidNextTokenException, ValidationException
from secrets_app.results import Page

T = TypeVar("T")

_ITEMS_ON_A_PAGE = 100


def page(
    call: Call,
    rows: Iterable[T],
    name: Callable[[T], str],
    question: Mapping[str, object],
    marker: str | None,
    max_items: int | None,
) -> Page[T]:
    """question: what is listed, for which the marker alone is good. An account has some thousands of rows at most."""
    asked = repr(sorted(question.items()))
    after = _position(call, asked, marker)
    left = sorted((row for row in rows if after is None or name(row) > after), key=name)
    size = max_items or _ITEMS_ON_A_PAGE
    shown = left[:size]
    return Page(shown, paging.make_token(call, asked, name(shown[-1])) if len(left) > size else None)


def _position(call: Call, question: str, marker: str | None) -> str | None:
    if marker is None:
        return None
    try:
        return paging.read_token(call, question, marker, parts=1)[0]
    except InvalidNextTokenException:
        raise ValidationException("Invalid Marker.", parameter="Marker") from None
