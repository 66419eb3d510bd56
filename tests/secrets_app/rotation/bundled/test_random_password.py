"""A new random password for any JSON secret."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.rotation.engine import Worker
from tests import factories
from tests.secrets_app.rotation.bundled.stage import Stage
from tests.secrets_app.rotation.fakes import OLD_PASSWORD

NewStage = Callable[..., Stage]


def test_the_password_is_new_and_everything_else_is_kept(stage: NewStage) -> None:
    kept = {"username": "saanvi", "port": 5432, "nested": {"a": [1, None]}}
    secret = stage("random_password", {"password": OLD_PASSWORD, **kept})

    new = secret.rotated()

    assert {key: new[key] for key in kept} == kept
    assert len(new["password"]) == 32
    assert not set(new["password"]) & set("/@\"'\\")
    assert secret.value("AWSPREVIOUS")["password"] == OLD_PASSWORD


def test_afterwards_no_version_is_pending(call: Call, stage: NewStage) -> None:
    """Recorded of AWS's own rotation: AWSPENDING was gone from the new version."""
    secret = stage("random_password", {"password": "old"})

    secret.rotated()

    labels = operations.describe_secret(call, secret_id=secret.arn).versions_to_stages
    assert sorted(labels.values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_the_password_is_made_as_the_environment_says(stage: NewStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD_LENGTH", "200")
    monkeypatch.setenv("EXCLUDE_CHARACTERS", "abc1")
    monkeypatch.setenv("EXCLUDE_PUNCTUATION", "true")
    monkeypatch.setenv("EXCLUDE_UPPERCASE", "TRUE")

    password = stage("random_password", {"password": "old"}).rotated()["password"]

    assert len(password) == 200
    assert set(password) <= (set(string.ascii_lowercase) | set(string.digits)) - set("abc1")


def test_a_secret_under_a_customer_key_works_too(stage: NewStage) -> None:
    key = factories.make_key("alias/app")
    secret = stage("random_password", {"password": "old"}).store('{"password": "old"}', kms_key_id=key.key_id)

    assert secret.rotated()["password"] != "old"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("just text", "The secret value is not JSON"),
        ("[1]", 'The secret value is not a JSON object with a "password"'),
        ('{"user": "x"}', 'The secret value is not a JSON object with a "password"'),
        ('{"password": 5}', 'The secret value is not a JSON object with a "password"'),
    ],
)
def test_a_value_without_a_password_is_refused_without_quoting_it(stage: NewStage, content: str, reason: str) -> None:
    assert stage("random_password", content).refused() == f"createSecret step: ValueError: {reason}"


def test_every_step_may_be_run_again(stage: NewStage) -> None:
    """A scheduler that died after a step runs that step once more."""
    secret = stage("random_password", {"password": "old"})
    once = secret.worker.invoke
    steps: list[str] = []

    def twice(a_function: Any, event: Any, key: Any, keep_waiting: Any) -> Any:
        steps.append(event["Step"])
        first = once(a_function, event, key, keep_waiting)
        return once(a_function, event, key, keep_waiting) if not first.error else first

    secret.worker = Worker("worker-1", secret.worker.clock, twice)

    secret.rotated()

    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert len(operations.list_secret_version_ids(secret.call, secret_id=secret.arn).versions) == 2
