"""What may come between the steps of a rotation: other callers, and schedulers that die. Facts: rotation.md 1.3."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException
from secrets_app.models import (
    AccessKey,
    AuditEvent,
    RotationRun,
    Secret,
)
from secrets_app.rotation import due
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import GivenUp
from tests.secrets_app.rotation.fakes import (
    FIRST_VERSION,
    NEW_PASSWORD,
    OLD_VALUE,
    SECOND_VERSION,
    THIRD_VERSION,
    Clock,
    FakeFunction,
)
from tests.secrets_app.rotation.steps import ALL_STEPS, labels, password, put_by_hand, work

# --- what others do meanwhile ----------------------------------------------------------------------


@pytest.mark.parametrize("step", ALL_STEPS)
def test_a_value_written_by_hand_abandons_the_rotation(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction, step: str
) -> None:
    """Documented: AWSPENDING leaves the unfinished version, RotationAbandoned is logged, the next rotation starts."""
    fake.before[step] = lambda: put_by_hand(call, rotating)
    fake.fails[step] = "AccessDeniedException: revoked"

    run = work(worker)

    assert run is not None
    assert run.state == "abandoned"
    assert fake.steps == ALL_STEPS[: ALL_STEPS.index(step) + 1]
    assert fake.keeps_waiting[-1] is False
    assert labels(call, rotating) == {THIRD_VERSION: ["AWSCURRENT"], FIRST_VERSION: ["AWSPREVIOUS"]}
    assert AuditEvent.objects.filter(event_name="RotationAbandoned", secret_pk=rotating.pk).count() == 1
    again = operations.rotate_secret(call, secret_id=rotating.arn, client_request_token="again".ljust(32, "0"))
    assert again.version_id == "again".ljust(32, "0")


def test_an_abandoned_rotations_credentials_and_token_are_worth_nothing_at_once(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    left: list[int] = []

    def abandon() -> None:
        put_by_hand(call, rotating)
        left.append(AccessKey.objects.filter(expires_at__isnull=False).count())

    fake.before["createSecret"] = abandon
    fake.fails["createSecret"] = "too late"

    work(worker)

    assert left == [0]


def test_a_rotation_token_is_good_for_its_own_step_only(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    work(worker)
    old_token = fake.events[0]["RotationToken"]

    with pytest.raises(InvalidRequestException, match="RotationToken doesn't belong"):
        operations.put_secret_value(
            call,
            secret_id=rotating.arn,
            client_request_token=THIRD_VERSION,
            secret_string=OLD_VALUE,
            rotation_token=old_token,
        )


def test_cancelling_lets_the_running_step_end_and_nothing_follows(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.before["setSecret"] = lambda: operations.cancel_rotate_secret(call, secret_id=rotating.arn)

    run = work(worker)

    assert run is not None
    assert run.state == "cancelled"
    assert fake.steps == ["createSecret", "setSecret"]
    assert fake.keeps_waiting[-1] is True
    assert labels(call, rotating) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}


def test_taking_awspending_away_makes_the_rotation_forgotten(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.before["testSecret"] = lambda: operations.update_secret_version_stage(
        call, secret_id=rotating.arn, version_stage="AWSPENDING", remove_from_version_id=SECOND_VERSION
    )
    fake.fails["testSecret"] = "AccessDeniedException: revoked"

    run = work(worker)

    assert run is not None
    assert run.state == "abandoned"
    assert fake.steps == ["createSecret", "setSecret", "testSecret"]


def test_a_secret_marked_for_deletion_waits_and_goes_on_after_restore(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.before["setSecret"] = lambda: Secret.objects.filter(pk=rotating.pk).update(
        deleted_at=call.now, deletion_at=call.now + timedelta(days=30)
    )

    run = work(worker)

    assert run is not None
    assert run.state == "running"
    assert fake.steps == ["createSecret", "setSecret"]
    assert work(worker) is None

    Secret.objects.filter(pk=rotating.pk).update(deleted_at=None, deletion_at=None)
    fake.before.clear()
    run = work(worker)

    assert run is not None
    assert run.state == "succeeded"


# --- schedulers that die ---------------------------------------------------------------------------


class Killed(BaseException):
    """What kill -9 does to a scheduler, as far as one process can show it."""


@pytest.mark.parametrize("step", ALL_STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_scheduler_killed_around_any_step_loses_nothing(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock, step: str, moment: str
) -> None:
    """The lease ends, and another scheduler goes on with that step and the same version."""

    def kill() -> None:
        raise Killed

    (fake.before if moment == "before" else fake.after)[step] = kill
    with pytest.raises(Killed):
        work(worker)
    fake.before.clear()
    fake.after.clear()
    other = replace(worker, owner="worker-2")
    assert work(other) is None

    clock.advance(seconds=61)
    run = work(other)

    assert run is not None
    assert (run.state, run.attempts, run.version_id) == ("succeeded", 1, SECOND_VERSION)
    assert fake.steps == [*ALL_STEPS[: ALL_STEPS.index(step) + 1], *ALL_STEPS[ALL_STEPS.index(step) :]]
    assert password(call, rotating) == NEW_PASSWORD
    assert rotating.versions.count() == 2


def test_a_step_that_takes_the_scheduler_down_again_and_again_counts_as_failed(
    rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    def kill() -> None:
        raise Killed

    fake.before["createSecret"] = kill
    for _ in range(3):
        with pytest.raises(Killed):
            work(worker)
        clock.advance(seconds=61)

    run = work(worker)

    assert run is not None
    assert (run.state, run.step) == ("running", "")
    assert "stopped again and again during this step" in run.error
    assert run.due_at == clock() + timedelta(minutes=1)


def test_two_schedulers_never_work_on_one_secret(rotating: Secret, worker: Worker, clock: Clock) -> None:
    assert due.claim("worker-1", clock()) is not None
    assert due.claim("worker-2", clock()) is None


def test_a_heartbeat_keeps_a_slow_rotation_from_being_taken(
    rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    taken: list[RotationRun | None] = []

    def slow() -> None:
        clock.advance(seconds=50)

    def tempt() -> None:
        taken.append(due.claim("worker-2", clock()))

    fake.before = dict.fromkeys(ALL_STEPS, slow)
    fake.after = dict.fromkeys(ALL_STEPS, tempt)

    run = work(worker)

    assert run is not None
    assert run.state == "succeeded"
    assert taken == [None] * 4


def test_a_scheduler_that_lost_its_lease_leaves_the_run_alone(
    rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    def lose() -> None:
        clock.advance(seconds=61)
        assert due.claim("worker-2", clock()) is not None

    fake.before["setSecret"] = lose

    run = work(worker)

    assert run is not None
    assert (run.state, run.lease_owner, run.step) == ("running", "worker-2", "setSecret")
    assert fake.keeps_waiting[-1] is False
    assert fake.steps == ["createSecret", "setSecret"]


def test_a_scheduler_told_to_stop_hands_its_run_over_at_once(
    rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    def stop(_function: Any, event: Any, _key: Any, keep_waiting: Any) -> Any:
        fake.events.append(event)
        worker.stopping.set()
        assert not keep_waiting()
        raise GivenUp

    run = work(replace(worker, invoke=stop))

    assert run is not None
    assert (run.state, run.step, run.lease_owner, run.lease_until) == ("running", "createSecret", "", None)
    assert not AccessKey.objects.filter(expires_at__isnull=False).exists()
