"""A secret under rotation, as the tests of bundled functions look at it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import RotationFunction, RotationRun
from secrets_app.rotation import due, engine
from secrets_app.rotation.engine import Worker


class Stage:
    def __init__(self, call: Call, worker: Worker, function: RotationFunction) -> None:
        self.call = call
        self.worker = worker
        self.function = function
        self.arn = ""

    def store(self, value: dict[str, Any] | str, **more: Any) -> Stage:
        text = value if isinstance(value, str) else json.dumps(value)
        self.arn = operations.create_secret(
            self.call, name=f"s-{uuid.uuid4()}", client_request_token=str(uuid.uuid4()), secret_string=text, **more
        ).secret.arn
        return self

    def put(self, value: dict[str, Any]) -> None:
        operations.put_secret_value(
            self.call, secret_id=self.arn, client_request_token=str(uuid.uuid4()), secret_string=json.dumps(value)
        )

    def rotate(self) -> RotationRun:
        """One attempt; the run, as it is afterwards."""
        operations.rotate_secret(
            self.call,
            secret_id=self.arn,
            client_request_token=str(uuid.uuid4()),
            rotation_lambda_arn=self.function.arn,
        )
        return self._work()

    def rotated(self) -> dict[str, Any]:
        """The new value of a rotation that went well."""
        run = self.rotate()
        assert (run.state, run.error) == ("succeeded", "")
        return self.value()

    def rotated_again(self) -> dict[str, Any]:
        """The new value of the next attempt of a rotation that was refused."""
        self.worker.clock.advance(minutes=2)  # type: ignore[attr-defined]
        run = self._work()
        assert (run.state, run.error) == ("succeeded", "")
        return self.value()

    def refused(self) -> str:
        """Why a rotation did not go well, without who says so."""
        run = self.rotate()
        assert run.state == "running", "it has to be tried again"
        return run.error.partition("during ")[2]

    def _work(self) -> RotationRun:
        run = due.claim(self.worker.owner, self.worker.clock())
        assert run is not None
        engine.work_on(self.worker, run)
        return RotationRun.objects.get(pk=run.pk)

    def text(self, label: str = "AWSCURRENT") -> str:
        return operations.get_secret_value(self.call, secret_id=self.arn, version_stage=label).value.string or ""

    def value(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        return dict(json.loads(self.text(label)))
