"""CreateSecret, DescribeSecret, UpdateSecret, ListSecrets, DeleteSecret and RestoreSecret by boto3. Facts: api.md 5."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import factories
from tests.aws.wire import Refusal, refused

NOT_FOUND = Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
INVALID_NAME = Refusal(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
MARKED = Refusal(
    "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion."
)


def members(reply: dict[str, Any]) -> set[str]:
    return set(reply) - {"ResponseMetadata"}


def names(reply: dict[str, Any]) -> list[str]:
    return [entry["Name"] for entry in reply["SecretList"]]


# --- CreateSecret ----------------------------------------------------------------------------------------


def test_a_new_secret_with_a_value(aws: Any) -> None:
    token = str(uuid.uuid4())

    reply = aws.create_secret(Name="prod/db", SecretString="x", ClientRequestToken=token)

    assert members(reply) == {"ARN", "Name", "VersionId"}
    assert re.fullmatch(r"arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/db-[A-Za-z0-9]{6}", reply["ARN"])
    assert reply["VersionId"] == token


def test_a_new_secret_without_a_value_has_no_version(aws: Any) -> None:
    """Recorded."""
    assert members(aws.create_secret(Name="empty")) == {"ARN", "Name"}
    assert members(aws.describe_secret(SecretId="empty")) == {"ARN", "Name", "CreatedDate", "LastChangedDate"}


def test_the_same_request_again_answers_the_same(aws: Any) -> None:
    """Verified: same token and value is the first answer again."""
    request = {"Name": "prod/db", "SecretString": "x", "ClientRequestToken": str(uuid.uuid4())}

    first, second = aws.create_secret(**request), aws.create_secret(**request)

    assert {name: first[name] for name in members(first)} == {name: second[name] for name in members(second)}


def test_a_token_stands_for_one_value(aws: Any) -> None:
    token = str(uuid.uuid4())
    arn = aws.create_secret(Name="prod/db", SecretString="x", ClientRequestToken=token)["ARN"]

    assert refused(aws.create_secret, Name="prod/db", SecretString="y", ClientRequestToken=token) == Refusal(
        "ResourceExistsException",
        f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret {arn}.",
    )


def test_a_name_is_taken_once(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")

    assert refused(aws.create_secret, Name="prod/db", SecretString="x") == Refusal(
        "ResourceExistsException", "The operation failed because the secret prod/db already exists."
    )


def test_a_name_stays_taken_while_its_secret_is_marked_for_deletion(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")
    aws.delete_secret(SecretId="prod/db")

    assert refused(aws.create_secret, Name="prod/db", SecretString="x") == Refusal(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )


@pytest.mark.parametrize("name", ["with space", "käse", "semi;colon", "star*", "arn-like:secret"])
def test_a_name_has_its_characters(aws: Any, name: str) -> None:
    """Recorded, for CreateSecret and for every SecretId that is no ARN."""
    assert refused(aws.create_secret, Name=name) == INVALID_NAME
    assert refused(aws.describe_secret, SecretId=name) == INVALID_NAME
    assert refused(aws.delete_secret, SecretId=name) == INVALID_NAME


def test_a_name_has_its_length(aws: Any) -> None:
    assert refused(aws.create_secret, Name="n" * 513) == Refusal(
        "ValidationException",
        f"1 validation error detected: Value '{'n' * 513}' at 'name' failed to satisfy constraint: "
        "Member must have length less than or equal to 512",
    )


def test_one_value_not_two(aws: Any) -> None:
    assert refused(aws.create_secret, Name="a", SecretString="x", SecretBinary=b"x") == Refusal(
        "InvalidParameterException",
        "You can't specify both a binary secret value and a string secret value in the same secret.",
    )


def test_a_key_that_does_not_exist(aws: Any) -> None:
    assert refused(aws.create_secret, Name="a", SecretString="x", KmsKeyId="alias/nope") == Refusal(
        "InvalidParameterException", "The operation failed because of an invalid KMS key: Invalid keyId"
    )


# --- DescribeSecret ----------------------------------------------------------------------------------------


def test_everything_that_was_given_is_described(aws: Any) -> None:
    factories.make_key("alias/prod/app")
    created = aws.create_secret(
        Name="prod/db",
        SecretString="x",
        Description="for the app",
        KmsKeyId="alias/prod/app",
        Tags=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "prod"}],
    )

    reply = aws.describe_secret(SecretId="prod/db")

    assert reply["ARN"] == created["ARN"]
    assert reply["Description"] == "for the app"
    assert reply["KmsKeyId"] == "alias/prod/app"
    assert reply["Tags"] == [{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "prod"}]
    assert reply["VersionIdsToStages"] == {created["VersionId"]: ["AWSCURRENT"]}
    assert datetime.now(UTC) - reply["CreatedDate"] < timedelta(minutes=1)


def test_a_secret_goes_by_name_arn_and_partial_arn(aws: Any) -> None:
    arn = aws.create_secret(Name="prod/db")["ARN"]

    for secret_id in ("prod/db", arn, arn[:-7]):
        assert aws.describe_secret(SecretId=secret_id)["ARN"] == arn
    assert refused(aws.describe_secret, SecretId=arn[:-1] + "?") == NOT_FOUND
    assert refused(aws.describe_secret, SecretId=arn.replace("us-west-2", "us-east-1")) == NOT_FOUND
    assert refused(aws.describe_secret, SecretId="prod/db" + arn[-7:]) == NOT_FOUND


def test_a_partial_arn_that_looks_complete_is_taken_for_complete(aws: Any) -> None:
    """Recorded: a name that ends in a hyphen and six characters."""
    arn = aws.create_secret(Name="name-a1b2c3")["ARN"]

    assert refused(aws.describe_secret, SecretId=arn[:-7]) == NOT_FOUND
    assert aws.describe_secret(SecretId="name-a1b2c3")["ARN"] == arn


def test_a_secret_that_does_not_exist(aws: Any) -> None:
    assert refused(aws.describe_secret, SecretId="nope") == NOT_FOUND


# --- UpdateSecret ----------------------------------------------------------------------------------------


def test_an_update_without_a_value_makes_no_version(aws: Any) -> None:
    before = aws.create_secret(Name="prod/db", SecretString="x")

    reply = aws.update_secret(SecretId="prod/db", Description="new")

    assert members(reply) == {"ARN", "Name"}
    described = aws.describe_secret(SecretId="prod/db")
    assert described["Description"] == "new"
    assert list(described["VersionIdsToStages"]) == [before["VersionId"]]


def test_an_update_with_a_value_makes_it_current(aws: Any) -> None:
    before = aws.create_secret(Name="prod/db", SecretString="x")["VersionId"]

    after = aws.update_secret(SecretId="prod/db", SecretString="y")["VersionId"]

    assert aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"] == {
        before: ["AWSPREVIOUS"],
        after: ["AWSCURRENT"],
    }


def test_an_empty_description_is_absent(aws: Any) -> None:
    aws.create_secret(Name="prod/db", Description="old")

    aws.update_secret(SecretId="prod/db", Description="")

    assert "Description" not in aws.describe_secret(SecretId="prod/db")


def test_an_empty_key_goes_back_to_the_default(aws: Any) -> None:
    factories.make_key("alias/prod/app")
    aws.create_secret(Name="prod/db", SecretString="x", KmsKeyId="alias/prod/app")

    aws.update_secret(SecretId="prod/db", KmsKeyId="")

    assert "KmsKeyId" not in aws.describe_secret(SecretId="prod/db")
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "x"


# --- DeleteSecret and RestoreSecret ------------------------------------------------------------------------


def test_a_deletion_waits_for_thirty_days(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")

    reply = aws.delete_secret(SecretId="prod/db")

    assert members(reply) == {"ARN", "Name", "DeletionDate"}
    assert timedelta(days=29, hours=23) < reply["DeletionDate"] - datetime.now(UTC) < timedelta(days=30, minutes=1)
    described = aws.describe_secret(SecretId="prod/db")
    assert described["DeletedDate"] == reply["DeletionDate"]
    assert described["VersionIdsToStages"]


def test_what_is_marked_for_deletion_is_described_and_nothing_else(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")
    aws.delete_secret(SecretId="prod/db")

    assert refused(aws.get_secret_value, SecretId="prod/db") == MARKED
    assert refused(aws.put_secret_value, SecretId="prod/db", SecretString="y") == MARKED
    assert refused(aws.update_secret, SecretId="prod/db", Description="y") == MARKED
    assert refused(aws.tag_resource, SecretId="prod/db", Tags=[{"Key": "a", "Value": "b"}]) == MARKED
    assert refused(aws.untag_resource, SecretId="prod/db", TagKeys=["a"]) == MARKED
    assert refused(aws.get_resource_policy, SecretId="prod/db") == MARKED
    assert refused(aws.delete_secret, SecretId="prod/db") == MARKED
    assert aws.list_secret_version_ids(SecretId="prod/db")["Versions"]


def test_a_restored_secret_is_as_before(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")
    aws.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)

    assert members(aws.restore_secret(SecretId="prod/db")) == {"ARN", "Name"}

    assert "DeletedDate" not in aws.describe_secret(SecretId="prod/db")
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "x"


def test_a_forced_deletion_is_at_once_and_frees_the_name(aws: Any) -> None:
    first = aws.create_secret(Name="prod/db", SecretString="x")["ARN"]

    reply = aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    assert abs(reply["DeletionDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert refused(aws.describe_secret, SecretId="prod/db") == NOT_FOUND
    assert aws.create_secret(Name="prod/db")["ARN"] != first


def test_a_forced_deletion_of_nothing_succeeds(aws: Any) -> None:
    """Recorded, with an ARN made up."""
    reply = aws.delete_secret(SecretId="nope", ForceDeleteWithoutRecovery=True)

    assert reply["Name"] == "nope"
    assert ":secret:nope-" in reply["ARN"]
    assert refused(aws.delete_secret, SecretId="nope") == NOT_FOUND


@pytest.mark.parametrize("days", [0, 6, 31])
def test_a_recovery_window_has_its_limits(aws: Any, days: int) -> None:
    aws.create_secret(Name="prod/db")

    refusal = refused(aws.delete_secret, SecretId="prod/db", RecoveryWindowInDays=days)

    assert refusal.code == "InvalidParameterException"
    assert "RecoveryWindowInDays value must be between 7 and 30 days (inclusive)" in refusal.message


def test_force_and_a_window_do_not_go_together(aws: Any) -> None:
    assert refused(aws.delete_secret, SecretId="a", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True) == Refusal(
        "InvalidParameterException",
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )


# --- ListSecrets -------------------------------------------------------------------------------------------


@pytest.fixture
def five(aws: Any) -> list[str]:
    created = ["prod/app/one", "prod/app/two", "dev/one", "Testing", "zebra"]
    for name in created:
        aws.create_secret(Name=name, SecretString="x", Description=f"The {name} secret")
    return created


def test_secrets_are_listed_oldest_first(aws: Any, five: list[str]) -> None:
    reply = aws.list_secrets()

    assert names(reply) == five
    assert "NextToken" not in reply
    assert members(reply["SecretList"][0]) == {
        "ARN",
        "Name",
        "Description",
        "CreatedDate",
        "LastChangedDate",
        "SecretVersionsToStages",
    }


def test_pages_hold_every_secret_once(aws: Any, five: list[str]) -> None:
    pages = list(aws.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2}))

    assert [len(page["SecretList"]) for page in pages] == [2, 2, 1]
    assert [name for page in pages for name in names(page)] == five


def test_orders(aws: Any, five: list[str]) -> None:
    assert names(aws.list_secrets(SortBy="name", SortOrder="asc")) == sorted(five)
    assert names(aws.list_secrets(SortOrder="desc")) == five[::-1]


@pytest.mark.parametrize(
    ("key", "values", "found"),
    [
        ("name", ["prod/"], ["prod/app/one", "prod/app/two"]),
        ("name", ["PROD/"], []),
        ("name", ["!prod/"], ["dev/one", "Testing", "zebra"]),
        ("name", ["zeb", "dev"], ["dev/one", "zebra"]),
        ("description", ["the ONE"], ["prod/app/one", "dev/one"]),
        ("all", ["app"], ["prod/app/one", "prod/app/two"]),
    ],
)
def test_filters(aws: Any, five: list[str], key: str, values: list[str], found: list[str]) -> None:
    assert names(aws.list_secrets(Filters=[{"Key": key, "Values": values}])) == found


def test_a_filter_has_its_keys(aws: Any) -> None:
    refusal = refused(aws.list_secrets, Filters=[{"Key": "colour", "Values": ["red"]}])

    assert refusal.code == "ValidationException"
    assert refusal.message.startswith(
        "1 validation error detected: Value 'colour' at 'filters.1.member.key' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )


def test_planned_deletions_are_listed_only_on_request(aws: Any, five: list[str]) -> None:
    aws.delete_secret(SecretId="dev/one")

    assert "dev/one" not in names(aws.list_secrets())
    assert "dev/one" in names(aws.list_secrets(IncludePlannedDeletion=True))


@pytest.mark.parametrize("token", ["x", "x" * 100, "="])
def test_a_token_that_was_never_given(aws: Any, token: str) -> None:
    assert refused(aws.list_secrets, NextToken=token).code == "InvalidNextTokenException"


def test_a_token_is_good_for_its_own_question(aws: Any, five: list[str]) -> None:
    token = aws.list_secrets(MaxResults=2)["NextToken"]

    assert refused(aws.list_secrets, MaxResults=2, NextToken=token, SortBy="name").code == "InvalidNextTokenException"
