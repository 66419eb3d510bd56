"""RotateSecret: what is set up and started. Facts: rotation.md 1.2."""

from __future__ import annotations

from datetime import timedelta

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException, ResourceNotFoundException
from secrets_app.models import AuditEvent, RotationConfiguration, RotationFunction, RotationRun, Secret
from tests.secrets_app.operations.rotation.calls import EVERY_TEN_DAYS, labels, rotate
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, THIRD_VERSION


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


def test_awspending_on_the_current_version_counts_as_finished(
    call: Call, database_secret: Secret, function: RotationFunction
) -> None:
    """AWS's own templates leave it there; the next rotation takes it (documented)."""
    operations.update_secret_version_stage(
        call, secret_id=database_secret.arn, version_stage="AWSPENDING", move_to_version_id=FIRST_VERSION
    )

    rotate(call, function)

    assert labels(call, database_secret) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}


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
