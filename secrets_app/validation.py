"""A call's arguments against the limits of the service model: required, length, value, pattern, enum.

botocore's own validator checks minima only, so this is ours. Messages in the form recorded from the real service
(api.md 1.6); values that the model marks sensitive are never echoed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from .errors import ValidationException
from .service_model import OperationModel, Shape

_UNICODE_CLASSES = r"\p{L}\p{Z}\p{N}"
_WORDS_AND_SPACES = r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


def check(model: OperationModel, arguments: Mapping[str, Any]) -> None:
    """arguments: keyword -> Python value; None means absent. Raises ValidationException naming every violation."""
    found: list[tuple[str, str]] = []
    keywords, required = model.keywords, model.input.required
    for member, shape in model.input.members.items():
        value = arguments.get(keywords[member])
        if value is not None or member in required:
            found += _member(shape, value, _lower_first(member), member, model.input)
    if not found:
        return
    noun = "validation error" if len(found) == 1 else "validation errors"
    first = next(path for path, _ in found)
    raise ValidationException(
        f"{len(found)} {noun} detected: " + "; ".join(clause for _, clause in found),
        parameter=_wire_member(model, first),
    )


def _member(shape: Shape, value: Any, path: str, name: str, owner: Shape) -> Iterator[tuple[str, str]]:
    if value is None:
        if name in owner.required:
            yield path, f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        return
    yield from _value(shape, value, path)


def _value(shape: Shape, value: Any, path: str) -> Iterator[tuple[str, str]]:
    for constraint in _constraints(shape, value):
        shown = "Value" if shape.sensitive else f"Value '{_display(value)}'"
        yield path, f"{shown} at '{path}' failed to satisfy constraint: {constraint}"
    if shape.type == "structure":
        for member, inner in shape.members.items():
            yield from _member(inner, value.get(member), f"{path}.{_lower_first(member)}", member, shape)
    elif shape.type == "list" and shape.item is not None:
        for number, item in enumerate(value, start=1):
            yield from _value(shape.item, item, f"{path}.{number}.member")


def _constraints(shape: Shape, value: Any) -> Iterator[str]:
    if shape.type in ("string", "blob", "list"):
        size, noun = len(value), "length"
    elif shape.type in ("integer", "long"):
        size, noun = value, "value"
    else:
        return
    if shape.maximum is not None and size > shape.maximum:
        yield f"Member must have {noun} less than or equal to {shape.maximum}"
    if shape.minimum is not None and size < shape.minimum:
        yield f"Member must have {noun} greater than or equal to {shape.minimum}"
    if shape.enum and value not in shape.enum:
        yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    if shape.type == "string" and not shape.sensitive and "\0" in value:
        yield "Member must not hold a NUL character"  # ours: PostgreSQL has no text with one
    if shape.pattern and not _compiled(shape.pattern).fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {shape.pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The models' patterns are Java's, where \\w, \\d and \\s are of ASCII; \\p{...} Python doesn't know, so what
    letters, numbers and separators are is said in its words."""
    if _UNICODE_CLASSES not in pattern:
        return re.compile(pattern, re.ASCII)
    return re.compile(pattern.replace(_UNICODE_CLASSES, _WORDS_AND_SPACES))


def _display(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_display(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_display(item)}" for key, item in value.items()) + "}"
    return str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def _wire_member(model: OperationModel, path: str) -> str:
    first = path.split(".", 1)[0]
    return next((member for member in model.input.members if _lower_first(member) == first), "")
