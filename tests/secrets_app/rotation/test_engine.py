"""The four steps of a rotation, what may come between them, and what follows a failure. Facts: rotation.md 1.3."""

from __future__ import annotations

import json
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
    KmsKey,
    RotationConfiguration,
    RotationFunction,
    RotationRun,
    Secret,
)
from secrets_app.rotation import due, engine
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer, GivenUp
from tests import factories
from tests.secrets_app.rotation.fakes import (
    FIRST_VERSION,
    NEW_PASSWORD,
    OLD_PASSWORD,
    OLD_VALUE,
    SECOND_VERSION,
    THIRD_VERSION,
    Clock,
    FakeFunction,
)

ALL_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.fixture
def rotating(call: Call, database_secret: Secret, function: RotationFunction) -> Secret:
    """A secret whose rotation has been asked for, every ten days from now on."""
    rules: Any = {"ScheduleExpression": "rate(10 days)"}
    return operations.rotate_secret(
        call,
        secret_id=database_secret.arn,
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotation_rules=rules,
    ).secret


def work(worker: Worker) -> RotationRun | None:
    """Claim what is due, if anything, and work on it."""
    run = due.claim(worker.owner, worker.clock())
    if run is None:
        return None
    engine.work_on(worker, run)
    return RotationRun.objects.get(pk=run.pk)


def labels(call: Call, secret: Secret) -> dict[str, list[str]]:
    return operations.describe_secret(call, secret_id=secret.arn).versions_to_stages


def password(call: Call, secret: Secret, stage: str = "AWSCURRENT") -> str:
    value = operations.get_secret_value(call, secret_id=secret.arn, version_stage=stage).value
    return str(json.loads(value.string or "")["password"])


def put_by_hand(call: Call, secret: Secret) -> None:
    operations.put_secret_value(
        call, secret_id=secret.arn, client_request_token=THIRD_VERSION, secret_string='{"password": "by-hand"}'
    )


def configuration(secret: Secret) -> RotationConfiguration:
    return RotationConfiguration.objects.get(secret=secret)


# --- the good end ----------------------------------------------------------------------------------


def test_a_rotation_runs_the_four_steps_in_order_and_moves_the_labels(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    run = work(worker)

    assert run is not None
    assert (run.state, run.attempts, run.error) == ("succeeded", 1, "")
    assert fake.steps == ALL_STEPS
    assert password(call, rotating) == NEW_PASSWORD
    assert password(call, rotating, "AWSPREVIOUS") == OLD_PASSWORD
    assert labels(call, rotating)[FIRST_VERSION] == ["AWSPREVIOUS"]


def test_the_event_names_the_full_arn_and_the_pending_version(
    rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    work(worker)

    assert {(event["SecretId"], event["ClientRequestToken"]) for event in fake.events} == {
        (rotating.arn, SECOND_VERSION)
    }
    assert all(36 <= len(event["RotationToken"]) <= 256 for event in fake.events)


def test_success_dates_the_rotation_and_plans_the_next_window(
    call: Call, rotating: Secret, worker: Worker, clock: Clock
) -> None:
    now = clock.advance(days=2)

    work(worker)

    stored = configuration(rotating)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert stored.last_rotated_at == now
    assert stored.next_window_end == midnight + timedelta(days=11, seconds=-1)


def test_started_and_succeeded_are_on_record_and_steps_are_kept(rotating: Secret, worker: Worker) -> None:
    run = work(worker)

    assert run is not None
    events = AuditEvent.objects.filter(door="worker", secret_pk=rotating.pk).order_by("id")
    assert [event.event_name for event in events] == ["RotationStarted", "RotationSucceeded"]
    assert [(step.step, step.succeeded) for step in run.steps.all()] == [(step, True) for step in ALL_STEPS]


def test_plain_reads_see_the_current_value_during_every_step(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    seen: list[str] = []
    fake.before = {step: lambda: seen.append(password(call, rotating)) for step in ALL_STEPS}

    work(worker)

    assert seen == [OLD_PASSWORD] * 4


def test_awspending_left_on_the_new_current_version_is_no_failure(call: Call, rotating: Secret, worker: Worker) -> None:
    work(worker)

    assert set(labels(call, rotating)[SECOND_VERSION]) == {"AWSCURRENT", "AWSPENDING"}


def test_a_function_may_take_awspending_away_once_its_version_is_current(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.after["finishSecret"] = lambda: operations.update_secret_version_stage(
        call, secret_id=rotating.arn, version_stage="AWSPENDING", remove_from_version_id=SECOND_VERSION
    )

    run = work(worker)

    assert run is not None
    assert run.state == "succeeded"
    assert labels(call, rotating)[SECOND_VERSION] == ["AWSCURRENT"]


# --- what the function may do ----------------------------------------------------------------------


def test_the_functions_credentials_reach_this_secret_only_and_end_with_the_step(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction, function: RotationFunction
) -> None:
    operations.create_secret(call, name="other", client_request_token=FIRST_VERSION, secret_string="x")
    refused: list[str] = []

    def try_everything(_function: Any, event: Any, key: Any, _waiting: Any) -> Any:
        function_call = fake.call(function, key)
        attempts: list[tuple[Any, dict[str, Any]]] = [
            (operations.get_secret_value, {"secret_id": "other"}),
            (operations.list_secrets, {}),
            (operations.update_secret, {"secret_id": rotating.arn, "client_request_token": THIRD_VERSION}),
            (operations.cancel_rotate_secret, {"secret_id": rotating.arn}),
        ]
        for operation, arguments in attempts:
            try:
                operation(function_call, **arguments)
            except Exception as refusal:
                refused.append(type(refusal).__name__)
        return fake(_function, event, key, _waiting)

    run = work(replace(worker, invoke=try_everything))

    assert run is not None
    assert run.state == "succeeded"
    assert refused == ["AccessDeniedException"] * 16
    assert not AccessKey.objects.filter(expires_at__isnull=False).exists()


def test_a_secret_under_a_customer_key_rotates(call: Call, rotating: Secret, worker: Worker) -> None:
    key = factories.make_key()
    operations.update_secret(call, secret_id=rotating.arn, client_request_token=THIRD_VERSION, kms_key_id=key.key_id)

    run = work(worker)

    assert run is not None
    assert run.state == "succeeded"


# --- failures and retries --------------------------------------------------------------------------


def test_a_failed_step_is_told_and_everything_is_tried_again_with_the_same_version(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock, function: RotationFunction
) -> None:
    fake.fails["setSecret"] = "OperationalError: connection refused"

    run = work(worker)

    assert run is not None
    assert (run.state, run.step) == ("running", "")
    assert run.due_at == clock() + timedelta(minutes=1)
    assert run.error == (
        f"Error when executing lambda {function.arn} during setSecret step: OperationalError: connection refused"
    )
    assert work(worker) is None

    fake.fails.clear()
    clock.advance(minutes=1)
    run = work(worker)

    assert run is not None
    assert (run.state, run.attempts) == ("succeeded", 2)
    assert fake.steps == ["createSecret", "setSecret", *ALL_STEPS]
    assert password(call, rotating) == NEW_PASSWORD


def test_pauses_double_and_the_fifth_failure_is_the_last(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    fake.fails["createSecret"] = "ValueError: no"
    pauses = []
    for _ in range(4):
        run = work(worker)
        assert run is not None
        assert run.due_at is not None
        pauses.append(run.due_at - clock())
        clock.now = run.due_at

    run = work(worker)

    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert run is not None
    assert (run.state, run.attempts) == ("failed", 5)
    assert labels(call, rotating) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}
    assert configuration(rotating).last_rotated_at is None
    assert AuditEvent.objects.get(event_name="RotationFailed").error_message == run.error


def test_there_is_no_further_attempt_after_the_window(
    rotating: Secret, worker: Worker, fake: FakeFunction, clock: Clock
) -> None:
    RotationRun.objects.update(retry_until=clock() + timedelta(seconds=59))
    fake.fails["createSecret"] = "ValueError: no"

    run = work(worker)

    assert run is not None
    assert (run.state, run.attempts) == ("failed", 1)


def test_a_clean_finish_that_did_not_move_awscurrent_is_a_failure(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.forgets_to_finish = True

    run = work(worker)

    assert run is not None
    assert run.state == "running"
    assert "during finishSecret step: The function ended cleanly without making the new version AWSCURRENT" in run.error


def test_a_function_that_is_gone_is_a_failed_attempt(
    rotating: Secret, worker: Worker, function: RotationFunction
) -> None:
    function.delete()

    run = work(worker)

    assert run is not None
    assert run.state == "running"
    assert "The rotation function doesn't exist" in run.error


def test_values_in_the_functions_words_are_masked_everywhere(
    rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.fails["testSecret"] = f"DatabaseError: login failed for saanvi/{NEW_PASSWORD}, was {OLD_PASSWORD}" + "x" * 2000
    fake.logs["testSecret"] = f"trying {NEW_PASSWORD}\n"

    run = work(worker)

    assert run is not None
    step = run.steps.get(step="testSecret")
    assert "login failed for ***/***, was ***" in run.error
    assert (len(run.error), len(step.error)) == (1024, 1024)
    assert step.log == "trying ***\n"
    kept = json.dumps([list(model.objects.values()) for model in (RotationRun, AuditEvent)], default=str)
    assert NEW_PASSWORD not in kept
    assert OLD_PASSWORD not in kept


def test_credentials_and_token_in_the_functions_words_are_masked(
    rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    spoken: list[str] = []

    def tell_all(_function: Any, event: Any, key: Any, _waiting: Any) -> Any:
        spoken.extend([event["RotationToken"], key.secret_access_key, key.session_token])
        return Answer(error=" ".join(spoken), log=" ".join(spoken))

    run = work(replace(worker, invoke=tell_all))

    assert run is not None
    step = run.steps.get()
    assert step.error == step.log == "*** *** ***"
    assert run.error.endswith("during createSecret step: *** *** ***")


def test_what_cannot_be_checked_for_values_is_withheld(
    call: Call, database_secret: Secret, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.fails["createSecret"] = f"KMSError: {OLD_PASSWORD}"
    fake.before["createSecret"] = lambda: KmsKey.objects.update(state="Disabled")

    run = work(worker)

    assert run is not None
    assert run.error.endswith(
        "The function's own words are withheld, because the secret's values can't be read to remove them."
    )


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


# --- only a test -----------------------------------------------------------------------------------


@pytest.fixture
def testing(call: Call, database_secret: Secret, function: RotationFunction) -> Secret:
    return operations.rotate_secret(
        call,
        secret_id=database_secret.arn,
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotate_immediately=False,
    ).secret


@pytest.mark.parametrize("error", ["", "ValueError: no"])
def test_without_rotating_only_the_test_step_runs_on_a_copy_and_nothing_is_left(
    call: Call, testing: Secret, worker: Worker, fake: FakeFunction, error: str
) -> None:
    copies: list[str] = []
    fake.before["testSecret"] = lambda: copies.append(password(call, testing, "AWSPENDING"))
    fake.fails = {"testSecret": error} if error else {}

    run = work(worker)

    assert run is not None
    assert run.state == ("failed" if error else "succeeded")
    assert (fake.steps, copies) == (["testSecret"], [OLD_PASSWORD])
    assert labels(call, testing) == {FIRST_VERSION: ["AWSCURRENT"]}
    assert testing.versions.count() == 1
    assert configuration(testing).enabled
    assert configuration(testing).last_rotated_at is None
    outcome = "TestRotationFailed" if error else "TestRotationSucceeded"
    events = AuditEvent.objects.filter(door="worker", secret_pk=testing.pk).order_by("id")
    assert [event.event_name for event in events] == ["TestRotationStarted", outcome]


def test_a_test_of_a_secret_without_a_value_fails_and_leaves_nothing(
    call: Call, function: RotationFunction, worker: Worker, fake: FakeFunction
) -> None:
    empty = operations.create_secret(call, name="empty", client_request_token=FIRST_VERSION).secret
    operations.rotate_secret(
        call,
        secret_id="empty",
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotate_immediately=False,
    )

    run = work(worker)

    assert run is not None
    assert (run.state, run.error) == ("failed", "The secret has no current value to test with.")
    assert fake.steps == []
    assert empty.versions.count() == 0


def test_a_failed_test_is_not_tried_again(testing: Secret, worker: Worker, fake: FakeFunction, clock: Clock) -> None:
    fake.fails["testSecret"] = "ValueError: no"
    work(worker)

    clock.advance(hours=1)

    assert work(worker) is None


# --- managed rotation ------------------------------------------------------------------------------


@pytest.fixture
def managed(call: Call, database_secret: Secret) -> Secret:
    Secret.objects.filter(pk=database_secret.pk).update(owning_service="rds")
    return operations.rotate_secret(call, secret_id=database_secret.arn, client_request_token=SECOND_VERSION).secret


def test_a_managed_secret_gets_a_new_password_without_a_function(
    call: Call, managed: Secret, worker: Worker, fake: FakeFunction
) -> None:
    run = work(worker)

    assert run is not None
    assert (run.state, fake.steps) == ("succeeded", [])
    assert labels(call, managed) == {SECOND_VERSION: ["AWSCURRENT"], FIRST_VERSION: ["AWSPREVIOUS"]}
    assert len(password(call, managed)) == 32
    assert password(call, managed, "AWSPREVIOUS") == OLD_PASSWORD
    value = operations.get_secret_value(call, secret_id=managed.arn).value.string
    assert json.loads(value or "")["username"] == "saanvi"


def test_a_managed_secret_whose_key_is_disabled_stays_as_it_is_and_is_tried_again(
    call: Call, managed: Secret, worker: Worker, clock: Clock
) -> None:
    KmsKey.objects.update(state="Disabled")

    run = work(worker)

    assert run is not None
    assert (run.state, run.due_at) == ("running", clock() + timedelta(minutes=1))
    assert run.error.startswith("Error during managed rotation: ")
    assert labels(call, managed) == {FIRST_VERSION: ["AWSCURRENT"], SECOND_VERSION: ["AWSPENDING"]}
