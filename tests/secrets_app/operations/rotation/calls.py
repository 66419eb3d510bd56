"""What the tests of RotateSecret and CancelRotateSecret do and ask, again and again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, Secret
from tests import factories
from tests.secrets_app.rotation.fakes import SECOND_VERSION

EVERY_TEN_DAYS: Any = {"ScheduleExpression": "rate(10 days)"}


def rotate(call: Call, function: RotationFunction | None, **arguments: Any) -> str | None:
    arguments.setdefault("client_request_token", SECOND_VERSION)
    arguments.setdefault("secret_id", "prod/database")
    if function is not None:
        arguments.setdefault("rotation_lambda_arn", function.arn)
    return operations.rotate_secret(call, **arguments).version_id


def labels(call: Call, secret: Secret) -> dict[str, list[str]]:
    return operations.describe_secret(call, secret_id=secret.arn).versions_to_stages


def caller(call: Call, *statements: dict[str, Any]) -> Call:
    carol = factories.make_person("carol", {"Version": "2012-10-17", "Statement": list(statements)})
    return replace(call, principal=carol.identity)
