from __future__ import annotations

from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, Secret
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, Clock, FakeFunction


@pytest.fixture
def clock(call: Call) -> Clock:
    return Clock(call.now)


@pytest.fixture
def function(call: Call) -> RotationFunction:
    return RotationFunction.objects.create(
        account_id=call.account,
        region=call.region,
        name="rotate-password",
        handler="secrets_app.rotation.bundled.random_password:lambda_handler",
        created_at=call.now,
    )


@pytest.fixture
def fake(clock: Clock) -> FakeFunction:
    return FakeFunction(clock)


@pytest.fixture
def worker(clock: Clock, fake: FakeFunction) -> Worker:
    return Worker(owner="worker-1", clock=clock, invoke=fake)


@pytest.fixture
def database_secret(call: Call) -> Secret:
    return operations.create_secret(
        call, name="prod/database", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE
    ).secret


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
