"""The bundled function as any rotation function: called with an event, speaking to the service through boto3."""

from __future__ import annotations

import json
import string
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, RotationRun, Secret
from secrets_app.rotation import due, engine
from secrets_app.rotation.bundled import random_password
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer
from tests import factories
from tests.aws.wire import client
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_PASSWORD, SECOND_VERSION, Clock


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint is answered in process, so that only its name matters here."""
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:8000")


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Worker:
    """A worker that runs the bundled function in this process, with the credentials of each step."""

    def invoke(_function: Any, event: Any, key: Any, _keep_waiting: Any) -> Answer:
        monkeypatch.setattr(boto3, "client", lambda _service, **_more: client(key))
        try:
            random_password.lambda_handler(event, None)
        except (ValueError, ClientError) as error:
            return Answer(error=f"{type(error).__name__}: {error}", log="")
        return Answer(error="", log="")

    return Worker(owner="worker-1", clock=clock, invoke=invoke)


@pytest.fixture
def clock() -> Clock:
    """Signatures are checked against the real time, so this clock shows it."""
    return Clock(datetime.now(UTC))


def rotate(call: Call, worker: Worker, function: RotationFunction, secret_id: str) -> RotationRun:
    operations.rotate_secret(
        call, secret_id=secret_id, client_request_token=SECOND_VERSION, rotation_lambda_arn=function.arn
    )
    run = due.claim(worker.owner, worker.clock())
    assert run is not None
    engine.work_on(worker, run)
    return RotationRun.objects.get(pk=run.pk)


def value(call: Call, secret_id: str, stage: str = "AWSCURRENT") -> dict[str, Any]:
    found = operations.get_secret_value(call, secret_id=secret_id, version_stage=stage).value.string
    return dict(json.loads(found or ""))


def test_the_password_is_new_and_everything_else_is_kept(
    call: Call, bundled: Worker, function: RotationFunction
) -> None:
    kept = {"username": "saanvi", "port": 5432, "nested": {"a": [1, None]}}
    operations.create_secret(
        call,
        name="s",
        client_request_token=FIRST_VERSION,
        secret_string=json.dumps({"password": OLD_PASSWORD, **kept}),
    )

    run = rotate(call, bundled, function, "s")

    new = value(call, "s")
    assert (run.state, run.error) == ("succeeded", "")
    assert {key: new[key] for key in kept} == kept
    assert len(new["password"]) == 32
    assert not set(new["password"]) & set("/@\"'\\")
    assert value(call, "s", "AWSPREVIOUS")["password"] == OLD_PASSWORD


def test_afterwards_no_version_is_pending(
    call: Call, database_secret: Secret, bundled: Worker, function: RotationFunction
) -> None:
    """Recorded of AWS's own rotation: AWSPENDING was gone from the new version."""
    rotate(call, bundled, function, database_secret.arn)

    labels = operations.describe_secret(call, secret_id=database_secret.arn).versions_to_stages
    assert labels == {SECOND_VERSION: ["AWSCURRENT"], FIRST_VERSION: ["AWSPREVIOUS"]}


def test_the_password_is_made_as_the_environment_says(
    call: Call,
    database_secret: Secret,
    bundled: Worker,
    function: RotationFunction,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PASSWORD_LENGTH", "200")
    monkeypatch.setenv("EXCLUDE_CHARACTERS", "abc1")
    monkeypatch.setenv("EXCLUDE_PUNCTUATION", "true")
    monkeypatch.setenv("EXCLUDE_UPPERCASE", "TRUE")

    rotate(call, bundled, function, database_secret.arn)

    password = value(call, database_secret.arn)["password"]
    assert len(password) == 200
    assert set(password) <= (set(string.ascii_lowercase) | set(string.digits)) - set("abc1")


def test_a_secret_under_a_customer_key_works_too(call: Call, bundled: Worker, function: RotationFunction) -> None:
    key = factories.make_key("alias/app")
    operations.create_secret(
        call, name="s", client_request_token=FIRST_VERSION, secret_string='{"password": "old"}', kms_key_id=key.key_id
    )

    assert rotate(call, bundled, function, "s").state == "succeeded"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("just text", "The secret value is not JSON"),
        ("[1]", 'The secret value is not a JSON object with a "password"'),
        ('{"user": "x"}', 'The secret value is not a JSON object with a "password"'),
        ('{"password": 5}', 'The secret value is not a JSON object with a "password"'),
    ],
)
def test_a_value_without_a_password_is_refused_without_quoting_it(
    call: Call, bundled: Worker, function: RotationFunction, content: str, reason: str
) -> None:
    operations.create_secret(call, name="s", client_request_token=FIRST_VERSION, secret_string=content)

    run = rotate(call, bundled, function, "s")

    assert run.state == "running"
    assert run.error.endswith(f"during createSecret step: ValueError: {reason}")


def test_every_step_may_be_run_again(
    call: Call,
    database_secret: Secret,
    bundled: Worker,
    function: RotationFunction,
) -> None:
    """A scheduler that died after a step runs that step once more."""
    steps: list[str] = []

    def twice(a_function: Any, event: Any, key: Any, keep_waiting: Any) -> Answer:
        steps.append(event["Step"])
        first = bundled.invoke(a_function, event, key, keep_waiting)
        return bundled.invoke(a_function, event, key, keep_waiting) if not first.error else first

    run = rotate(call, Worker("worker-1", bundled.clock, twice), function, database_secret.arn)

    assert (run.state, run.error) == ("succeeded", "")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert database_secret.versions.count() == 2
