"""The audit trail: one row per attempted call, written before the answer leaves, never with a value in it."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from .errors import AwsError
from .models import AuditEvent
from .service_model import OperationModel, Shape
from .statements import Statement

if TYPE_CHECKING:
    from .call import Call

_LONGEST_MESSAGE = 2048
_LONGEST_PARAMETERS = 65_536  # the longest policy, every character escaped, fits
_COLUMNS = [column for column in AuditEvent._meta.concrete_fields if not column.primary_key]
_INSERT = Statement(
    "INSERT INTO {table} ({names}) VALUES ({places})".format(  # noqa: S608  our own table and column names
        table=AuditEvent._meta.db_table,
        names=", ".join(f'"{column.column}"' for column in _COLUMNS),
        places=", ".join(["%s"] * len(_COLUMNS)),
    )
)
_as_json = json.JSONEncoder(separators=(",", ":"), default=str).encode


@dataclass(slots=True)
class Record:
    """What is known of the call under way; an operation adds which secret it is about."""

    secret_pk: int | None = None
    secret_name: str = ""

    def about(self, pk: int | None, name: str) -> None:
        self.secret_pk, self.secret_name = pk, name


def new_request_id() -> str:
    return str(uuid.uuid4())


def write(call: "Call", arguments: Mapping[str, Any], error: BaseException | None = None) -> None:
    """Insert the event of this call. Raw SQL: the ORM would cost the read path more than all the rest of it."""
    model = call.operation
    _INSERT.run(
        [
            call.request_id,
            _database_time(call.now),
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
        ]
    )


def _written(parameters: dict[str, Any]) -> str:
    """As JSON; a call that was refused for its size does not fill the trail with what it sent."""
    text = _as_json(parameters)
    if len(text) <= _LONGEST_PARAMETERS:
        return text
    return _as_json({"omitted": f"{len(text)} characters of parameters", "members": sorted(parameters)})


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


def _database_time(moment: datetime) -> Any:
    """As Django's ORM writes it; for SQLite without the detour through settings and time zones (now is UTC)."""
    if connection.vendor == "sqlite":
        return moment.replace(tzinfo=None).isoformat(" ")
    return connection.ops.adapt_datetimefield_value(moment)
