"""The audit trail: one row per attempted call, written before the answer leaves, never with a value in it."""

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from . import audit_chain
from .audit_chain import append, database_time
from .errors import AwsError
from .service_model import OperationModel, Shape
from .statements import current_database

if TYPE_CHECKING:
    from .call import Call

_LONGEST_MESSAGE = 2048
_LONGEST_PARAMETERS = 65_536  # the longest policy, every character escaped, fits
Row = audit_chain.Row
_collected: ContextVar[list[Row] | None] = ContextVar("collected events", default=None)


@dataclass(slots=True)
class Record:
    """What is known of the call under way; an operation adds which secret it is about."""

    secret_pk: int | None = None
    secret_name: str = ""
    resource_arn: str | None = None
    parts: tuple[Row, ...] = ()  # events of what this call did in the name of other operations

    def about(self, pk: int | None, name: str, arn: str | None) -> None:
        self.secret_pk, self.secret_name, self.resource_arn = pk, name, arn


def new_request_id() -> str:
    """A random UUID (version 4); the library's own takes five times as long."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def write(call: "Call", arguments: Mapping[str, Any], error: BaseException | None = None) -> None:
    """Insert the event of this call, in the transaction that is open; else at once, or with others by commit()."""
    row = _row(call, arguments, error)
    collected = _collected.get()
    if collected is None or current_database().in_atomic_block:
        append([row, *call.record.parts])
    else:
        collected += (row, *call.record.parts)


def note_part(call: "Call", part: "Call", arguments: Mapping[str, Any], error: BaseException | None = None) -> None:
    """The event of another operation that this call is made of; it is written with the call's own."""
    call.record.parts += (_row(part, arguments, error),)


def collect_in(events: list[Row]) -> None:
    """From now on, in this context: an event outside a transaction goes here, for a later commit()."""
    _collected.set(events)


def commit(events: Sequence[Row]) -> None:
    """All of them in one transaction; an answer must not leave before its event is in."""
    append(events)


def _row(call: "Call", arguments: Mapping[str, Any], error: BaseException | None) -> Row:
    """In the order of audit_chain.COLUMNS. The ORM would cost the read path more than all the rest of it."""
    model = call.operation
    return [
        call.request_id,
        database_time(call.now),
        call.account,
        call.region,
        call.event_source,
        model.name,
        call.read_only,
        call.door,
        call.principal.arn,
        call.principal.access_key_id,
        call.source_ip,
        call.user_agent[:256],
        call.record.secret_pk,
        call.record.secret_name[:512],
        _written(request_parameters(model, arguments)),
        "" if error is None else error.code if isinstance(error, AwsError) else "InternalServiceError",
        error.message[:_LONGEST_MESSAGE] if isinstance(error, AwsError) else "",
        call.principal.recorded,
        call.record.resource_arn,
    ]


def _written(parameters: dict[str, Any]) -> str:
    """As JSON; a call that was refused for its size does not fill the trail with what it sent."""
    text = _as_json(parameters)
    if len(text) <= _LONGEST_PARAMETERS:
        return text
    return _as_json({"omitted": f"{len(text)} characters of parameters", "members": sorted(parameters)})


def _as_json(content: dict[str, Any]) -> str:
    return orjson.dumps(content, default=str).decode()


def request_parameters(model: OperationModel, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The call's arguments by wire name, without absent and sensitive members, and without blobs: a ciphertext is
    nothing to write down either."""
    return {
        member: _without_sensitive(shape, arguments[model.keywords[member]])
        for member, shape in model.input.members.items()
        if not shape.sensitive and shape.type != "blob" and arguments.get(model.keywords[member]) is not None
    }


def _without_sensitive(shape: Shape, value: Any) -> Any:
    if shape.type == "structure" and isinstance(value, dict):
        return {
            key: _without_sensitive(shape.members[key], item)
            for key, item in value.items()
            if key in shape.members and not shape.members[key].sensitive
        }
    if shape.type == "list" and shape.item is not None and isinstance(value, list):
        return [] if shape.item.sensitive else [_without_sensitive(shape.item, item) for item in value]
    return value
