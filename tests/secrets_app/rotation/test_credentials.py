"""What a rotation function may read beside its own secret: the superuser's, which the value names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, Secret
from secrets_app.rotation import credentials
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import FIRST_VERSION, SECOND_VERSION, FakeFunction
from tests.secrets_app.rotation.steps import work


@pytest.fixture
def superuser(call: Call) -> Secret:
    return operations.create_secret(
        call,
        name="prod/superuser",
        client_request_token=FIRST_VERSION,
        secret_string='{"password": "of-the-superuser"}',
    ).secret


def alternating(call: Call, masterarn: Any) -> Secret:
    return operations.create_secret(
        call,
        name="prod/alternating",
        client_request_token=FIRST_VERSION,
        secret_string=json.dumps({"username": "saanvi", "password": "old-Passw0rd", "masterarn": masterarn}),
    ).secret


def test_a_function_reads_the_superusers_secret_and_changes_nothing_of_it(
    call: Call, superuser: Secret, worker: Worker, fake: FakeFunction, function: RotationFunction
) -> None:
    """As the execution role of an alternating-users function may (rotation.md 4.3)."""
    secret = alternating(call, superuser.arn)
    operations.rotate_secret(
        call, secret_id=secret.arn, client_request_token=SECOND_VERSION, rotation_lambda_arn=function.arn
    )
    read: list[str | None] = []
    refused: list[str] = []

    def read_and_write(_function: Any, event: Any, key: Any, waiting: Any) -> Any:
        mine = fake.call(function, key)
        read.append(operations.get_secret_value(mine, secret_id=superuser.arn).value.string)
        try:
            operations.put_secret_value(
                mine, secret_id=superuser.arn, client_request_token=SECOND_VERSION, secret_string="x"
            )
        except Exception as error:
            refused.append(type(error).__name__)
        return fake(_function, event, key, waiting)

    run = work(replace(worker, invoke=read_and_write))

    assert run is not None
    assert run.state == "succeeded"
    assert read == ['{"password": "of-the-superuser"}'] * 4
    assert refused == ["AccessDeniedException"] * 4


@pytest.mark.parametrize(
    "masterarn",
    [
        "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/superuser-??????",
        "arn:aws:secretsmanager:us-west-2:111122223333:secret:prod/superuser-abcdef",
        "prod/superuser",
        "*",
        ["*"],
        7,
    ],
)
def test_only_the_whole_arn_of_a_secret_of_the_account_counts(call: Call, superuser: Secret, masterarn: Any) -> None:
    """What stands in a value becomes part of a policy: no wildcard, and nobody else's secret."""
    assert credentials.superuser_arn(alternating(call, masterarn)) == ""


@pytest.mark.parametrize("value", ["no JSON", "[1]", "[" * 100_00, None])
def test_a_value_that_names_nobody_names_nobody(call: Call, value: str | None) -> None:
    secret = operations.create_secret(
        call, name="other", client_request_token=FIRST_VERSION, secret_string=value
    ).secret

    assert credentials.superuser_arn(secret) == ""
