"""Runs without the four steps: RotateImmediately=false, and secrets that another service owns."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import (
    AuditEvent,
    KmsKey,
    RotationFunction,
    Secret,
)
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import (
    FIRST_VERSION,
    OLD_PASSWORD,
    SECOND_VERSION,
    Clock,
    FakeFunction,
)
from tests.secrets_app.rotation.steps import configuration, labels, password, work

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
