"""Rotation as a user sees it: a real server with its scheduler, the bundled function in its own process, boto3."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
import pytest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:SecretsManagerRandomPassword"
T = TypeVar("T")


@pytest.fixture
def aws(live_server_process: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in live_server_process.aws_environment.items():
        monkeypatch.setenv(name, value)
    return boto3.Session().client("secretsmanager")


def eventually(question: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.2)
    raise AssertionError("It never came to be.")


def test_a_secret_rotates_through_the_real_thing(aws: Any) -> None:
    name = f"live/rotation/{uuid.uuid4()}"
    first = aws.create_secret(Name=name, SecretString='{"username": "saanvi", "password": "old-Passw0rd"}')

    started = aws.rotate_secret(
        SecretId=name,
        RotationLambdaARN=FUNCTION,
        RotationRules={"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"},
    )
    described = eventually(lambda: _rotated(aws, name))

    current = aws.get_secret_value(SecretId=name)
    previous = aws.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    value = json.loads(current["SecretString"])
    assert current["VersionId"] == started["VersionId"]
    assert previous["VersionId"] == first["VersionId"]
    assert value["username"] == "saanvi"
    assert value["password"] != "old-Passw0rd"
    assert len(value["password"]) == 32
    assert described["VersionIdsToStages"] == {
        current["VersionId"]: ["AWSCURRENT"],
        previous["VersionId"]: ["AWSPREVIOUS"],
    }
    assert described["RotationEnabled"] is True
    assert described["RotationLambdaARN"] == FUNCTION
    assert described["NextRotationDate"] > described["LastRotatedDate"]


def test_a_test_only_rotation_leaves_the_value_alone(aws: Any) -> None:
    name = f"live/rotation/{uuid.uuid4()}"
    first = aws.create_secret(Name=name, SecretString='{"password": "old-Passw0rd"}')

    aws.rotate_secret(
        SecretId=name,
        RotationLambdaARN=FUNCTION,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )

    labels = {first["VersionId"]: ["AWSCURRENT"]}
    eventually(lambda: aws.describe_secret(SecretId=name)["VersionIdsToStages"] == labels)
    assert len(aws.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]) == 1
    assert "LastRotatedDate" not in aws.describe_secret(SecretId=name)


def _rotated(aws: Any, name: str) -> dict[str, Any] | None:
    described: dict[str, Any] = aws.describe_secret(SecretId=name)
    return described if "LastRotatedDate" in described else None
