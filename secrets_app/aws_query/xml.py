"""Answers of the query protocol as XML. Forms: api.md 1.3 and 8."""

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from secrets_app.service_model import OperationModel, Service

# What XML 1.0 cannot hold even escaped; a refusal may quote a header that has such characters.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def success(service: Service, model: OperationModel, reply: Mapping[str, Any], request_id: str) -> bytes:
    """reply: wire name -> text, in the order it is written."""
    if model.output is None or not reply.keys() <= model.output.members.keys():
        raise KeyError(f"{model.name} does not answer {sorted(reply)}")
    members = "".join(_element(name, value) for name, value in reply.items())
    result = f"<{model.result_wrapper}>{members}</{model.result_wrapper}>"
    metadata = f"<ResponseMetadata>{_element('RequestId', request_id)}</ResponseMetadata>"
    return _document(f"{model.name}Response", service, result + metadata)


def refusal(service: Service, *, code: str, message: str, is_senders: bool, request_id: str) -> bytes:
    kind = _element("Type", "Sender" if is_senders else "Receiver")
    error = f"<Error>{kind}{_element('Code', code)}{_element('Message', message)}</Error>"
    return _document("ErrorResponse", service, error + _element("RequestId", request_id))


def _document(root: str, service: Service, content: str) -> bytes:
    return f'<{root} xmlns="{service.xml_namespace}">{content}</{root}>\n'.encode()


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_UNWRITABLE.sub(chr(0xFFFD), text))}</{name}>"
