"""Does an answer fit its output shape? Required members, types, no null, no member the model doesn't have."""

import base64
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from secrets_app.service_model import MODEL_FILES, Shape, service
from tests.live.server import ROOT

# What the front door adds to every operation (api.md 1.4 to 1.6); quotas are refused alike wherever they are met.
OF_EVERY_OPERATION = {"ValidationException", "SerializationException", "LimitExceededException"}
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
    "double": (int, float),
}


def misfits(operation: str, reply: Any) -> list[str]:
    """What is wrong with the answer of a call that succeeded."""
    output = service("secretsmanager").operations[operation].output
    if output is None:
        return [] if reply == {} else [f"{operation} answers nothing"]
    return list(_misfits(output, reply, operation))


@cache
def modelled_errors(operation: str) -> frozenset[str]:
    path = ROOT / "secrets_app" / "service_model" / MODEL_FILES["secretsmanager"]
    errors = json.loads(path.read_text())["operations"][operation].get("errors", [])
    return frozenset({error["shape"] for error in errors} | OF_EVERY_OPERATION)


def _misfits(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if value is None:
        yield f"{where} is null"
    elif shape.type == "structure":
        yield from _misfits_of_structure(shape, value, where)
    elif shape.type == "list" and shape.item is not None:
        if type(value) is not list:
            yield f"{where} is no list"
            return
        for number, item in enumerate(value):
            yield from _misfits(shape.item, item, f"{where}[{number}]")
    elif shape.type == "map" and shape.item is not None:
        if type(value) is not dict:
            yield f"{where} is no map"
            return
        for key, item in value.items():
            yield from _misfits(shape.item, item, f"{where}[{key}]")
    elif type(value) not in _SCALARS[shape.type]:
        yield f"{where} is a {type(value).__name__}, not a {shape.type}"
    elif shape.enum and value not in shape.enum:
        yield f"{where} is none of {shape.enum}"
    elif shape.type == "blob" and base64.b64encode(base64.b64decode(value)).decode() != value:
        yield f"{where} is not base64"


def _misfits_of_structure(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if type(value) is not dict:
        yield f"{where} is no structure"
        return
    yield from (f"{where} has no {name}" for name in shape.required if name not in value)
    for name, item in value.items():
        if name in shape.members:
            yield from _misfits(shape.members[name], item, f"{where}.{name}")
        else:
            yield f"{where} has {name}, which the model doesn't know"
