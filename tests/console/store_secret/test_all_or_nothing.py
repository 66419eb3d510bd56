"""Store: when one of the operations refuses, nothing is there, the refusal is on record and where it belongs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from secrets_app.models import AuditEvent, Replica, ResourcePolicy, Secret, SecretVersion, Tag
from tests.console.store_secret.wizard import OTHER, Wizard
from tests.factories import Person, make_person

pytestmark = pytest.mark.django_db

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "secretsmanager:RotateSecret", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "x"}}}]}'
)
ROTATING = {
    "automatic": "on",
    "mode": "expression",
    "time_unit": "hours",
    "hours": "23",
    "schedule_expression": "rate(10 days)",
    "rotation_lambda_arn": "arn:aws:lambda:us-west-2:123456789012:function:none",
}


def allowed_but(action: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": action, "Resource": "*"},
        ],
    }


def assert_nothing_is_stored() -> None:
    for table in (Secret, SecretVersion, Tag, Replica, ResourcePolicy):
        assert not table.objects.exists()


@pytest.mark.parametrize(
    ("denied", "event", "step"),
    [
        ("secretsmanager:CreateSecret", "CreateSecret", "/review"),
        ("secretsmanager:TagResource", "CreateSecret", "/review"),
        ("secretsmanager:ReplicateSecretToRegions", "CreateSecret", "/review"),
        ("secretsmanager:PutResourcePolicy", "PutResourcePolicy", "/configure-secret"),
        ("secretsmanager:RotateSecret", "RotateSecret", "/configure-rotation"),
        ("lambda:InvokeFunction", "RotateSecret", "/configure-rotation"),
    ],
)
def test_whichever_operation_is_denied_all_of_it_is_undone(
    sign_in: Callable[[Person], Client], denied: str, event: str, step: str
) -> None:
    client = sign_in(make_person("carol", allowed_but(denied)))
    wizard = Wizard(client)
    wizard.fill(
        {**OTHER, "secret_string": "kept value"},
        name="prod/new",
        tag_key="t",
        tag_value="u",
        resource_policy=POLICY,
        replica_region="eu-west-1",
        replica_key="",
        rotation=ROTATING,
    )

    answer = wizard.store()

    assert step in answer["Location"]
    shown = client.get(answer["Location"]).content.decode()
    assert "is not authorized to perform" in shown
    assert_nothing_is_stored()
    events = AuditEvent.objects.filter(read_only=False)
    assert [(found.event_name, found.error_code) for found in events] == [(event, "AccessDeniedException")]
    assert events[0].secret_name == "prod/new"
    assert "kept value" not in events[0].request_parameters
    assert "kept value" in wizard.text("choose-secret-type")


def test_function_that_is_not_there_undoes_the_secret(sign_in: Callable[[Person], Client]) -> None:
    """Who may not list functions types an ARN; RotateSecret says what is wrong with it."""
    client = sign_in(make_person("carol", allowed_but("lambda:ListFunctions")))
    wizard = Wizard(client)
    wizard.fill(rotation=ROTATING)

    shown = client.get(wizard.store()["Location"]).content.decode()

    assert "Secrets Manager cannot invoke the specified Lambda function." in shown
    assert "rate(10 days)" in shown
    assert_nothing_is_stored()


def test_partner_secret_with_rotation_is_refused_whole(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill(
        {**OTHER, "secret_type": "external", "external_type": "GitLabAccessToken"},
        rotation={**ROTATING, "metadata_key": "k", "metadata_value": "v", "rotation_lambda_arn": ""},
    )

    shown = signed_in.get(wizard.store()["Location"]).content.decode()

    assert "no rotation plugin is installed" in shown
    assert 'value="v"' in shown
    assert_nothing_is_stored()


def test_key_of_nobody_is_said_at_the_key(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    wizard.fill({**OTHER, "kms_key_typed": "alias/none"})

    answer = wizard.store()

    assert "/choose-secret-type" in answer["Location"]
    assert "invalid KMS key" in signed_in.get(answer["Location"]).content.decode()
    assert_nothing_is_stored()
