"""A form -> Python by the shapes of the service model. Source: Smithy, "AWS query protocol".

`Tags.member.1.Key=team` is the key of the first tag. What the input shape does not have is left out, as elsewhere.
"""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.errors import SerializationException, ValidationException
from secrets_app.service_model import OperationModel, Shape

_DEEPEST = 8
_LONGEST_NUMBER = 18

Tree = dict[str, Any]  # a part of a name -> a tree, or the text at its end


def decode(model: OperationModel, given: Mapping[str, str]) -> dict[str, Any]:
    """Keyword -> value, as the operation takes them."""
    members = model.input.members
    tree: Tree = {}
    for name, text in given.items():
        parts = name.split(".")
        if parts[0] in members:
            _plant(tree, parts, text)
    return {model.keywords[name]: _decoded(members[name], value, name) for name, value in tree.items()}


def _plant(tree: Tree, parts: list[str], text: str) -> None:
    if len(parts) > _DEEPEST:
        raise SerializationException("A parameter is nested too deeply.")
    for part in parts[:-1]:
        branch = tree.setdefault(part, {})
        if not isinstance(branch, dict):
            raise SerializationException("A parameter is both a value and a structure.")
        tree = branch
    if parts[-1] in tree:
        raise SerializationException("A parameter is both a value and a structure.")
    tree[parts[-1]] = text


def _decoded(shape: Shape, value: Any, name: str) -> Any:
    if shape.type in ("structure", "list"):
        return _structure(shape, value, name) if shape.type == "structure" else _list(shape, value, name)
    if not isinstance(value, str):
        raise SerializationException(f"{name} is not a structure.")
    read = _SCALARS.get(shape.type)
    return value if read is None else read(value, name)


def _structure(shape: Shape, value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SerializationException(f"{name} is a structure.")
    return {
        key: _decoded(shape.members[key], item, f"{name}.{key}") for key, item in value.items() if key in shape.members
    }


def _list(shape: Shape, value: Any, name: str) -> list[Any]:
    """An empty list is written as an empty text."""
    if value == "":
        return []
    items = value.get("member") if isinstance(value, dict) else None
    if not isinstance(items, dict) or shape.item is None:
        raise SerializationException(f"{name} is a list: its first item is {name}.member.1.")
    if not all(number.isascii() and number.isdecimal() and len(number) < _LONGEST_NUMBER for number in items):
        raise SerializationException(f"The items of {name} are numbered.")
    return [_decoded(shape.item, items[number], name) for number in sorted(items, key=int)]


def _boolean(text: str, name: str) -> bool:
    if text not in ("true", "false"):
        raise ValidationException(f"{name} is true or false.", parameter=name)
    return text == "true"


def _integer(text: str, name: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < _LONGEST_NUMBER):
        raise ValidationException(f"{name} is a whole number.", parameter=name)
    return int(text)


_SCALARS: dict[str, Callable[[str, str], Any]] = {"boolean": _boolean, "integer": _integer, "long": _integer}
