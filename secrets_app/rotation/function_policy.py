"""The resource policy of a rotation function: whether it lets Secrets Manager invoke it.

AWS's console puts such a statement there, and "aws lambda add-permission" does (user guide, "Lambda function
permissions"); without one RotateSecret is refused.
"""

import json

from secrets_app.errors import InvalidParameterException
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, Policy, parse
from secrets_app.models import RotationFunction

SERVICE = "secretsmanager.amazonaws.com"
LONGEST = 20_480  # of a function's policy (Lambda quotas)
_ACTION = "lambda:InvokeFunction"


def allowing_secrets_manager(account: str) -> str:
    """For the secrets of this account."""
    statement = {
        "Sid": "SecretsManagerAccess",
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": _ACTION,
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def check(text: str) -> None:
    try:
        if text:
            parse(text, kind="resource")
    except MalformedPolicy as error:
        raise InvalidParameterException(str(error), parameter="resource_policy") from None


def lets_secrets_manager_invoke(function: RotationFunction, secret_arn: str) -> bool:
    """For this secret. What happens on whose behalf stands in aws:SourceAccount and aws:SourceArn."""
    policy = _policy(function)
    account = secret_arn.split(":")[4]
    context = {"aws:SourceAccount": account, "aws:SourceArn": secret_arn}
    caller = Caller(arn=SERVICE, account=account, kind="service")
    request = Request(_ACTION, function.arn, function.account_id, context)
    return policy is not None and evaluate(caller, request, policy).allowed


def names_secrets_manager(function: RotationFunction) -> bool:
    """For one secret or another."""
    policy = _policy(function)
    allows = policy.allows if policy is not None else ()
    return any(statement.principals is not None and SERVICE in statement.principals.services for statement in allows)


def _policy(function: RotationFunction) -> Policy | None:
    try:
        return parse(function.resource_policy, kind="resource") if function.resource_policy else None
    except MalformedPolicy:  # it was checked when it was stored; whatever it says now allows nothing
        return None
