"""CancelRotateSecret, and turning rotation on again. Facts: rotation.md 1.6."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException
from secrets_app.models import RotationConfiguration, RotationFunction, RotationRun, Secret
from tests.secrets_app.operations.rotation.calls import EVERY_TEN_DAYS, labels, rotate
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, THIRD_VERSION


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
