"""Bad requests for every member of every operation, made from the service model: a new member is covered by itself."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from secrets_app.service_model import OperationModel, Shape

MARKER = "tr0ub4dor-and-3"  # in every sensitive value, and in no other: it may not be seen again
MARKER_AS_BYTES = "dHIwdWI0ZG9yLWFuZC0z"
_ORDINARY = "ordinary text"
SECRET = "prod/db"
INVALID, UNREADABLE = "ValidationException", "SerializationException"
_EXAMPLES = {
    "SecretId": SECRET,
    "Name": "new",
    "ClientRequestToken": "c" * 32,
    "AliasName": "alias/new",
    "KeyId": "alias/app",
    "TargetKeyId": "alias/app",
    "ResourcePolicy": '{"Version": "2012-10-17", "Statement": []}',
}
_EXAMPLES_OF_PATTERNS = ["a", "eu-west-1", "3h", "arn:aws:iam::123456789012:role/a", "a" * 36]
Path = tuple[str | int, ...]


class Bad(NamedTuple):
    what: str
    body: bytes
    codes: set[str]  # any of these


class Member(NamedTuple):
    path: Path  # ("Tags", 0, "Key")
    shape: Shape
    required: bool

    @property
    def shown(self) -> str:
        """As messages name it: tags.1.member.key."""
        words = [f"{part + 1}.member" if isinstance(part, int) else part[:1].lower() + part[1:] for part in self.path]
        return ".".join(words)


def example(name: str, shape: Shape) -> Any:
    """A value that the model allows."""
    if name in _EXAMPLES:
        return _EXAMPLES[name]
    if shape.type == "structure":
        return {member: example(member, inner) for member, inner in shape.members.items() if member in shape.required}
    if shape.type == "list" and shape.item is not None:
        return [example("", shape.item)]
    if shape.type == "map":
        return {"a": "b"}
    if shape.type == "boolean":
        return False
    if shape.type in ("integer", "long"):
        return shape.minimum or 7
    if shape.type == "blob":
        return MARKER_AS_BYTES
    if shape.enum:
        return shape.enum[0]
    return MARKER if shape.sensitive and not shape.pattern else of_length(shape, shape.minimum or 1)


def of_length(shape: Shape, length: int) -> str:
    """Of this length and, where that can be had, of the shape's pattern."""
    filled = [text + text[-1] * (length - len(text)) for text in _EXAMPLES_OF_PATTERNS if len(text) <= length]
    mixed = ["a" * (length - 2) + "-1", "1" * (length - 1) + "h"]
    found = [text for text in [*filled, *mixed] if len(text) == length and _fits(shape, text)]
    return found[0] if found else "a" * length


def members(model: OperationModel) -> Iterator[Member]:
    for name, shape in model.input.members.items():
        yield from _members((name,), shape, name in model.input.required)


def _members(path: Path, shape: Shape, required: bool) -> Iterator[Member]:
    yield Member(path, shape, required)
    if shape.type == "list" and shape.item is not None:
        yield from _members((*path, 0), shape.item, True)
    elif shape.type == "structure":
        for name, inner in shape.members.items():
            yield from _members((*path, name), inner, name in shape.required)


def request(model: OperationModel, changed: Path = (), value: Any = None, *, without: bool = False) -> bytes:
    """Every required and every sensitive member, with one changed or left out."""
    document: dict[str, Any] = {
        name: example(name, shape) for name, shape in model.input.members.items() if name in model.input.required
    }
    if "ClientRequestToken" in model.input.members:
        document["ClientRequestToken"] = _EXAMPLES["ClientRequestToken"]
    if "SecretString" in model.input.members and changed != ("SecretBinary",):
        document["SecretString"] = MARKER
    if changed:
        _set(document, model.input, changed, value, without=without)
    return json.dumps(document).encode()  # a lone surrogate goes out as \ud800


def _set(document: Any, shape: Shape, path: Path, value: Any, *, without: bool) -> None:
    for part in path[:-1]:
        inner = shape.item if isinstance(part, int) else shape.members[part]
        assert inner is not None
        if isinstance(part, str) and part not in document:
            document[part] = example(part, inner)
        document, shape = document[part], inner
    if without:
        document.pop(path[-1], None)
    else:
        document[path[-1]] = value


def refused(model: OperationModel) -> Iterator[Bad]:
    """What no operation may take."""
    for member in members(model):
        for what, value, codes in _bad_values(member):
            yield Bad(f"{member.shown} {what}", request(model, member.path, value), codes)
        if member.required and isinstance(member.path[-1], str):
            yield Bad(f"{member.shown} missing", request(model, member.path, without=True), {INVALID})


def _bad_values(member: Member) -> Iterator[tuple[str, Any, set[str]]]:
    shape = member.shape
    if member.required:
        yield "null", None, {UNREADABLE if isinstance(member.path[-1], int) else INVALID}
    for kind, value in _wrong_types(shape):
        yield kind, value, {UNREADABLE}
    if shape.type == "string":
        yield from _bad_texts(shape)
    elif shape.type in ("integer", "long"):
        yield from _bad_numbers(shape)
    elif shape.type == "list" and shape.minimum:
        yield "empty", [], {INVALID}
    elif shape.type == "blob":
        yield "not base64", f"{_marked(shape)}!", {UNREADABLE}
        longest = 64 * 1024 if shape.maximum is None else shape.maximum
        yield "too long", base64.b64encode(b"a" * (longest + 1)).decode(), {INVALID}
        if shape.minimum:
            yield "empty", "", {INVALID}
    if shape.type == "list" and shape.maximum and shape.item is not None:
        yield "too long", [example("", shape.item)] * (shape.maximum + 1), {INVALID}


def _wrong_types(shape: Shape) -> Iterator[tuple[str, Any]]:
    text = _marked(shape)
    kinds = {
        "text": text,
        "number": 3,
        "fraction": 1.5,
        "huge number": 2**70,
        "boolean": True,
        "list": [text],
        "structure": {text: text},
    }
    right = {
        "string": {"text"},
        "blob": {"text"},
        "integer": {"number"},
        "long": {"number"},
        "boolean": {"boolean"},
        "structure": {"structure"},
        "map": {"structure"},
        "list": {"list"},
    }[shape.type]
    yield from ((f"is a {kind}", value) for kind, value in kinds.items() if kind not in right)


def _bad_texts(shape: Shape) -> Iterator[tuple[str, Any, set[str]]]:
    if shape.minimum:
        yield "empty", "", {INVALID}
        yield "too short", of_length(shape, shape.minimum - 1), {INVALID}
    if shape.maximum:
        yield "too long", of_length(shape, shape.maximum + 1), {INVALID}
    if not shape.maximum or shape.maximum <= 64 * 1024:
        yield "64 KiB and one", (_marked(shape) * 8000)[: 64 * 1024 + 1], {INVALID} if shape.maximum else set()
    if shape.pattern and not _fits(shape, "\u00a7 \u00a7"):
        yield "against its pattern", "\u00a7 " * max(1, (shape.minimum or 0) // 2), {INVALID}
    if shape.enum:
        yield "outside its enum", _ORDINARY, {INVALID}
    if not shape.sensitive:
        yield "with a NUL", f"{of_length(shape, shape.minimum or 1)}\0", {INVALID, UNREADABLE}
    for surrogate in ("\ud800", "\udfff"):
        yield "with a lone surrogate", f"{_marked(shape)}{surrogate}", {UNREADABLE}


def _bad_numbers(shape: Shape) -> Iterator[tuple[str, Any, set[str]]]:
    if shape.minimum is not None:
        yield "too small", shape.minimum - 1, {INVALID}
    if shape.maximum is not None:
        yield "too large", shape.maximum + 1, {INVALID}


def at_the_ends(model: OperationModel) -> Iterator[tuple[Member, bytes]]:
    """The shortest and the longest, the smallest and the largest: the model's limits let them pass. So they do null
    where a member need not be there."""
    for member in members(model):
        shape = member.shape
        if not member.required:
            yield member, request(model, member.path, None)
        for limit in {shape.minimum, shape.maximum} - {None}:
            if shape.type == "string" and not shape.enum:
                text = of_length(shape, limit or 0)
                if _fits(shape, text):
                    yield member, request(model, member.path, text)
            elif shape.type in ("integer", "long"):
                yield member, request(model, member.path, limit)
            elif shape.type == "list" and shape.item is not None:
                yield member, request(model, member.path, [example("", shape.item)] * (limit or 0))


def _marked(shape: Shape) -> str:
    return MARKER if shape.sensitive else _ORDINARY


def _fits(shape: Shape, text: str) -> bool:
    return not shape.pattern or re.fullmatch(shape.pattern, text) is not None
