"""The KMS key of a secret: how it is named, changed and refused. Facts: api.md 4.8 and 3."""

from typing import Any

import pytest

from secrets_app.models import KmsKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

FORMS = ["key id", "key ARN", "alias", "alias ARN"]
ALIAS_ARN = "arn:aws:kms:us-west-2:123456789012:alias/prod/app"


def invalid_key(reason: str) -> Refusal:
    return Refusal("InvalidParameterException", f"The operation failed because of an invalid KMS key: {reason}")


@pytest.fixture
def key() -> KmsKey:
    return factories.make_key("alias/prod/app")


@pytest.fixture
def kms(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, service="kms")


def named(key: KmsKey, form: str) -> str:
    return {"key id": key.key_id, "key ARN": key.arn, "alias": "alias/prod/app", "alias ARN": ALIAS_ARN}[form]


def shown(aws: Any, name: str = "a") -> Any:
    """KmsKeyId as DescribeSecret and ListSecrets agree about it."""
    described = aws.describe_secret(SecretId=name)
    (entry,) = aws.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    assert described.get("KmsKeyId") == entry.get("KmsKeyId")
    return described.get("KmsKeyId")


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_shown_as_it_was_named(aws: Any, key: KmsKey, form: str) -> None:
    """Seen in the field. Versions name the key itself."""
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=named(key, form))

    assert shown(aws) == named(key, form)
    assert aws.list_secret_version_ids(SecretId="a")["Versions"][0]["KmsKeyIds"] == [key.arn]
    assert aws.get_secret_value(SecretId="a")["SecretString"] == "x"


@pytest.mark.parametrize("form", FORMS)
def test_a_key_that_is_changed_is_shown_as_it_was_named_last(aws: Any, key: KmsKey, form: str) -> None:
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=key.key_id)

    reply = aws.update_secret(SecretId="a", KmsKeyId=named(key, form))

    assert "VersionId" not in reply
    assert shown(aws) == named(key, form)


@pytest.mark.parametrize("given", ["", "alias/aws/secretsmanager", ALIAS_ARN.replace("prod/app", "aws/secretsmanager")])
def test_the_default_key_is_absent(aws: Any, key: KmsKey, given: str) -> None:
    """Recorded; "" on UpdateSecret goes back to it (documented)."""
    aws.create_secret(Name="new", SecretString="x", KmsKeyId=given)
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=key.key_id)

    aws.update_secret(SecretId="a", KmsKeyId=given)

    assert (shown(aws, "new"), shown(aws)) == (None, None)
    newest = aws.put_secret_value(SecretId="a", SecretString="y")["VersionId"]
    keys = {
        version["VersionId"]: version["KmsKeyIds"] for version in aws.list_secret_version_ids(SecretId="a")["Versions"]
    }
    assert keys[newest] == ["DefaultEncryptionKey"]


@pytest.mark.parametrize(
    ("key_id", "reason"),
    [
        ("nope", "Invalid keyId"),
        ("alias/nope", "Invalid keyId"),
        ("11111111-2222-3333-4444-555555555555", "Invalid keyId"),
        ("arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555", "Invalid arn eu-west-1"),
        (ALIAS_ARN.replace("us-west-2", "us-east-1"), "Invalid arn us-east-1"),
    ],
)
def test_keys_there_are_not(aws: Any, key_id: str, reason: str) -> None:
    """Seen in the field. Nothing is stored."""
    aws.create_secret(Name="a", SecretString="x")

    assert refused(aws.create_secret, Name="new", KmsKeyId=key_id) == invalid_key(reason)
    assert refused(aws.update_secret, SecretId="a", KmsKeyId=key_id, Description="d") == invalid_key(reason)

    assert [entry["Name"] for entry in aws.list_secrets()["SecretList"]] == ["a"]
    assert {"KmsKeyId", "Description"} & set(aws.describe_secret(SecretId="a")) == set()


def test_a_key_that_is_disabled(aws: Any, kms: Any, key: KmsKey) -> None:
    """The codes are documented, the sentences are ours. Enabled again, everything opens."""
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=key.arn)
    kms.disable_key(KeyId=key.key_id)

    codes = [
        refused(aws.get_secret_value, SecretId="a").code,
        refused(aws.put_secret_value, SecretId="a", SecretString="y").code,
        refused(aws.create_secret, Name="b", SecretString="y", KmsKeyId=key.arn).code,
    ]

    assert codes == ["DecryptionFailure", "EncryptionFailure", "EncryptionFailure"]
    assert aws.describe_secret(SecretId="a")["KmsKeyId"] == key.arn
    kms.enable_key(KeyId=key.key_id)
    assert aws.get_secret_value(SecretId="a")["SecretString"] == "x"


def test_without_permission_for_the_key(aws: Any, aws_as: MakeClient, key: KmsKey) -> None:
    """Seen in the field, on CreateSecret and GetSecretValue alike."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}],
    }
    carol = aws_as(factories.make_person("carol", policy))
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=key.arn)
    denied = Refusal("AccessDeniedException", "Access to KMS is not allowed")

    assert refused(carol.get_secret_value, SecretId="a") == denied
    assert refused(carol.create_secret, Name="b", SecretString="x", KmsKeyId=key.arn) == denied
    assert refused(carol.put_secret_value, SecretId="a", SecretString="y") == denied
    assert carol.create_secret(Name="c", SecretString="x")["Name"] == "c"


def test_the_default_key_is_of_no_use_to_another_account(aws: Any, aws_as: MakeClient) -> None:
    """Recorded."""
    carol = factories.make_person("carol", factories.EVERYTHING, account="210987654321")
    arn = aws.create_secret(Name="a", SecretString="x")["ARN"]
    statement = (
        f'{{"Effect": "Allow", "Principal": {{"AWS": "{carol.arn}"}}, "Action": "secretsmanager:*", "Resource": "*"}}'
    )
    aws.put_resource_policy(SecretId="a", ResourcePolicy=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}')

    assert refused(aws_as(carol).get_secret_value, SecretId=arn) == Refusal(
        "InvalidRequestException",
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
        "service key.",
    )
    assert aws_as(carol).describe_secret(SecretId=arn)["Name"] == "a"
