"""NextToken: opaque, survives a restart, and good only for the caller and the question it was made for."""

import base64
import binascii
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

from secrets_app import root_key
from secrets_app.errors import InvalidNextTokenException

if TYPE_CHECKING:
    from secrets_app.call import Call


def make_token(call: "Call", question: str, *position: str) -> str:
    """position: where the next page starts. question: what is being listed, with its filters and order."""
    sealed = root_key.current().seal(json.dumps(position).encode(), purpose=_purpose(call, question))
    return base64.urlsafe_b64encode(sealed).decode()


def read_token(call: "Call", question: str, token: str, *, parts: int) -> list[str]:
    try:
        sealed = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        position = json.loads(root_key.current().open(sealed, purpose=_purpose(call, question)))
    except (InvalidTag, binascii.Error, ValueError):
        raise InvalidNextTokenException("The NextToken value is invalid.", parameter="NextToken") from None
    if len(position) != parts:
        raise InvalidNextTokenException("The NextToken value is invalid.", parameter="NextToken")
    return list(position)


def _purpose(call: "Call", question: str) -> str:
    return f"next-token:{call.principal.arn}:{call.account}:{call.region}:{call.operation.name}:{question}"
