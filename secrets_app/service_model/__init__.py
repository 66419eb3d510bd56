"""The vendored AWS service models, read once: operations, shapes and their limits.

The files are AWS's own (Apache-2.0, see NOTICE beside them), without documentation; `manage.py update_service_model`
refreshes them; one is our own. Nothing of a shape is written by hand anywhere else in this code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from botocore import xform_name

MODEL_FILES = {
    "secretsmanager": "secretsmanager-2017-10-17.json",
    "kms": "kms-2014-11-01.json",
    "iam": "iam-2010-05-08.json",
    "sts": "sts-2011-06-15.json",
}
# What this server has beside AWS's services; in the same form, written by us.
OWN = "secretsconsole"
_OWN_FILE = f"{OWN}-2026-11-25.json"


@dataclass(slots=True, eq=False)
class Shape:
    """One shape of a model. Structures hold `members`; lists hold `item`; maps hold `item` as their values."""

    name: str
    type: str  # structure | list | map | string | integer | long | boolean | blob | timestamp | double
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    sensitive: bool = False
    required: tuple[str, ...] = ()
    members: dict[str, "Shape"] = field(default_factory=dict)
    item: "Shape | None" = None


@dataclass(frozen=True, slots=True)
class OperationModel:
    name: str
    input: Shape
    output: Shape | None
    result_wrapper: str  # query protocol: the element that holds the output, "GetCallerIdentityResult"; else ""
    keywords: Mapping[str, str]  # wire name -> keyword: {"SecretId": "secret_id"}
    wire_names: Mapping[str, str]  # keyword -> wire name
    sensitive: frozenset[str]  # wire names of top-level input members that must never be written down


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    version: str  # "2017-10-17"; the query protocol has it in the request
    target_prefix: str  # "secretsmanager" in X-Amz-Target: secretsmanager.GetSecretValue; "" if it isn't AWS JSON
    xml_namespace: str  # of the query protocol; else ""
    operations: Mapping[str, OperationModel]
    errors: tuple[str, ...]

    @staticmethod
    def read(name: str) -> "Service":
        document = json.loads((Path(__file__).parent / MODEL_FILES.get(name, _OWN_FILE)).read_text())
        metadata, shapes = document["metadata"], _Shapes(document["shapes"])
        return Service(
            name=name,
            version=metadata["apiVersion"],
            target_prefix=metadata.get("targetPrefix", ""),
            xml_namespace=metadata.get("xmlNamespace", ""),
            operations={key: _operation(key, value, shapes) for key, value in document["operations"].items()},
            errors=tuple(key for key, value in document["shapes"].items() if value.get("exception")),
        )


class _Shapes:
    """Builds shapes by name; recursive ones refer to themselves."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._built: dict[str, Shape] = {}

    def get(self, name: str) -> Shape:
        if name in self._built:
            return self._built[name]
        raw = self._raw[name]
        shape = self._built[name] = Shape(
            name=name,
            type=raw["type"],
            minimum=raw.get("min"),
            maximum=raw.get("max"),
            pattern=raw.get("pattern"),
            enum=tuple(raw.get("enum", ())),
            sensitive=bool(raw.get("sensitive")),
            required=tuple(raw.get("required", ())),
        )
        shape.members = {key: self.get(value["shape"]) for key, value in raw.get("members", {}).items()}
        inner = raw.get("member") or raw.get("value")
        shape.item = self.get(inner["shape"]) if inner else None
        return shape


def _operation(name: str, raw: Mapping[str, Any], shapes: _Shapes) -> OperationModel:
    given = shapes.get(raw["input"]["shape"]) if "input" in raw else Shape(f"{name}Request", "structure")
    return OperationModel(
        name=name,
        input=given,
        output=shapes.get(raw["output"]["shape"]) if "output" in raw else None,
        result_wrapper=raw.get("output", {}).get("resultWrapper", ""),
        keywords={member: xform_name(member) for member in given.members},
        wire_names={xform_name(member): member for member in given.members},
        sensitive=frozenset(member for member, shape in given.members.items() if shape.sensitive),
    )


@cache
def service(name: str) -> Service:
    return Service.read(name)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a form needs to know of one input member."""

    required: bool
    min_length: int | None
    max_length: int | None
    pattern: str | None


def limits(operation: str, member: str, *, service_name: str = "secretsmanager") -> Limits:
    model = service(service_name).operations[operation]
    shape = model.input.members[member]
    return Limits(
        required=member in model.input.required,
        min_length=shape.minimum,
        max_length=shape.maximum,
        pattern=shape.pattern,
    )
