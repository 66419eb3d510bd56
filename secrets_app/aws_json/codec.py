"""JSON <-> Python by the shapes of the service model: base64, epoch seconds, absent members.

Texts of SerializationException: api.md 1.4 where somebody saw them, ours otherwise.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import orjson

from secrets_app.errors import SerializationException
from secrets_app.service_model import OperationModel, Shape

_EPOCH = date(1970, 1, 1)
# The scalars of the model, and what the reference implementation calls a JSON value of each kind.
_JAVA = {"string": "String", "blob": "String", "integer": "Integer", "long": "Long", "boolean": "Boolean"}
_JSON_TYPE: dict[str, type] = {"string": str, "blob": str, "integer": int, "long": int, "boolean": bool}


# --- in --------------------------------------------------------------------------------------------


def decode(model: OperationModel, body: bytes) -> dict[str, Any]:
    """Keyword -> value, as the operation takes them. Unknown members and nulls are left out."""
    try:
        given = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise SerializationException from None
    if type(given) is not dict:
        raise SerializationException("The body must be a JSON object.")
    members, keywords = model.input.members, model.keywords
    return {
        keywords[name]: _decoded(members[name], value)
        for name, value in given.items()
        if value is not None and name in members
    }


def _decoded(shape: Shape, value: Any) -> Any:
    wanted = _JSON_TYPE.get(shape.type)
    if wanted is not None:
        if type(value) is not wanted:  # exactly: a bool is an int to Python, and not to JSON
            raise _wrong_scalar(shape, value)
        if wanted is str and "\0" in str(value) and not shape.sensitive:
            # PostgreSQL has no text with a NUL in it; a secret value, which is stored encrypted, may have one.
            raise SerializationException("A NUL character was found where none is allowed.")
        return _decoded_blob(str(value)) if shape.type == "blob" else value
    return _DECODE[shape.type](shape, value)


def _decoded_blob(value: str) -> bytes:
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SerializationException("A binary value is not base64.") from None


def _decoded_structure(shape: Shape, value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise SerializationException("Expected the start of a structure or map.")
    members = shape.members
    return {name: _decoded(members[name], item) for name, item in value.items() if item is not None and name in members}


def _decoded_list(shape: Shape, value: Any) -> list[Any]:
    if type(value) is not list:
        raise SerializationException("Expected the start of a list.")
    return [_decoded_item(shape, item) for item in value]


def _decoded_map(shape: Shape, value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise SerializationException("Expected the start of a structure or map.")
    return {key: _decoded_item(shape, item) for key, item in value.items()}


def _decoded_item(container: Shape, item: Any) -> Any:
    if item is None or container.item is None:
        raise SerializationException("A list or map must not hold null.")
    return _decoded(container.item, item)


def _decoded_timestamp(_shape: Shape, value: Any) -> datetime:
    if type(value) not in (int, float):
        raise SerializationException("Expected a timestamp as a number of seconds.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise SerializationException("A timestamp is out of range.") from None


def _wrong_scalar(shape: Shape, value: Any) -> SerializationException:
    """Says which kinds of value met, never the value."""
    if isinstance(value, dict):
        return SerializationException("Start of structure or map found where not expected.")
    if isinstance(value, list):
        return SerializationException("Start of list found where not expected.")
    kind = {bool: "Boolean", int: "Integer", float: "Double", str: "String"}[type(value)]
    return SerializationException(f"class java.lang.{kind} can not be converted to an {_JAVA[shape.type]}")


_DECODE: dict[str, Callable[[Shape, Any], Any]] = {
    "structure": _decoded_structure,
    "list": _decoded_list,
    "map": _decoded_map,
    "timestamp": _decoded_timestamp,
}


# --- out -------------------------------------------------------------------------------------------

Encoder = Callable[[Any], Any]


def encode(model: OperationModel, reply: Mapping[str, Any]) -> bytes:
    """reply: wire name -> value; None means absent. A member that the output shape does not have is a KeyError."""
    if model.output is None:
        if reply:
            raise KeyError(f"{model.name} answers nothing, not {sorted(reply)}")
        return b"{}"
    encoder = _encoder(model.output)
    return orjson.dumps(reply if encoder is None else encoder(reply))


@cache
def _encoder(shape: Shape) -> Encoder | None:
    """Put together once for each shape. None: the value goes as it is."""
    if shape.type == "structure":
        return _structure_encoder(shape)
    if shape.type == "list":
        each = _encoder(shape.item) if shape.item is not None else None
        return None if each is None else lambda value: [each(item) for item in value]
    if shape.type == "map":
        if shape.item is None:
            raise KeyError(f"{shape.name} has no values")
        inner = _encoder(shape.item)
        return None if inner is None else lambda value: {key: inner(item) for key, item in value.items()}
    return _SCALARS.get(shape.type)


def _structure_encoder(shape: Shape) -> Encoder:
    encoders: dict[str, Encoder | None] = {}

    def encoded(value: Mapping[str, Any]) -> dict[str, Any]:
        if not encoders:  # on the first use, since a structure may hold itself
            encoders.update({name: _encoder(member) for name, member in shape.members.items()})
        found = {}
        for name, item in value.items():
            if item is not None:
                encoder = encoders[name]
                found[name] = item if encoder is None else encoder(item)
        return found

    return encoded


def _encoded_timestamp(value: datetime | date) -> float | int:
    """Epoch seconds to the millisecond; a day is its midnight in UTC (documented; api.md 1.2)."""
    if not isinstance(value, datetime):
        return (value - _EPOCH).days * 86_400
    milliseconds = round(value.timestamp() * 1000)
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def _encoded_blob(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_SCALARS: dict[str, Encoder] = {"timestamp": _encoded_timestamp, "blob": _encoded_blob}
