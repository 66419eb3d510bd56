"""Functions that do what they shouldn't to the secret: a failed run with the reason, and callers read what they did.

The rules are ours: AWS leaves it to the function what it does with the rights of its role.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AwsError
from secrets_app.models import RotationRun, Secret
from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer
from tests.secrets_app.rotation.fakes import (
    FIRST_VERSION,
    OLD_PASSWORD,
    OLD_VALUE,
    SECOND_VERSION,
    THIRD_VERSION,
    FakeFunction,
)
from tests.secrets_app.rotation.steps import labels, password, work

OLDER_VERSION = "older-version-000000000000000000"


def misbehave(step: str, fake: FakeFunction, operation: Any, **arguments: Any) -> Any:
    """A function that is well behaved but for one call in one step, whose refusal it fails with."""

    def invoke(function: Any, event: Any, key: Any, keep_waiting: Any) -> Answer:
        if event["Step"] == step:
            try:
                operation(fake.call(function, key), secret_id=event["SecretId"], **arguments)
            except AwsError as error:
                return Answer(error=f"{error.code}: {error.message}", log="")
        return fake(function, event, key, keep_waiting)

    return invoke


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
@pytest.mark.parametrize(
    ("operation", "arguments", "reason"),
    [
        (
            operations.update_secret_version_stage,
            {
                "version_stage": "AWSCURRENT",
                "move_to_version_id": OLDER_VERSION,
                "remove_from_version_id": FIRST_VERSION,
            },
            f"A rotation function can move AWSCURRENT to version {SECOND_VERSION} only, which it was called for.",
        ),
        (
            operations.put_secret_value,
            {"client_request_token": THIRD_VERSION, "secret_string": "wrong"},
            f"A rotation function can store a value in version {SECOND_VERSION} only, which it was called for.",
        ),
        (
            operations.update_secret_version_stage,
            {"version_stage": "AWSPENDING", "remove_from_version_id": SECOND_VERSION},
            f"A rotation function can't take AWSPENDING from version {SECOND_VERSION} before it is AWSCURRENT.",
        ),
        (
            operations.update_secret_version_stage,
            {
                "version_stage": "AWSPENDING",
                "move_to_version_id": FIRST_VERSION,
                "remove_from_version_id": SECOND_VERSION,
            },
            f"A rotation function can't take AWSPENDING from version {SECOND_VERSION} before it is AWSCURRENT.",
        ),
    ],
    ids=["promotes the wrong one", "writes another version", "deletes its own", "gives its label away"],
)
def test_it_is_refused_and_the_run_says_why(
    call: Call,
    rotating: Secret,
    worker: Worker,
    fake: FakeFunction,
    step: str,
    operation: Any,
    arguments: dict[str, Any],
    reason: str,
) -> None:
    older = operations.put_secret_value  # a version that could be promoted by mistake
    older(
        call,
        secret_id=rotating.arn,
        client_request_token=OLDER_VERSION,
        secret_string=OLD_VALUE,
        version_stages=["OLDER"],
    )

    run = work(replace(worker, invoke=misbehave(step, fake, operation, **arguments)))

    assert run is not None
    assert (run.state, run.attempts) == ("running", 1)
    assert run.error.endswith(f"during {step} step: InvalidRequestException: {reason}")
    assert password(call, rotating) == OLD_PASSWORD
    assert labels(call, rotating)[FIRST_VERSION] == ["AWSCURRENT"]
    assert labels(call, rotating)[SECOND_VERSION] == ["AWSPENDING"]


def test_people_may_do_during_a_rotation_what_its_function_may_not(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.before["setSecret"] = lambda: operations.update_secret_version_stage(
        call, secret_id=rotating.arn, version_stage="AWSPENDING", remove_from_version_id=SECOND_VERSION
    )
    fake.fails["setSecret"] = "revoked"

    run = work(worker)

    assert run is not None
    assert run.state == "abandoned"


@pytest.mark.parametrize("answer", ["", "ValueError: no"])
def test_a_function_whose_words_are_nonsense_changes_nothing(
    call: Call, rotating: Secret, worker: Worker, answer: str
) -> None:
    """Clean answers without anything done, or failures: either way the run says so and tries again."""
    run = work(replace(worker, invoke=lambda *_: Answer(error=answer, log="\0\ud83d\x1b[31m")))

    assert run is not None
    assert run.state == "running"
    assert run.error.endswith(answer or "without making the new version AWSCURRENT.")
    assert password(call, rotating) == OLD_PASSWORD


def test_a_step_that_ends_well_after_the_version_was_lost_is_no_success(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.after["finishSecret"] = lambda: operations.update_secret_version_stage(
        call,
        secret_id=rotating.arn,
        version_stage="AWSCURRENT",
        move_to_version_id=FIRST_VERSION,
        remove_from_version_id=SECOND_VERSION,
    )

    run = work(worker)

    assert run is not None
    assert RotationRun.objects.get(pk=run.pk).state == "running"
    assert "without making the new version AWSCURRENT" in run.error
    assert password(call, rotating) == OLD_PASSWORD
