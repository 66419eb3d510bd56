"""The body of a request to us: JSON by our model, and stricter than AWS's, because people write it by hand."""

from typing import Any

import orjson

from secrets_app.aws_json import codec
from secrets_app.errors import SerializationException, ValidationException
from secrets_app.service_model import OperationModel, Shape

# JSON that AWS takes as text: here it may also be written as what it is.
_DOCUMENTS = ("SecretString", "ResourcePolicy")


def decode(model: OperationModel, body: bytes) -> dict[str, Any]:
    """Keyword -> value; an empty body has none. Raises for a member that isn't known: it would be a typing error."""
    if not body.strip():
        return {}
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SerializationException(f"The body is not JSON: see line {error.lineno}, column {error.colno}.") from None
    if not isinstance(given, dict):
        raise SerializationException("The body must be a JSON object.")
    return codec.decode(model, orjson.dumps(_prepared(model.input, given, "")))


def _prepared(shape: Shape, given: Any, path: str) -> Any:
    """With documents as text, if every member is known."""
    if shape.type == "list" and shape.item is not None and isinstance(given, list):
        return [_prepared(shape.item, item, f"{path}.{number}.member") for number, item in enumerate(given, start=1)]
    if shape.type != "structure" or not isinstance(given, dict):
        return given
    for name in given:
        if name not in shape.members:
            place = f" at '{path}'" if path else ""
            raise ValidationException(f"There is no member '{name}'{place}; there are {', '.join(shape.members)}.")
    return {
        name: orjson.dumps(value).decode()
        if name in _DOCUMENTS and isinstance(value, dict | list)
        else _prepared(shape.members[name], value, f"{path}.{name}".lstrip("."))
        for name, value in given.items()
    }
