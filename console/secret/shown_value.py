"""A retrieved value as the page lays it out: rows, a tree, text, or the bytes of binary."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from secrets_app.results import SecretValue

SHOWN_FOR_SECONDS = 60  # then it leaves the page; a person can ask for another minute
MOST_ROWS = 1_000  # of rows, and of the parts of a tree: a value of 65,536 bytes can have thousands
_DEEPEST = 20
_MOST_HEX_BYTES = 4_096
_BYTES_PER_LINE = 16


def shown(found: SecretValue) -> dict[str, Any]:
    """Rows of a flat JSON object, a tree of a nested one, and text; or size, base64 and hex of binary."""
    content, text = found.value.content, found.value.string
    known = {"size": len(content), "version_id": found.version_id, "seconds": SHOWN_FOR_SECONDS}
    if text is None:
        return {
            **known,
            "is_binary": True,
            "base64": base64.b64encode(content).decode(),
            "hex": hex_dump(content[:_MOST_HEX_BYTES]),
            "hex_size": min(len(content), _MOST_HEX_BYTES),
        }
    rows = rows_of(text)
    if rows is not None and len(rows) > MOST_ROWS:
        return {**known, "text": text, "too_many": len(rows)}
    tree = tree_of(text) if rows is None else None
    return {**known, "has_rows": rows is not None, "rows": rows, "tree": tree, "text": text}


def hex_dump(content: bytes) -> str:
    """Lines of 16 bytes: offset, bytes in hexadecimal, and as ASCII where they can be printed."""
    lines = []
    for offset in range(0, len(content), _BYTES_PER_LINE):
        part = content[offset : offset + _BYTES_PER_LINE]
        printable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{offset:08x}  {part.hex(' '):<{_BYTES_PER_LINE * 3 - 1}}  {printable}")
    return "\n".join(lines)


def rows_of(text: str) -> list[tuple[str, str]] | None:
    """Key and value as text; None unless it is a JSON object of strings, numbers, true and false, each key once."""
    found = read_json(text)
    if not isinstance(found, Object) or not all(isinstance(value, str | bool) for _, value in found.pairs):
        return None
    if len({key for key, _ in found.pairs}) != len(found.pairs):
        return None
    return [(key, as_text(value)) for key, value in found.pairs]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a tree. key: "" for what an array holds. kind: of a branch "object" or "array", of a leaf its type."""

    key: str
    kind: str
    text: str = field(default="", repr=False)
    children: "list[Node]" = field(default_factory=list, repr=False)
    path: str = ""  # what a screen reader calls it: "hosts > 0"


def tree_of(text: str) -> Node | None:
    """The value as a tree; None unless it is a JSON object or array, neither too large nor too deep to be shown."""
    found = read_json(text)
    if not isinstance(found, Object | list):
        return None
    try:
        return _node("", found, "", _Budget(MOST_ROWS), 0)
    except _TooLargeError:
        return None


class _TooLargeError(Exception):
    pass


@dataclass(slots=True)
class _Budget:
    left: int


def _node(key: str, value: Any, path: str, budget: _Budget, depth: int) -> Node:
    budget.left -= 1
    if budget.left < 0 or depth > _DEEPEST:
        raise _TooLargeError
    if isinstance(value, Object):
        pairs, kind = value.pairs, "object"
    elif isinstance(value, list):
        pairs, kind = [(str(index), each) for index, each in enumerate(value)], "array"
    else:
        return Node(key, _kind(value), as_text(value), path=path)
    children = [_node(name, each, f"{path} > {name}" if path else name, budget, depth + 1) for name, each in pairs]
    return Node(key, kind, children=children, path=path)


# --- JSON as it was written ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object with its keys as they stand, doubled ones included."""

    pairs: list[tuple[str, Any]]


class Number(str):
    """The text of a JSON number: it keeps the digits it was written with."""


def read_json(text: str) -> Any:
    """Object, list, str, Number, True, False; None for null and for what is no JSON or can't be shown."""
    try:
        found = json.loads(
            text, object_pairs_hook=Object, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant
        )
        text.encode()
        json.dumps(found, ensure_ascii=False, default=_pairs).encode()  # half of a surrogate pair can't be shown
    except (ValueError, RecursionError):
        return None
    return found


def _pairs(value: Object) -> list[tuple[str, Any]]:
    return value.pairs


def as_text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)


def _kind(value: Any) -> str:
    if isinstance(value, Number):
        return "number"
    if isinstance(value, bool):
        return "boolean"
    return "null" if value is None else "string"


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads, are no JSON."""
    raise ValueError(name)
