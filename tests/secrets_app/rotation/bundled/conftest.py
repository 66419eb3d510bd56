"""A bundled function as any rotation function: called with an event, speaking to the service through boto3."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from secrets_app.call import Call
from secrets_app.models import RotationFunction
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer
from tests.aws.wire import client
from tests.live.databases import Database
from tests.secrets_app.rotation.bundled.stage import Stage
from tests.secrets_app.rotation.fakes import Clock


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint is answered in process, so that only its name matters here."""
    monkeypatch.setenv("SECRETS_MANAGER_ENDPOINT", "http://127.0.0.1:8000")


@pytest.fixture
def clock() -> Clock:
    """Signatures are checked against the real time, so this clock shows it."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Callable[[str], Worker]:
    """running("random_password"): a worker that runs this bundled function in this process, with the credentials of
    each step."""

    def worker(module: str) -> Worker:
        function = importlib.import_module(f"secrets_app.rotation.bundled.{module}")

        def invoke(_function: Any, event: Any, key: Any, _keep_waiting: Any) -> Answer:
            monkeypatch.setattr(boto3, "client", lambda _service, **_more: client(key))
            try:
                function.lambda_handler(event, None)
            except (ValueError, ClientError) as error:
                return Answer(error=f"{type(error).__name__}: {error}", log="")
            return Answer(error="", log="")

        return Worker(owner="worker-1", clock=clock, invoke=invoke)

    return worker


@pytest.fixture
def stage(call: Call, running: Callable[[str], Worker], function: RotationFunction) -> Callable[..., Stage]:
    """stage("random_password", value): a secret with this value, and the function to rotate it by."""

    def set_up(module: str, value: dict[str, Any] | str) -> Stage:
        return Stage(call, running(module), function).store(value)

    return set_up


@pytest.fixture
def single(stage: Callable[..., Stage], database: Database) -> Callable[..., Stage]:
    """single(user): the secret of a user who changes its own password."""
    return lambda user: stage(f"{database.module}_single_user", user)


@pytest.fixture
def alternating(stage: Callable[..., Stage], database: Database) -> Callable[..., Stage]:
    """alternating(user): the secret of one of two users who take turns, and the superuser's."""

    def set_up(user: dict[str, Any], superuser: dict[str, Any] | None = None) -> Stage:
        module = f"{database.module}_alternating_users"
        superusers = stage(module, superuser or database.superuser)
        return stage(module, {**user, "masterarn": superusers.arn})

    return set_up
