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
