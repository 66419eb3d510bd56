"""Rotation functions: who may make them, what is written down of it, and that one in use stays."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
)
from secrets_app.models import AuditEvent, RotationFunction, Secret
from secrets_app.rotation import function_changes, function_policy, functions
from secrets_app.rotation.function_changes import Definition
from tests import factories
from tests.factories import Person

SOURCE = "def lambda_handler(event, context):\n    '''hunter2'''\n"
DEFINITION = Definition(
    description="d",
    kind="source",
    handler="left.over:text",
    source=SOURCE,
    invoke_url="",
    environment={"TOKEN": "hunter3"},
    timeout_seconds=9,
    resource_policy=function_policy.allowing_secrets_manager("123456789012"),
    external_type="",
)


def service_policy(*, service: str = "secretsmanager.amazonaws.com", effect: str = "Allow", **condition: Any) -> str:
    statement = {
        "Effect": effect,
        "Principal": {"Service": service},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]})


def allowing(*actions: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


def test_a_function_that_was_made_can_rotate(call: Call) -> None:
    made = function_changes.create_function(call, "mine", DEFINITION)

    secret = f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:s-abcdef"
    assert functions.find(secret, made.arn) == made
    assert (made.source, made.handler, made.environment) == (SOURCE, "", {"TOKEN": "hunter3"})
    assert [function.name for function in function_changes.list_functions(call)] == ["mine"]


def test_what_is_written_down_has_neither_source_nor_environment(call: Call) -> None:
    function_changes.create_function(call, "mine", DEFINITION)
    function_changes.update_function(call, "mine", replace(DEFINITION, timeout_seconds=10))

    created, updated = AuditEvent.objects.order_by("id")
    assert (created.event_source, created.event_name, updated.event_name) == (
        "lambda.amazonaws.com",
        "CreateFunction",
        "UpdateFunctionCode",
    )
    assert '"FunctionName":"mine"' in created.request_parameters
    for event in (created, updated):
        assert "hunter" not in event.request_parameters
    assert "hunter" not in repr(DEFINITION)


@pytest.mark.parametrize(
    ("actions", "refused"),
    [
        ((), "lambda:CreateFunction"),
        (("secretsmanager:*", "kms:*"), "lambda:CreateFunction"),
        (("lambda:CreateFunction",), "lambda:AddPermission"),
    ],
)
def test_who_may_not_make_functions_is_refused_and_on_record(
    make_call: Callable[..., Call], actions: tuple[str, ...], refused: str
) -> None:
    person = factories.make_person("somebody", allowing(*actions) if actions else None)

    with pytest.raises(AccessDeniedException, match=refused):
        function_changes.create_function(make_call(person), "mine", DEFINITION)

    assert not RotationFunction.objects.exists()
    assert AuditEvent.objects.get().error_code == "AccessDeniedException"


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ("lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode"),
        ("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"),
    ],
)
def test_changing_one_takes_the_right_to_both_parts(
    call: Call, make_call: Callable[..., Call], allowed: str, refused: str
) -> None:
    function_changes.create_function(call, "mine", DEFINITION)
    person = factories.make_person("somebody", allowing(allowed))

    with pytest.raises(AccessDeniedException, match=refused):
        function_changes.update_function(make_call(person), "mine", replace(DEFINITION, source="x"))

    assert RotationFunction.objects.get().source == SOURCE


def test_who_may_read_secrets_may_not_read_source(call: Call, make_call: Callable[..., Call], bob: Person) -> None:
    function_changes.create_function(call, "mine", DEFINITION)

    for read in (function_changes.list_functions, lambda call: function_changes.get_function(call, "mine")):
        with pytest.raises(AccessDeniedException):
            read(make_call(bob))


def test_a_name_is_taken_once(call: Call) -> None:
    function_changes.create_function(call, "mine", DEFINITION)

    with pytest.raises(ResourceExistsException):
        function_changes.create_function(call, "mine", DEFINITION)


def test_a_missing_function_is_not_found_by_whom_it_may_be_told(call: Call, make_call: Any, mallory: Person) -> None:
    with pytest.raises(ResourceNotFoundException, match="Function not found: arn:aws:lambda"):
        function_changes.get_function(call, "none")
    with pytest.raises(AccessDeniedException):
        function_changes.get_function(make_call(mallory), "none")


def test_a_function_in_use_is_not_deleted(call: Call, secret: Secret) -> None:
    made = function_changes.create_function(call, "mine", DEFINITION)
    operations.rotate_secret(
        call,
        secret_id=secret.arn,
        client_request_token="6f1a9a0e-77d4-4a7e-8a7c-0d6b4f4b2f11",
        rotation_lambda_arn=made.arn,
        rotation_rules={"AutomaticallyAfterDays": 7},
    )

    with pytest.raises(InvalidRequestException, match="Secrets are rotated by this function"):
        function_changes.delete_function(call, "mine")
    use = function_changes.use_of(call, made)
    assert (use.secrets, len(use.runs)) == ([(secret.name, True)], 1)

    operations.cancel_rotate_secret(call, secret_id=secret.arn)
    function_changes.delete_function(call, "mine")
    assert not RotationFunction.objects.exists()


def test_use_is_told_to_whom_may_list_secrets(call: Call, make_call: Callable[..., Call], mallory: Person) -> None:
    made = function_changes.create_function(call, "mine", DEFINITION)

    with pytest.raises(AccessDeniedException, match="secretsmanager:ListSecrets"):
        function_changes.use_of(make_call(mallory), made)


@pytest.mark.parametrize(
    ("policy", "may"),
    [
        (service_policy(), True),
        (service_policy(StringEquals={"aws:SourceAccount": "123456789012"}), True),
        (service_policy(StringEquals={"AWS:SourceAccount": "111122223333"}), False),
        (service_policy(ArnLike={"aws:SourceArn": "arn:aws:secretsmanager:*:*:secret:prod/*"}), True),
        (service_policy(ArnLike={"aws:SourceArn": "arn:aws:secretsmanager:*:*:secret:dev/*"}), False),
        (service_policy(service="s3.amazonaws.com"), False),
        (service_policy(effect="Deny"), False),
        ("", False),
    ],
)
def test_the_resource_policy_says_whether_secrets_manager_may_invoke(
    call: Call, secret: Secret, policy: str, may: bool
) -> None:
    """As AWS's "--source-account" and "--source-arn" of add-permission do; without it RotateSecret is refused."""
    made = function_changes.create_function(call, "mine", replace(DEFINITION, resource_policy=policy))
    rotation: Any = {
        "secret_id": secret.arn,
        "client_request_token": "6f1a9a0e-77d4-4a7e-8a7c-0d6b4f4b2f11",
        "rotation_lambda_arn": made.arn,
    }

    if may:
        operations.rotate_secret(call, **rotation)
    else:
        with pytest.raises(AccessDeniedException, match="Secrets Manager cannot invoke the specified Lambda function"):
            operations.rotate_secret(call, **rotation)


def test_a_policy_that_is_none_is_refused_at_its_field(call: Call) -> None:
    with pytest.raises(InvalidParameterException) as refusal:
        function_changes.create_function(call, "mine", replace(DEFINITION, resource_policy='{"Version": "2012-10-17"}'))

    assert refusal.value.parameter == "resource_policy"


def test_changing_the_policy_takes_the_right_to_it(call: Call, make_call: Callable[..., Call]) -> None:
    function_changes.create_function(call, "mine", DEFINITION)
    person = factories.make_person(
        "somebody", allowing("lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration")
    )

    for policy, action in ((service_policy(), "AddPermission"), ("", "RemovePermission")):
        with pytest.raises(AccessDeniedException, match=f"lambda:{action}"):
            function_changes.update_function(make_call(person), "mine", replace(DEFINITION, resource_policy=policy))


def test_one_function_rotates_a_type_of_external_secrets(call: Call) -> None:
    plugin = replace(DEFINITION, external_type="SalesforceClientSecret")
    function_changes.create_function(call, "mine", plugin)

    with pytest.raises(ResourceExistsException, match="of the type SalesforceClientSecret"):
        function_changes.create_function(call, "other", plugin)
    function_changes.update_function(call, "mine", plugin)
