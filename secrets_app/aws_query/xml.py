"""Answers of the query protocol as XML. Forms: api.md 1.3 and 8."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any
from xml.sax.saxutils import escape

from secrets_app.service_model import OperationModel, Service, Shape

# What XML 1.0 cannot hold even escaped; a refusal may quote a header that has such characters.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def success(service: Service, model: OperationModel, reply: Mapping[str, Any], request_id: str) -> bytes:
    """reply: wire name -> value, in the order it is written; None means absent. A member that the output shape does
    not have is a KeyError. Without an output shape there is no result element either."""
    metadata = f"<ResponseMetadata>{_element('RequestId', request_id)}</ResponseMetadata>"
    if model.output is None:
        if reply:
            raise KeyError(f"{model.name} answers nothing, not {sorted(reply)}")
        return _document(f"{model.name}Response", service, metadata)
    result = f"<{model.result_wrapper}>{_members(model.output, reply)}</{model.result_wrapper}>"
    return _document(f"{model.name}Response", service, result + metadata)


def _members(shape: Shape, value: Mapping[str, Any]) -> str:
    return "".join(_written(shape.members[name], name, item) for name, item in value.items() if item is not None)


def _written(shape: Shape, name: str, value: Any) -> str:
    if shape.type == "structure":
        return f"<{name}>{_members(shape, value)}</{name}>"
    if shape.type == "list" and shape.item is not None:
        items = [_written(shape.item, "member", item) for item in value]
        return f"<{name}>{''.join(items)}</{name}>" if items else f"<{name}/>"
    if shape.type == "timestamp":
        return _element(name, value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if shape.type == "boolean":
        return _element(name, "true" if value else "false")
    return _element(name, str(value))


def refusal(service: Service, *, code: str, message: str, is_senders: bool, request_id: str) -> bytes:
    kind = _element("Type", "Sender" if is_senders else "Receiver")
    error = f"<Error>{kind}{_element('Code', code)}{_element('Message', message)}</Error>"
    return _document("ErrorResponse", service, error + _element("RequestId", request_id))


def _document(root: str, service: Service, content: str) -> bytes:
    return f'<{root} xmlns="{service.xml_namespace}">{content}</{root}>\n'.encode()


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_UNWRITABLE.sub(chr(0xFFFD), text))}</{name}>"
