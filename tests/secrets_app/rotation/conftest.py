from __future__ import annotations

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, Secret
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, Clock, FakeFunction


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
