from __future__ import annotations

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, Secret
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE


@pytest.fixture
def function(call: Call) -> RotationFunction:
    return RotationFunction.objects.create(
        account_id=call.account,
        region=call.region,
        name="rotate",
        handler="functions.rotate:handler",
        created_at=call.now,
    )


@pytest.fixture
def database_secret(call: Call) -> Secret:
    return operations.create_secret(
        call, name="prod/database", client_request_token=FIRST_VERSION, secret_string=OLD_VALUE
    ).secret
