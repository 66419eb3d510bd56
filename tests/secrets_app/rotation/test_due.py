"""Which rotations are due: windows that open, windows that were missed, and moments spread over a window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import (
    AuditEvent,
    RotationConfiguration,
    RotationFunction,
    RotationRun,
    Secret,
    SecretVersion,
)
from secrets_app.rotation import due, engine, windows
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, Clock, FakeFunction


@pytest.fixture
def daily(call: Call, database_secret: Secret, function: RotationFunction, worker: Worker) -> Secret:
    """Rotates at 20:00 UTC every day, within two hours; nothing is under way. The call's day is the first of them."""
    rules: Any = {"ScheduleExpression": "cron(0 20 * * ? *)", "Duration": "2h"}
    operations.rotate_secret(
        call,
        secret_id=database_secret.arn,
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotation_rules=rules,
        rotate_immediately=False,
    )
    work(worker)
    return database_secret


def work(worker: Worker) -> None:
    while (run := due.claim(worker.owner, worker.clock())) is not None:
        engine.work_on(worker, run)


def at(call: Call, *, days: int = 0, hour: int, minute: int = 0) -> datetime:
    return call.now.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def configuration(secret: Secret) -> RotationConfiguration:
    return RotationConfiguration.objects.get(secret=secret)


def scheduled_runs() -> list[RotationRun]:
    return list(RotationRun.objects.filter(test_only=False).order_by("id"))


def test_nothing_happens_before_the_window(call: Call, daily: Secret) -> None:
    assert due.open_windows(at(call, hour=19, minute=59)) == 0


def test_an_open_window_starts_one_rotation_with_a_new_pending_version(
    call: Call, daily: Secret, worker: Worker, clock: Clock
) -> None:
    clock.now = at(call, hour=20, minute=15)

    assert due.open_windows(clock.now) == 1
    assert due.open_windows(clock.now) == 0

    (run,) = scheduled_runs()
    labels = operations.describe_secret(call, secret_id=daily.arn).versions_to_stages
    assert labels == {FIRST_VERSION: ["AWSCURRENT"], run.version_id: ["AWSPENDING"]}
    assert (run.due_at, run.retry_until) == (clock.now, at(call, hour=22) - timedelta(seconds=1))

    work(worker)

    assert configuration(daily).last_rotated_at == clock.now
    assert configuration(daily).next_window_start == at(call, days=1, hour=20)


def test_a_window_that_was_missed_is_skipped(call: Call, daily: Secret) -> None:
    assert due.open_windows(at(call, hour=23)) == 0

    assert scheduled_runs() == []
    assert configuration(daily).next_window_start == at(call, days=1, hour=20)


def test_a_server_asleep_over_three_windows_rotates_once(
    call: Call, daily: Secret, worker: Worker, clock: Clock
) -> None:
    clock.now = at(call, days=3, hour=21)

    assert due.open_windows(clock.now) == 1
    work(worker)
    assert due.open_windows(clock.now) == 0

    assert len(scheduled_runs()) == 1
    assert configuration(daily).next_window_start == at(call, days=4, hour=20)


def test_a_rotation_that_was_given_up_goes_on_in_the_next_window_with_the_same_version(
    call: Call, daily: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    fake.fails["testSecret"] = "ValueError: no"
    clock.now = at(call, hour=20, minute=15)
    due.open_windows(clock.now)
    for _ in range(5):
        work(worker)
        clock.advance(minutes=10)
    (given_up,) = scheduled_runs()
    assert given_up.state == "failed"

    fake.fails.clear()
    clock.now = at(call, days=1, hour=20, minute=15)
    due.open_windows(clock.now)
    work(worker)

    _, second = scheduled_runs()
    assert (second.state, second.version_id) == ("succeeded", given_up.version_id)


def test_a_rotation_under_way_is_not_started_twice(call: Call, daily: Secret, clock: Clock) -> None:
    due.open_windows(at(call, hour=20, minute=15))

    assert due.open_windows(at(call, days=1, hour=20, minute=15)) == 0

    assert len(scheduled_runs()) == 1


@pytest.mark.parametrize("change", ["cancelled", "deleted"])
def test_cancelled_and_deleted_secrets_do_not_rotate(call: Call, daily: Secret, change: str) -> None:
    if change == "cancelled":
        operations.cancel_rotate_secret(call, secret_id=daily.arn)
    else:
        Secret.objects.filter(pk=daily.pk).update(deleted_at=call.now, deletion_at=call.now + timedelta(days=7))

    assert due.open_windows(at(call, hour=20, minute=15)) == 0


def test_a_restored_secret_rotates_in_its_next_window(call: Call, daily: Secret) -> None:
    Secret.objects.filter(pk=daily.pk).update(deleted_at=call.now, deletion_at=call.now + timedelta(days=7))
    due.open_windows(at(call, hour=20, minute=15))
    Secret.objects.filter(pk=daily.pk).update(deleted_at=None, deletion_at=None)

    assert due.open_windows(at(call, days=2, hour=20, minute=15)) == 1


def test_a_secret_without_room_for_a_version_is_on_record_and_waits_for_its_next_window(
    call: Call, daily: Secret
) -> None:
    SecretVersion.objects.bulk_create(
        SecretVersion(secret=daily, version_id=f"{number:032}", created_at=call.now) for number in range(99)
    )

    assert due.open_windows(at(call, hour=20, minute=15)) == 0

    assert AuditEvent.objects.get(event_name="RotationFailed").error_message.startswith("The secret has 100 versions")
    assert configuration(daily).next_window_start == at(call, days=1, hour=20)


def test_a_value_written_by_hand_counts_for_a_rate(
    call: Call, database_secret: Secret, function: RotationFunction, worker: Worker
) -> None:
    """Observed (rotation.md 1.5): the next window counts from the later of rotation and manual change."""
    rules: Any = {"AutomaticallyAfterDays": 30}
    operations.rotate_secret(
        call,
        secret_id=database_secret.arn,
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotation_rules=rules,
    )
    work(worker)
    next_day = replace(call, now=call.now + timedelta(days=1))

    operations.put_secret_value(
        next_day, secret_id=database_secret.arn, client_request_token="hand".ljust(32, "0"), secret_string=OLD_VALUE
    )

    stored = configuration(database_secret)
    assert stored.last_rotated_at == call.now
    assert stored.next_window_end == at(next_day, days=31, hour=0) - timedelta(seconds=1)


def test_a_thousand_secrets_due_at_midnight_spread_over_a_tenth_of_their_window() -> None:
    start, end = datetime(2026, 3, 11, tzinfo=UTC), datetime(2026, 3, 11, 23, 59, 59, tzinfo=UTC)
    arns = [f"arn:aws:secretsmanager:us-west-2:123456789012:secret:s{number}-abcdef" for number in range(1000)]

    delays = [windows.delay_in_window(arn, start, end) for arn in arns]

    assert delays == [windows.delay_in_window(arn, start, end) for arn in arns]
    assert timedelta() <= min(delays) < timedelta(minutes=5)
    assert timedelta(hours=2) < max(delays) < timedelta(hours=2, minutes=24)
    busiest_minute = max(sum(delay // timedelta(minutes=1) == minute for delay in delays) for minute in range(144))
    assert busiest_minute < 25


def test_a_secret_waits_for_its_own_moment_in_the_window(call: Call, daily: Secret) -> None:
    stored = configuration(daily)
    assert stored.next_window_start is not None
    assert stored.next_window_end is not None
    moment = stored.next_window_start + windows.delay_in_window(
        daily.arn, stored.next_window_start, stored.next_window_end
    )

    assert due.open_windows(moment - timedelta(milliseconds=1)) == 0
    assert due.open_windows(moment) == 1


def test_claims_are_taken_oldest_first(call: Call, function: RotationFunction, clock: Clock) -> None:
    for name in ("later", "sooner"):
        operations.create_secret(call, name=name, client_request_token=FIRST_VERSION, secret_string=OLD_VALUE)
        operations.rotate_secret(
            call, secret_id=name, client_request_token=SECOND_VERSION, rotation_lambda_arn=function.arn
        )
    RotationRun.objects.filter(secret__name="sooner").update(due_at=clock() - timedelta(minutes=1))

    claimed = [due.claim("worker-1", clock()) for _ in range(3)]

    assert [run.secret.name if run else None for run in claimed] == ["sooner", "later", None]


def test_one_secret_that_cannot_be_started_holds_up_no_other(
    call: Call, daily: Secret, function: RotationFunction, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong with it, be it a row edited by hand, is logged; the others rotate in the same pass."""
    rules: Any = {"ScheduleExpression": "cron(0 20 * * ? *)", "Duration": "2h"}
    for name in ("a", "z"):
        operations.create_secret(call, name=name, client_request_token=FIRST_VERSION, secret_string=OLD_VALUE)
        operations.rotate_secret(
            call,
            secret_id=name,
            client_request_token=SECOND_VERSION,
            rotation_lambda_arn=function.arn,
            rotation_rules=rules,
            rotate_immediately=False,
        )
    work(worker)
    RotationConfiguration.objects.filter(pk=daily.pk).update(schedule_expression="rate(never)")

    assert due.open_windows(at(call, hour=20, minute=15)) == 2

    assert sorted(run.secret.name for run in scheduled_runs()) == ["a", "z"]
    assert f"The rotation of secret {daily.pk} can't be started" in caplog.text
