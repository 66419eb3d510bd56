"""The background worker: one pass over everything that is due, and a loop that survives what goes wrong."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from secrets_app import operations, principals, replication
from secrets_app.call import Call
from secrets_app.management.commands import run_scheduler
from secrets_app.models import AccessKey, Replica, RotationFunction, RotationRun, Secret
from secrets_app.rotation.engine import Worker
from tests.factories import Person
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, Clock, FakeFunction


@pytest.fixture
def clock(call: Call) -> Clock:
    return Clock(call.now)


@pytest.fixture
def fake(clock: Clock) -> FakeFunction:
    return FakeFunction(clock)


@pytest.fixture
def worker(clock: Clock, fake: FakeFunction) -> Worker:
    return Worker(owner="worker-1", clock=clock, invoke=fake)


@pytest.fixture
def rotating(call: Call) -> Secret:
    function = RotationFunction.objects.create(
        account_id=call.account, region=call.region, name="rotate", handler="a:b", created_at=call.now
    )
    operations.create_secret(call, name="s", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE)
    return operations.rotate_secret(
        call,
        secret_id="s",
        client_request_token=SECOND_VERSION,
        rotation_lambda_arn=function.arn,
        rotation_rules={"AutomaticallyAfterDays": 1},
    ).secret


def test_one_pass_rotates_what_was_asked_for_and_what_is_due(
    call: Call, rotating: Secret, worker: Worker, clock: Clock, fake: FakeFunction
) -> None:
    run_scheduler.run_once(worker)
    assert len(fake.steps) == 4

    clock.advance(days=1, hours=12)
    run_scheduler.run_once(worker)

    assert len(fake.steps) == 8
    assert [run.state for run in RotationRun.objects.all()] == ["succeeded", "succeeded"]


def test_one_pass_brings_replicas_up_to_date(call: Call, worker: Worker) -> None:
    operations.create_secret(call, name="s", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE)
    operations.replicate_secret_to_regions(call, secret_id="s", add_replica_regions=[{"Region": "eu-west-1"}])

    run_scheduler.run_once(worker)

    assert Replica.objects.get().status == "InSync"
    there = replace(call, region="eu-west-1")
    assert operations.get_secret_value(there, secret_id="s").value.string == OLD_VALUE


def test_a_replica_gets_the_rotated_value(call: Call, rotating: Secret, worker: Worker) -> None:
    operations.replicate_secret_to_regions(call, secret_id="s", add_replica_regions=[{"Region": "eu-west-1"}])

    run_scheduler.run_once(worker)
    run_scheduler.run_once(worker)

    there = replace(call, region="eu-west-1")
    here = operations.get_secret_value(call, secret_id="s")
    assert here.version_id == SECOND_VERSION
    assert operations.get_secret_value(there, secret_id="s").value == here.value
    assert Replica.objects.get().status == "InSync"


def test_one_pass_removes_what_is_over_its_recovery_window(call: Call, worker: Worker, clock: Clock) -> None:
    operations.create_secret(call, name="s", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE)
    operations.delete_secret(call, secret_id="s", recovery_window_in_days=7)

    clock.advance(days=6, hours=23)
    run_scheduler.run_once(worker)
    assert Secret.objects.count() == 1

    clock.advance(hours=1)
    run_scheduler.run_once(worker)
    assert Secret.objects.count() == 0


def test_one_pass_removes_expired_credentials_and_no_others(
    call: Call, worker: Worker, clock: Clock, alice: Person
) -> None:
    for minutes in (5, 60):
        principals.create_temporary_access_key(
            alice.principal, call.now, lifetime=timedelta(minutes=minutes), session_name="s", session_policy=""
        )

    clock.advance(minutes=5)
    run_scheduler.run_once(worker)

    left = AccessKey.objects.exclude(access_key_id=alice.access_key.access_key_id)
    assert [key.expires_at for key in left] == [call.now + timedelta(minutes=60)]
    assert AccessKey.objects.filter(access_key_id=alice.access_key.access_key_id).exists()


@pytest.mark.django_db
def test_the_command_runs_once_and_ends() -> None:
    call_command("run_scheduler", "--once")


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_fails_is_told_and_the_loop_goes_on_until_it_is_stopped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Worker(owner="worker-1", clock=lambda: datetime.now(UTC))
    passes: list[int] = []

    def fail(*_: object) -> int:
        passes.append(1)
        if len(passes) == 3:
            worker.stopping.set()
        raise RuntimeError("the database is away")

    monkeypatch.setattr(replication, "run_due", fail)
    monkeypatch.setattr(run_scheduler, "_SECONDS_BETWEEN_PASSES", 0.01)

    loop = threading.Thread(target=run_scheduler.run_until_stopped, args=[worker])
    loop.start()
    loop.join(timeout=20)

    assert not loop.is_alive()
    assert len(passes) == 3
    assert "could not do part of its work" in caplog.text
