"""Checks of the stored credential: by functions that can tell, on demand and after a rotation that was given up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, InvalidRequestException
from secrets_app.models import AuditEvent, RotationFunction, RotationRun, Secret
from secrets_app.rotation import checks, due, engine
from secrets_app.rotation.engine import Worker
from tests import factories
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_PASSWORD, THIRD_VERSION, FakeFunction
from tests.secrets_app.rotation.steps import labels, password, put_by_hand, work

PACKAGE = "secrets_app.rotation.bundled"


@pytest.fixture
def function(function: RotationFunction) -> RotationFunction:
    """One that can tell."""
    function.handler = f"{PACKAGE}.postgresql_single_user:lambda_handler"
    function.save()
    return function


@pytest.fixture
def rotated(rotating: Secret, worker: Worker, fake: FakeFunction) -> Secret:
    work(worker)
    fake.events.clear()
    return rotating


def last_run() -> RotationRun:
    return RotationRun.objects.order_by("-id")[0]


@pytest.mark.parametrize(
    ("kind", "handler", "can"),
    [
        ("module", f"{PACKAGE}.mysql_alternating_users:lambda_handler", True),
        ("module", f"{PACKAGE}.random_password:lambda_handler", False),
        ("module", "elsewhere.postgresql_single_user:lambda_handler", False),
        ("source", "", False),
    ],
)
def test_only_bundled_functions_that_say_so_are_asked(kind: str, handler: str, can: bool) -> None:
    """AWS knows no such step, and a function written for it would raise."""
    assert checks.can_tell(RotationFunction(kind=kind, handler=handler)) is can
    assert not checks.can_tell(None)


def test_a_check_asks_one_step_and_changes_nothing(
    call: Call, rotated: Secret, worker: Worker, fake: FakeFunction
) -> None:
    before = (labels(call, rotated), rotated.versions.count())

    checks.check_now(call, rotated)
    run = work(worker)

    assert run is not None
    assert (run.state, fake.events) == ("succeeded", [{"Step": "checkSecret", "SecretId": rotated.arn}])
    assert (labels(call, rotated), rotated.versions.count()) == before
    assert checks.disagreement(rotated) is None
    assert not AuditEvent.objects.filter(event_name__startswith="TestRotation").exists()
    assert AuditEvent.objects.filter(event_source="lambda.amazonaws.com", event_name="Invoke").count() == 1


def test_a_failed_check_is_told_until_a_check_or_a_new_value_ends_it(
    call: Call, rotated: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.fails["checkSecret"] = "ValueError: the database refuses the credential new-Passw0rd"
    checks.check_now(call, rotated)
    work(worker)

    told = checks.disagreement(rotated)
    assert told is not None
    assert told.error == "ValueError: the database refuses the credential ***"

    fake.fails.clear()
    checks.check_now(call, rotated)
    work(worker)
    assert checks.disagreement(rotated) is None

    fake.fails["checkSecret"] = "ValueError: no"
    checks.check_now(call, rotated)
    work(worker)
    put_by_hand(replace(call, now=call.now + timedelta(minutes=1)), rotated)
    assert checks.disagreement(rotated) is None


def test_a_rotation_that_was_given_up_is_followed_by_a_check(
    call: Call, rotating: Secret, worker: Worker, fake: FakeFunction
) -> None:
    fake.fails = {"setSecret": "ValueError: no", "checkSecret": "ValueError: no"}
    RotationRun.objects.update(attempts=4)

    given_up = work(worker)
    assert given_up is not None
    assert given_up.state == "failed"
    work(worker)

    assert last_run().is_check
    assert checks.disagreement(rotating) == last_run()
    assert password(call, rotating) == OLD_PASSWORD


def test_a_rotation_does_not_wait_for_a_check(call: Call, rotated: Secret) -> None:
    checks.check_now(call, rotated)

    operations.rotate_secret(call, secret_id=rotated.arn, client_request_token=THIRD_VERSION)

    check, rotation = RotationRun.objects.order_by("id")[1:]
    assert (check.is_check, check.state, rotation.state) == (True, "cancelled", "running")


def test_a_check_does_not_come_beside_a_rotation(call: Call, rotating: Secret) -> None:
    with pytest.raises(InvalidRequestException, match="is under way"):
        checks.check_now(call, rotating)


def test_a_check_of_a_deleted_secret_is_dropped(call: Call, rotated: Secret, worker: Worker) -> None:
    checks.check_now(call, rotated)
    run = due.claim(worker.owner, worker.clock())
    assert run is not None
    Secret.objects.filter(pk=rotated.pk).update(deleted_at=call.now, deletion_at=call.now + timedelta(days=7))

    engine.work_on(worker, run)

    assert last_run().state == "cancelled"


def test_a_function_that_cannot_tell_is_not_asked(call: Call, secret: Secret) -> None:
    with pytest.raises(InvalidRequestException, match="can't check its credential"):
        checks.check_now(call, secret)


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (["secretsmanager:DescribeSecret"], "secretsmanager:RotateSecret"),
        (["secretsmanager:*"], "lambda:Invoke"),
    ],
)
def test_checking_takes_the_rights_to_rotate_and_to_invoke(
    make_call: Callable[..., Call], rotated: Secret, allowed: list[str], refused: str
) -> None:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": allowed, "Resource": "*"}
    person = factories.make_person("somebody", {"Version": "2012-10-17", "Statement": [statement]})

    with pytest.raises(AccessDeniedException, match=refused):
        checks.check_now(make_call(person), rotated)


def test_a_check_may_read_and_nothing_else(call: Call, rotated: Secret, worker: Worker, fake: FakeFunction) -> None:
    refused: list[str] = []

    def write(function: Any, event: Any, key: Any, waiting: Any) -> Any:
        try:
            operations.put_secret_value(
                fake.call(function, key),
                secret_id=event["SecretId"],
                client_request_token=FIRST_VERSION[::-1],
                secret_string="x",
            )
        except AccessDeniedException as error:
            refused.append(error.code)
        return fake(function, event, key, waiting)

    checks.check_now(call, rotated)
    work(replace(worker, invoke=write))

    assert refused == ["AccessDeniedException"]
