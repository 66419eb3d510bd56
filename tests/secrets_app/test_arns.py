"""ARNs of secrets, whole and partial. Facts: api.md 4.2."""

import pytest

from secrets_app import arns

PREFIX = "arn:aws:secretsmanager:us-west-2:123456789012:secret:"


@pytest.mark.parametrize(
    ("arn", "name", "suffix"),
    [
        (PREFIX + "prod/db-AbCdEf", "prod/db", "AbCdEf"),
        (PREFIX + "prod/db", "prod/db", ""),
        (PREFIX + "name-a1b2", "name-a1b2", ""),  # four characters: a partial ARN (recorded)
        (PREFIX + "name-a1b2c3-", "name-a1b2c3-", ""),  # recorded
        (PREFIX + "name-a1b2c3", "name", "a1b2c3"),  # taken for a whole ARN even if the name ends so (recorded)
        (PREFIX + "name-a1b2c3-XyZ123", "name-a1b2c3", "XyZ123"),
    ],
)
def test_arn_of_a_secret_is_read(arn: str, name: str, suffix: str) -> None:
    assert arns.read_secret(arn) == arns.SecretArn("us-west-2", "123456789012", name, suffix)


@pytest.mark.parametrize(
    "arn",
    [
        "prod/db",
        "arn:aws:kms:us-west-2:123456789012:key/abc",
        PREFIX,
        "arn:aws:secretsmanager:us-west-2:123456789012:secret",
        "arn:aws-cn:secretsmanager:us-west-2:123456789012:secret:x",
    ],
)
def test_what_is_no_arn_of_a_secret_is_none(arn: str) -> None:
    assert arns.read_secret(arn) is None


def test_what_is_built_is_read_back() -> None:
    suffix = arns.random_suffix()
    arn = arns.secret("eu-west-1", "111122223333", "a/b", suffix)

    assert arns.read_secret(arn) == arns.SecretArn("eu-west-1", "111122223333", "a/b", suffix)
