"""What a change of key does to the versions that are there. Facts: security.md 3.2."""

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests import factories

ALL_BUT_ENCRYPT = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:Encrypt", "Resource": "*"},
    ],
}


def test_without_permission_to_encrypt_the_key_changes_and_the_versions_stay(call: Call, secret: Secret) -> None:
    key = factories.make_key("alias/new")
    carol = factories.make_call(factories.make_person("carol", ALL_BUT_ENCRYPT))

    operations.update_secret(carol, secret_id=secret.arn, client_request_token="b" * 32, kms_key_id="alias/new")

    assert operations.describe_secret(call, secret_id=secret.arn).secret.kms_key == key
    (version,) = operations.list_secret_version_ids(call, secret_id=secret.arn).versions
    assert version.kms_key_ids == ["DefaultEncryptionKey"]
