"""What an operation answers -> the members of its output shape, in the order the service writes them."""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.sts.operations import CallerIdentity

Reply = Mapping[str, Any]


def get_caller_identity(identity: CallerIdentity) -> Reply:
    return {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account}


REPLIES: Mapping[str, Callable[[Any], Reply]] = {"GetCallerIdentity": get_caller_identity}
