"""RotateSecret: what is refused, in which order, and that nothing is stored then. Facts: rotation.md 1.2."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from secrets_app.models import RotationConfiguration, RotationFunction, Secret
from tests import factories
from tests.secrets_app.operations.rotation.calls import EVERY_TEN_DAYS, caller, labels, rotate
from tests.secrets_app.rotation.fakes import FIRST_VERSION, SECOND_VERSION, THIRD_VERSION


def test_a_token_that_made_an_older_version_is_refused(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    operations.put_secret_value(
        call, secret_id="prod/database", client_request_token=SECOND_VERSION, secret_string="another value"
    )

    with pytest.raises(InvalidRequestException, match="already in use for a version of secret arn:aws:"):
        rotate(call, function, client_request_token=FIRST_VERSION)


def test_a_missing_token_is_an_invalid_parameter(call: Call, function: RotationFunction) -> None:
    """Recorded, also for a secret that doesn't exist: the odd one among the operations."""
    with pytest.raises(InvalidParameterException) as refusal:
        rotate(call, function, client_request_token=None, secret_id="nowhere")

    assert refusal.value.message == "You must provide a ClientRequestToken value. We recommend a UUID-type value."


def test_an_unknown_secret_is_not_found(call: Call, function: RotationFunction) -> None:
    with pytest.raises(ResourceNotFoundException) as refusal:
        rotate(call, function, secret_id="nowhere")

    assert refusal.value.message == "Secrets Manager can't find the specified secret."


def test_a_secret_marked_for_deletion_is_refused(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    Secret.objects.filter(pk=database_secret.pk).update(deleted_at=call.now, deletion_at=call.now + timedelta(days=30))

    with pytest.raises(InvalidRequestException, match="because it was marked for deletion"):
        rotate(call, function, rotation_rules={"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"})


def test_a_replica_is_refused(call: Call, database_secret: Secret, function: RotationFunction) -> None:
    Secret.objects.filter(pk=database_secret.pk).update(primary_region="eu-west-1")

    with pytest.raises(InvalidParameterException, match="Operation not permitted on a replica secret"):
        rotate(call, function)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            {"AutomaticallyAfterDays": 1, "ScheduleExpression": "not even valid"},
            "You cannot specify both rotation frequency and schedule expression together.",
        ),
        (
            {"ScheduleExpression": "cron(0 8 * * * *)"},
            "The rotation rule ScheduleExpression isn't valid: exactly one of the day-of-month and day-of-week fields "
            "must be ?.",
        ),
        (
            {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"},
            "The rotation rule Duration isn't valid: a window of 5 hours would run into the next window.",
        ),
        (
            {"Duration": "5h"},
            "The rotation rule ScheduleExpression isn't valid: there is neither a schedule expression nor "
            "AutomaticallyAfterDays.",
        ),
    ],
)
def test_rules_are_checked_before_the_function(call: Call, database_secret: Secret, rules: Any, message: str) -> None:
    """First text seen in the field; the others are ours (rotation.md 1.2, checks 7 and 8)."""
    with pytest.raises(InvalidParameterException) as refusal:
        rotate(call, None, rotation_rules=rules)

    assert refusal.value.message == message
    assert operations.describe_secret(call, secret_id=database_secret.arn).rotation is None


def test_without_a_function_rotation_is_refused(call: Call, database_secret: Secret) -> None:
    """Recorded."""
    with pytest.raises(InvalidRequestException) as refusal:
        rotate(call, None, rotation_rules=EVERY_TEN_DAYS)

    assert refusal.value.message == "No Lambda rotation function ARN is associated with this secret."


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "another"},
        {"region": "eu-west-1"},
        {"resource_policy": ""},
        {"kind": "invoke", "handler": "", "invoke_url": "http://127.0.0.1:9000/"},
    ],
)
def test_a_function_that_cannot_be_invoked_is_refused_and_nothing_is_stored(
    call: Call, database_secret: Secret, function: RotationFunction, changes: dict[str, Any]
) -> None:
    """Recorded, for a missing function too: DescribeSecret has no rotation member afterwards."""
    arn = function.arn
    RotationFunction.objects.filter(pk=function.pk).update(**changes)

    with pytest.raises(AccessDeniedException) as refusal:
        rotate(call, None, rotation_lambda_arn=arn, rotation_rules=EVERY_TEN_DAYS)

    assert refusal.value.message == (
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
        "the principal secretsmanager.amazonaws.com."
    )
    assert operations.describe_secret(call, secret_id=database_secret.arn).rotation is None
    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"]}


def test_an_unfinished_rotation_refuses_the_next_and_even_a_change_of_schedule(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    """Seen in the field (terraform-provider-aws#35023)."""
    rotate(call, function, rotation_rules=EVERY_TEN_DAYS)

    with pytest.raises(InvalidRequestException) as refusal:
        rotate(
            call,
            function,
            client_request_token=THIRD_VERSION,
            rotation_rules={"AutomaticallyAfterDays": 5},
            rotate_immediately=False,
        )

    assert refusal.value.message == "A previous rotation isn't complete. That rotation will be reattempted."
    assert RotationConfiguration.objects.get(secret=database_secret).schedule_expression == "rate(10 days)"


def test_a_caller_who_may_not_invoke_the_function_is_refused(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    carol = caller(call, {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"})

    with pytest.raises(
        AccessDeniedException, match="not authorized to perform: lambda:InvokeFunction on resource: arn:"
    ):
        rotate(carol, function)


def test_a_policy_can_tie_rotation_to_one_function(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    other = "arn:aws:lambda:us-west-2:123456789012:function:other"
    only_other = {"ArnEquals": {"secretsmanager:RotationLambdaARN": other}}
    carol = caller(call, {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": only_other})

    with pytest.raises(AccessDeniedException, match="not authorized to perform: secretsmanager:RotateSecret"):
        rotate(carol, function)


def test_a_policy_can_forbid_rotating_immediately(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    at_once = {"Bool": {"secretsmanager:RotateImmediately": "true"}}
    carol = caller(
        call,
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "secretsmanager:RotateSecret", "Resource": "*", "Condition": at_once},
    )

    with pytest.raises(AccessDeniedException):
        rotate(carol, function, rotate_immediately=True)
    assert rotate(carol, function, rotate_immediately=False) == SECOND_VERSION


def test_external_rotation_is_refused_clearly(call: Call, function: RotationFunction) -> None:
    operations.create_secret(
        call, name="prod/database", client_request_token=FIRST_VERSION, secret_string="x", type="SalesforceClientSecret"
    )

    with pytest.raises(InvalidRequestException, match="'SalesforceClientSecret' can't be rotated on this server"):
        rotate(call, None, external_secret_rotation_role_arn="arn:aws:iam::123456789012:role/partner")


def test_a_function_of_another_account_cannot_be_invoked(call: Call, database_secret: Secret) -> None:
    factories.make_account("111122223333")
    stranger = RotationFunction.objects.create(
        account_id="111122223333", region=call.region, name="rotate", handler="a:b", created_at=call.now
    )

    with pytest.raises(AccessDeniedException, match="cannot invoke the specified Lambda function"):
        rotate(call, stranger)
