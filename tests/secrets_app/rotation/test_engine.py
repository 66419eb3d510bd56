"""The four steps of a rotation, and what follows a failure. Facts: rotation.md 1.3."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import (
    AccessKey,
    AuditEvent,
    KmsKey,
    RotationFunction,
    RotationRun,
    Secret,
)
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer
from tests import factories
from tests.secrets_app.rotation.fakes import (
    FIRST_VERSION,
    NEW_PASSWORD,
    OLD_PASSWORD,
    SECOND_VERSION,
    THIRD_VERSION,
    Clock,
    FakeFunction,
)
from tests.secrets_app.rotation.steps import ALL_STEPS, configuration, labels, password, work

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
