"""What the engine's tests do and ask, again and again."""

from __future__ import annotations

import json

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationConfiguration, RotationRun, Secret
from secrets_app.rotation import due, engine
from secrets_app.rotation.engine import Worker
from tests.secrets_app.rotation.fakes import THIRD_VERSION

ALL_STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


def work(worker: Worker) -> RotationRun | None:
    """Claim what is due, if anything, and work on it."""
    run = due.claim(worker.owner, worker.clock())
    if run is None:
        return None
    engine.work_on(worker, run)
    return RotationRun.objects.get(pk=run.pk)


def labels(call: Call, secret: Secret) -> dict[str, list[str]]:
    return operations.describe_secret(call, secret_id=secret.arn).versions_to_stages


def password(call: Call, secret: Secret, stage: str = "AWSCURRENT") -> str:
    value = operations.get_secret_value(call, secret_id=secret.arn, version_stage=stage).value
    return str(json.loads(value.string or "")["password"])


def put_by_hand(call: Call, secret: Secret) -> None:
    operations.put_secret_value(
        call, secret_id=secret.arn, client_request_token=THIRD_VERSION, secret_string='{"password": "by-hand"}'
    )


def configuration(secret: Secret) -> RotationConfiguration:
    return RotationConfiguration.objects.get(secret=secret)
