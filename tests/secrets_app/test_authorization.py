"""Condition keys that tell of the secret itself. Facts: security.md 1.6."""

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import RotationConfiguration, Secret
from tests import factories

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:rotate"


def test_the_function_that_rotates_a_secret_is_a_condition_key(call: Call, secret: Secret) -> None:
    condition = {"ArnEquals": {"secretsmanager:resource/AllowRotationLambdaArn": FUNCTION}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    carol = factories.make_call(factories.make_person("carol", {"Version": "2012-10-17", "Statement": [statement]}))
    with pytest.raises(AccessDeniedException):
        operations.describe_secret(carol, secret_id=secret.arn)

    RotationConfiguration.objects.create(secret=secret, enabled=True, function_arn=FUNCTION, enabled_at=call.now)

    assert operations.describe_secret(carol, secret_id=secret.arn).secret == secret


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [({}, False), ({"version_stage": "AWSCURRENT"}, True), ({"version_stage": "AWSPREVIOUS"}, False)],
)
def test_the_staging_label_is_a_condition_key_only_when_it_is_passed(
    secret: Secret, asked: dict[str, str], allowed: bool
) -> None:
    """Documented: callers must pass the parameter that a condition asks for, or they are denied (security.md 1.6)."""
    condition = {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    carol = factories.make_call(factories.make_person("carol", {"Version": "2012-10-17", "Statement": [statement]}))

    try:
        operations.get_secret_value(carol, secret_id=secret.arn, **asked)
        read = True
    except AccessDeniedException:
        read = False

    assert read is allowed


@pytest.mark.parametrize("exists", [True, False])
def test_nobody_learns_which_secrets_another_account_has(call: Call, secret: Secret, exists: bool) -> None:
    """With every permission in one's own account, too: it once read as ResourceNotFound where there was none."""
    arn = secret.arn if exists else secret.arn.replace(secret.name, "prod/nothing")
    stranger = factories.make_person("stranger", factories.EVERYTHING, account="999988887777")

    with pytest.raises(AccessDeniedException) as refused:
        operations.get_secret_value(factories.make_call(stranger), secret_id=arn)

    assert refused.value.message == (
        f"User: {stranger.identity.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} "
        "because no resource-based policy allows the secretsmanager:GetSecretValue action"
    )
