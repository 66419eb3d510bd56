"""Stand-ins for what is outside: a clock one can move, and a rotation function that runs in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from secrets_app import operations, principals
from secrets_app.call import Call
from secrets_app.errors import ResourceNotFoundException
from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey
from secrets_app.rotation.functions import Answer, Event, KeepWaiting

OLD_PASSWORD = "old-Passw0rd"
NEW_PASSWORD = "new-Passw0rd"
OLD_VALUE = json.dumps({"username": "saanvi", "password": OLD_PASSWORD})
# As long as the shortest ClientRequestToken.
FIRST_VERSION = "first-version-000000000000000000"
SECOND_VERSION = "second-version-00000000000000000"
THIRD_VERSION = "third-version-000000000000000000"


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


class FakeFunction:
    """Does what a well-behaved function does, through the operations, with the credentials it was given.

    fails: step -> error. before, after: step -> what another caller does at that moment.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.events: list[Event] = []
        self.fails: dict[str, str] = {}
        self.logs: dict[str, str] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.after: dict[str, Callable[[], object]] = {}
        self.keeps_waiting: list[bool] = []
        self.forgets_to_finish = False

    @property
    def steps(self) -> list[str]:
        return [event["Step"] for event in self.events]

    def __call__(
        self, function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting
    ) -> Answer:
        step = event["Step"]
        self.events.append(event)
        self.before.get(step, lambda: None)()
        self.keeps_waiting.append(keep_waiting())
        if step in self.fails:
            return Answer(error=self.fails[step], log=self.logs.get(step, ""))
        call = self.call(function, key)
        if step == "createSecret":
            self._create(call, event)
        if step == "finishSecret" and not self.forgets_to_finish:
            self._finish(call, event)
        self.after.get(step, lambda: None)()
        return Answer(error="", log=self.logs.get(step, ""))

    def call(self, function: RotationFunction, key: NewAccessKey) -> Call:
        signing_key = principals.signing_key(key.access_key_id)
        assert signing_key is not None
        return Call(principal=signing_key.identity, region=function.region, now=self.clock())

    def _create(self, call: Call, event: Event) -> None:
        """Once per version: an earlier attempt may have done it."""
        try:
            operations.get_secret_value(
                call,
                secret_id=event["SecretId"],
                version_id=event["ClientRequestToken"],
                version_stage="AWSPENDING",
            )
        except ResourceNotFoundException:
            self._put_pending(call, event)

    def _put_pending(self, call: Call, event: Event) -> None:
        current = operations.get_secret_value(call, secret_id=event["SecretId"])
        value = json.loads(current.value.string or "")
        operations.put_secret_value(
            call,
            secret_id=event["SecretId"],
            client_request_token=event["ClientRequestToken"],
            secret_string=json.dumps({**value, "password": NEW_PASSWORD}),
            version_stages=["AWSPENDING"],
            rotation_token=event["RotationToken"],
        )

    def _finish(self, call: Call, event: Event) -> None:
        versions = operations.describe_secret(call, secret_id=event["SecretId"]).versions_to_stages
        current = next(version for version, labels in versions.items() if "AWSCURRENT" in labels)
        if current == event["ClientRequestToken"]:
            return
        operations.update_secret_version_stage(
            call,
            secret_id=event["SecretId"],
            version_stage="AWSCURRENT",
            move_to_version_id=event["ClientRequestToken"],
            remove_from_version_id=current,
        )
