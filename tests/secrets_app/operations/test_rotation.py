"""RotateSecret and CancelRotateSecret: what is refused, in which order, and what is set up. Facts: rotation.md 1.2."""

from __future__ import annotations

from dataclasses import replace
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
from secrets_app.models import (
    AuditEvent,
    RotationConfiguration,
    RotationFunction,
    RotationRun,
    Secret,
)
from tests import factories
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, THIRD_VERSION

EVERY_TEN_DAYS: Any = {"ScheduleExpression": "rate(10 days)"}


@pytest.fixture
def function(call: Call) -> RotationFunction:
    return RotationFunction.objects.create(
        account_id=call.account,
        region=call.region,
        name="rotate",
        handler="functions.rotate:handler",
        created_at=call.now,
    )


@pytest.fixture
def database_secret(call: Call) -> Secret:
    return operations.create_secret(
        call, name="prod/database", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE
    ).secret


def rotate(call: Call, function: RotationFunction | None, **arguments: Any) -> str | None:
    arguments.setdefault("client_request_token", SECOND_VERSION)
    arguments.setdefault("secret_id", "prod/database")
    if function is not None:
        arguments.setdefault("rotation_lambda_arn", function.arn)
    return operations.rotate_secret(call, **arguments).version_id


def labels(call: Call, secret: Secret) -> dict[str, list[str]]:
    return operations.describe_secret(call, secret_id=secret.arn).versions_to_stages


def caller(call: Call, *statements: dict[str, Any]) -> Call:
    carol = factories.make_person("carol", {"Version": "2012-10-17", "Statement": list(statements)})
    return replace(call, principal=carol.identity)


def test_rotating_answers_at_once_with_a_pending_version_that_has_no_value(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    answer = operations.rotate_secret(
        call,
        secret_id="prod/database",
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotation_rules=EVERY_TEN_DAYS,
    )

    assert (answer.secret.pk, answer.version_id) == (database_secret.pk, SECOND_VERSION)
    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}
    with pytest.raises(ResourceNotFoundException, match="staging label: AWSPENDING"):
        operations.get_secret_value(call, secret_id="prod/database", version_stage="AWSPENDING")
    assert operations.get_secret_value(call, secret_id="prod/database").value.string == OLD_VALUE


def test_rotating_stores_schedule_and_function_and_plans_the_next_window(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function, rotation_rules={"ScheduleExpression": "rate(10 days)", "Duration": "3h"})

    stored = RotationConfiguration.objects.get(secret=database_secret)
    midnight = call.now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert (stored.enabled, stored.function_arn) == (True, function.arn)
    assert (stored.schedule_expression, stored.automatically_after_days, stored.duration) == (
        "rate(10 days)",
        None,
        "3h",
    )
    assert stored.next_window_start == midnight + timedelta(days=10)
    assert stored.next_window_end == midnight + timedelta(days=10, hours=3, seconds=-1)
    assert stored.last_rotated_at is None


def test_rotating_leaves_a_run_for_the_scheduler_and_an_event(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function)

    run = RotationRun.objects.get(secret=database_secret)
    assert (run.state, run.version_id, run.function_arn, run.test_only) == (
        "running",
        SECOND_VERSION,
        function.arn,
        False,
    )
    assert (run.due_at, run.step, run.attempts) == (call.now, "", 0)
    assert AuditEvent.objects.filter(event_name="RotationStarted", secret_pk=database_secret.pk).count() == 1


def test_a_second_rotation_uses_the_stored_function_and_rules(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    """Recorded: a call without parameters re-uses both."""
    rotate(call, function, rotation_rules=EVERY_TEN_DAYS)
    operations.put_secret_value(
        call, secret_id="prod/database", client_request_token="manual".ljust(32, "0"), secret_string=OLD_VALUE
    )

    assert rotate(call, None, client_request_token=THIRD_VERSION) == THIRD_VERSION

    stored = RotationConfiguration.objects.get(secret=database_secret)
    assert (stored.function_arn, stored.schedule_expression) == (function.arn, "rate(10 days)")


def test_the_same_token_again_starts_nothing(call: Call, database_secret: Secret, function: RotationFunction) -> None:
    rotate(call, function)

    assert rotate(call, function) == SECOND_VERSION
    assert rotate(call, function, client_request_token=FIRST_VERSION) == FIRST_VERSION

    assert RotationRun.objects.count() == 1


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
        {"allows_secrets_manager": False},
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


def test_awspending_on_the_current_version_counts_as_finished(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    """AWS's own templates leave it there; the next rotation takes it (documented)."""
    operations.update_secret_version_stage(
        call, secret_id=database_secret.arn, version_stage="AWSPENDING", move_to_version_id=FIRST_VERSION
    )

    rotate(call, function)

    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}


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
        rotate(call, None)


def test_a_managed_secret_takes_a_schedule_but_no_function(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    Secret.objects.filter(pk=database_secret.pk).update(owning_service="rds")

    with pytest.raises(InvalidRequestException, match="managed by an AWS service"):
        rotate(call, function)
    assert rotate(call, None, rotation_rules=EVERY_TEN_DAYS, rotate_immediately=False) is None

    stored = RotationConfiguration.objects.get(secret=database_secret)
    assert (stored.enabled, stored.function_arn, stored.schedule_expression) == (True, "", "rate(10 days)")
    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"]}


def test_cancelling_turns_rotation_off_and_leaves_the_pending_label(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function, rotation_rules=EVERY_TEN_DAYS)

    answer = operations.cancel_rotate_secret(call, secret_id="prod/database")

    stored = RotationConfiguration.objects.get(secret=database_secret)
    assert answer.version_id == SECOND_VERSION
    assert (stored.enabled, stored.function_arn, stored.schedule_expression) == (False, function.arn, "rate(10 days)")
    assert (stored.next_window_start, stored.next_window_end) == (None, None)
    assert RotationRun.objects.get().state == "cancelled"
    assert labels(call, database_secret)[SECOND_VERSION] == ["AWSPENDING"]


def test_after_cancelling_the_label_has_to_go_before_the_next_rotation(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    """Documented in the AWS ParallelCluster guide."""
    rotate(call, function)
    operations.cancel_rotate_secret(call, secret_id="prod/database")

    with pytest.raises(InvalidRequestException, match="A previous rotation isn't complete"):
        rotate(call, None, client_request_token=THIRD_VERSION)
    operations.update_secret_version_stage(
        call, secret_id="prod/database", version_stage="AWSPENDING", remove_from_version_id=SECOND_VERSION
    )

    assert rotate(call, None, client_request_token=THIRD_VERSION) == THIRD_VERSION


def test_cancelling_where_nothing_is_under_way_names_no_version(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function)
    operations.put_secret_value(
        call, secret_id="prod/database", client_request_token=THIRD_VERSION, secret_string=OLD_VALUE
    )

    assert operations.cancel_rotate_secret(call, secret_id="prod/database").version_id is None


def test_cancelling_a_test_leaves_nothing_behind(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function, rotate_immediately=False)

    assert operations.cancel_rotate_secret(call, secret_id="prod/database").version_id is None

    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"]}
    assert database_secret.versions.count() == 1


def test_cancelling_what_was_never_configured_is_refused(call: Call, database_secret: Secret) -> None:
    with pytest.raises(InvalidRequestException, match="No Lambda rotation function ARN is associated"):
        operations.cancel_rotate_secret(call, secret_id="prod/database")


def test_turning_rotation_on_again_counts_from_that_moment(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    rotate(call, function, rotation_rules=EVERY_TEN_DAYS, rotate_immediately=False)
    operations.cancel_rotate_secret(call, secret_id="prod/database")
    later = replace(call, now=call.now + timedelta(days=25))

    rotate(later, None, client_request_token=THIRD_VERSION)

    stored = RotationConfiguration.objects.get(secret=database_secret)
    assert stored.enabled_at == later.now
    assert stored.next_window_start is not None
    assert stored.next_window_start.date() == (later.now + timedelta(days=10)).date()


def test_a_function_of_another_account_cannot_be_invoked(call: Call, database_secret: Secret) -> None:
    factories.make_account("111122223333")
    stranger = RotationFunction.objects.create(
        account_id="111122223333", region=call.region, name="rotate", handler="a:b", created_at=call.now
    )

    with pytest.raises(AccessDeniedException, match="cannot invoke the specified Lambda function"):
        rotate(call, stranger)
