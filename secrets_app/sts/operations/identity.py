"""Who calls: the operation of STS that clients ask who they are by. Facts: api.md 8."""

from dataclasses import dataclass

from secrets_app.authorization import user_id
from secrets_app.call import Call
from secrets_app.operations._operation import operation


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    arn: str
    user_id: str  # "AIDA...", of a role's session "AROA...:session", of the root the account
    account: str


@operation("GetCallerIdentity", changes=False, service_name="sts")
def get_caller_identity(call: Call, /) -> CallerIdentity:
    """Takes no permission, and no policy can deny it (documented): who holds the key may know whose it is."""
    return CallerIdentity(call.principal.arn, user_id(call.principal), call.account)
