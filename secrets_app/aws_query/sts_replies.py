"""What an operation answers -> the members of its output shape, in the order the service writes them."""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.sts.operations import AssumedRole, CallerIdentity

Reply = Mapping[str, Any]


def get_caller_identity(identity: CallerIdentity) -> Reply:
    return {"Arn": identity.arn, "UserId": identity.user_id, "Account": identity.account}


def assume_role(assumed: AssumedRole) -> Reply:
    return {
        "SourceIdentity": assumed.source_identity or None,
        "AssumedRoleUser": {"AssumedRoleId": assumed.unique_id, "Arn": assumed.arn},
        "Credentials": {
            "AccessKeyId": assumed.key.access_key_id,
            "SecretAccessKey": assumed.key.secret_access_key,
            "SessionToken": assumed.key.session_token,
            "Expiration": assumed.expires_at,
        },
    }


REPLIES: Mapping[str, Callable[[Any], Reply]] = {"AssumeRole": assume_role, "GetCallerIdentity": get_caller_identity}
