"""Whose key permission counts when a value is read. Facts: security.md 3.3, 3.4."""

import json

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, InvalidRequestException
from secrets_app.models import KeyState, ResourcePolicy, Secret
from tests import factories

OTHER_ACCOUNT = "999999999999"


def may_decrypt_under(arn: str) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
            {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn},
        ],
    }


def test_the_default_key_is_for_its_own_account_though_both_policies_allow(call: Call, secret: Secret) -> None:
    stranger = factories.make_person("stranger", factories.EVERYTHING, account=OTHER_ACCOUNT)
    allow = {"Effect": "Allow", "Principal": {"AWS": stranger.arn}, "Action": "*", "Resource": "*"}
    ResourcePolicy.objects.create(secret=secret, document=json.dumps({"Version": "2012-10-17", "Statement": allow}))
    from_there = factories.make_call(stranger)

    assert operations.describe_secret(from_there, secret_id=secret.arn).secret == secret
    with pytest.raises(InvalidRequestException, match="from a different AWS account"):
        operations.get_secret_value(from_there, secret_id=secret.arn)
    with pytest.raises(InvalidRequestException, match="from a different AWS account"):
        operations.put_secret_value(
            from_there, secret_id=secret.arn, client_request_token="b" * 32, secret_string="theirs"
        )
    assert operations.list_secret_version_ids(call, secret_id=secret.arn).versions[1:] == []


def test_permission_for_a_disabled_key_opens_nothing_under_another(call: Call) -> None:
    old, new = factories.make_key("alias/old"), factories.make_key("alias/new")
    factories.make_secret(call, kms_key_id="alias/old")
    operations.update_secret(call, secret_id="prod/database", client_request_token="b" * 32, kms_key_id="alias/new")
    of_old = factories.make_call(factories.make_person("carol", may_decrypt_under(old.arn)))
    of_new = factories.make_call(factories.make_person("dave", may_decrypt_under(new.arn)))
    assert operations.get_secret_value(of_old, secret_id="prod/database").version_id

    old.state = KeyState.DISABLED
    old.save()

    assert operations.get_secret_value(of_new, secret_id="prod/database").version_id
    with pytest.raises(AccessDeniedException, match="Access to KMS is not allowed"):
        operations.get_secret_value(of_old, secret_id="prod/database")
