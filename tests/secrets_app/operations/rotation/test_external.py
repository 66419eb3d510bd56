"""Managed external secrets: a function registered for their type rotates them, as the role that the caller names."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, InvalidParameterException, InvalidRequestException
from secrets_app.models import IdentityPolicy, Principal, RotationFunction, RotationRun, Secret
from secrets_app.rotation import due, engine
from secrets_app.rotation.engine import Worker
from tests.secrets_app.operations.rotation.calls import EVERY_TEN_DAYS, caller, labels, rotate
from tests.secrets_app.rotation.fakes import FIRST_VERSION, OLD_VALUE, SECOND_VERSION, Clock, FakeFunction

ROLE = "arn:aws:iam::123456789012:role/partner"


@pytest.fixture
def partners_secret(call: Call) -> Secret:
    return operations.create_secret(
        call,
        name="prod/database",
        client_request_token=FIRST_VERSION,
        secret_string=OLD_VALUE,
        type="SalesforceClientSecret",
    ).secret


@pytest.fixture
def plugin(function: RotationFunction) -> RotationFunction:
    function.external_type = "SalesforceClientSecret"
    function.save()
    return function


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(call: Call) -> Principal:
    role = Principal.objects.create(
        account_id=call.account,
        kind="role",
        name="partner",
        unique_id="AROAPARTNER",
        created_at=call.now,
        password="!",
        trust_policy=trust("secretsmanager.amazonaws.com"),
    )
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    IdentityPolicy.objects.create(principal=role, name="all", document=json.dumps(document))
    return role


def rotate_it(call: Call, **arguments: Any) -> str | None:
    return rotate(call, None, **{"external_secret_rotation_role_arn": ROLE, **arguments})


def test_it_rotates_by_the_function_of_its_type(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    metadata: Any = [{"Key": "apiVersion", "Value": "v65.0"}]

    rotate_it(call, external_secret_rotation_metadata=metadata, rotation_rules=EVERY_TEN_DAYS)

    described = operations.describe_secret(call, secret_id=partners_secret.arn)
    assert described.rotation is not None
    assert (described.rotation.external_metadata, described.rotation.external_role_arn) == (metadata, ROLE)
    assert described.rotation.function_arn == ""
    assert RotationRun.objects.get().function_arn == plugin.arn
    assert labels(call, partners_secret)[SECOND_VERSION] == ["AWSPENDING"]


def test_the_function_is_told_the_metadata_and_acts_as_the_role(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    """What the metadata names, as adminSecretArn does, it may read; any other secret not."""
    admin = operations.create_secret(call, name="admin", client_request_token=FIRST_VERSION, secret_string="a").secret
    operations.create_secret(call, name="other", client_request_token=FIRST_VERSION, secret_string="b")
    metadata: Any = [{"Key": "adminSecretArn", "Value": admin.arn}]
    rotate_it(call, external_secret_rotation_metadata=metadata)
    clock = Clock(call.now)
    fake = FakeFunction(clock)
    seen: list[Any] = []

    def look_around(function: Any, event: Any, key: Any, waiting: Any) -> Any:
        mine = fake.call(function, key)
        with pytest.raises(AccessDeniedException):
            operations.get_secret_value(mine, secret_id="other")
        seen.append(
            (
                mine.principal.arn.rsplit("/", 1)[0],
                event["ExternalSecretRotationMetadata"],
                operations.get_secret_value(mine, secret_id="admin").value.string,
            )
        )
        return fake(function, event, key, waiting)

    run = due.claim("worker", call.now)
    assert run is not None
    engine.work_on(Worker(owner="worker", clock=clock, invoke=look_around), run)

    assert RotationRun.objects.get().state == "succeeded"
    assert seen == [("arn:aws:sts::123456789012:assumed-role/partner", metadata, "a")] * 4


def test_a_window_that_opens_rotates_it_again(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    rotate_it(call, rotation_rules={"AutomaticallyAfterDays": 1}, rotate_immediately=False)
    RotationRun.objects.all().delete()
    operations.update_secret_version_stage(
        call, secret_id="prod/database", version_stage="AWSPENDING", remove_from_version_id=SECOND_VERSION
    )

    assert due.open_windows(call.now.replace(hour=12) + timedelta(days=1)) == 1

    assert RotationRun.objects.get().function_arn == plugin.arn


def test_a_role_that_is_gone_is_a_failed_attempt(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    rotate_it(call)
    role.delete()

    run = due.claim("worker", call.now)
    assert run is not None
    clock = Clock(call.now)
    engine.work_on(Worker(owner="worker", clock=clock, invoke=FakeFunction(clock)), run)

    assert f"Secrets Manager is unable to assume role {ROLE}." in RotationRun.objects.get().error


@pytest.mark.parametrize(
    ("arguments", "refusal", "text"),
    [
        ({"rotation_lambda_arn": "arn:aws:lambda:us-west-2:123456789012:function:rotate"}, None, "without a Lambda"),
        ({"external_secret_rotation_role_arn": None}, InvalidParameterException, "ExternalSecretRotationRoleArn"),
        ({"external_secret_rotation_role_arn": ROLE + "s"}, None, f"Secrets Manager is unable to assume role {ROLE}s."),
    ],
)
def test_what_is_refused(
    call: Call,
    partners_secret: Secret,
    plugin: RotationFunction,
    role: Principal,
    arguments: Any,
    refusal: Any,
    text: str,
) -> None:
    with pytest.raises(refusal or InvalidRequestException, match=text):
        rotate_it(call, **arguments)

    assert operations.describe_secret(call, secret_id=partners_secret.arn).rotation is None
    assert list(labels(call, partners_secret)) == [FIRST_VERSION]


@pytest.mark.parametrize("policy", ["", trust("s3.amazonaws.com"), "{"])
def test_a_role_that_does_not_trust_secrets_manager_is_refused(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal, policy: str
) -> None:
    Principal.objects.filter(pk=role.pk).update(trust_policy=policy)

    with pytest.raises(InvalidRequestException, match="is unable to assume role"):
        rotate_it(call)


def test_metadata_is_for_external_secrets_only(call: Call, database_secret: Secret, function: RotationFunction) -> None:
    with pytest.raises(InvalidRequestException, match="are for managed external secrets"):
        rotate(call, function, external_secret_rotation_metadata=[{"Key": "a", "Value": "b"}])


def test_handing_over_the_role_takes_the_permission_for_it(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    """Whoever may only rotate must not act through a role that may do more."""
    carol = caller(call, {"Effect": "Allow", "Action": ["secretsmanager:*", "lambda:*"], "Resource": "*"})

    with pytest.raises(AccessDeniedException, match="iam:PassRole"):
        rotate_it(carol)


def test_role_and_metadata_stay_when_only_the_schedule_changes(
    call: Call, partners_secret: Secret, plugin: RotationFunction, role: Principal
) -> None:
    rotate_it(call, external_secret_rotation_metadata=[{"Key": "a", "Value": "b"}], rotate_immediately=False)
    run = due.claim("worker", call.now)
    assert run is not None
    clock = Clock(call.now)
    engine.work_on(Worker(owner="worker", clock=clock, invoke=FakeFunction(clock)), run)

    rotate(call, None, rotation_rules=EVERY_TEN_DAYS, client_request_token="z" * 32)

    described = operations.describe_secret(call, secret_id=partners_secret.arn)
    assert described.rotation is not None
    assert described.rotation.external_role_arn == ROLE
    assert described.rotation.external_metadata == [{"Key": "a", "Value": "b"}]
