"""ListSecretVersionIds and UpdateSecretVersionStage by boto3. Facts: api.md 4.4, 4.5, 5.6 and 5.7."""

import uuid
from typing import Any

import pytest

from tests import factories
from tests.aws.wire import Refusal, refused


@pytest.fixture
def two(aws: Any) -> tuple[str, str]:
    """prod/db's versions: the previous and the current one."""
    first = aws.create_secret(Name="prod/db", SecretString="one")["VersionId"]
    return str(first), str(aws.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"])


def labels(aws: Any) -> dict[str, list[str]]:
    return {
        version: sorted(stages)
        for version, stages in aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"].items()
    }


def test_versions_are_listed_with_what_they_carry(aws: Any, two: tuple[str, str]) -> None:
    reply = aws.list_secret_version_ids(SecretId="prod/db")

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "Name", "Versions"}
    assert reply["ARN"] == aws.describe_secret(SecretId="prod/db")["ARN"]
    by_id = {version["VersionId"]: version for version in reply["Versions"]}
    assert set(by_id) == set(two)
    assert set(by_id[two[1]]) == {"VersionId", "VersionStages", "CreatedDate", "KmsKeyIds"}
    assert by_id[two[1]]["KmsKeyIds"] == ["DefaultEncryptionKey"]
    assert by_id[two[1]]["VersionStages"] == ["AWSCURRENT"]


def test_a_version_that_was_read_says_when(aws: Any, two: tuple[str, str]) -> None:
    """Recorded: only the version that was read."""
    aws.get_secret_value(SecretId="prod/db", VersionId=two[0])

    read = {
        version["VersionId"]
        for version in aws.list_secret_version_ids(SecretId="prod/db")["Versions"]
        if "LastAccessedDate" in version
    }
    assert read == {two[0]}


def test_a_customer_key_is_named(aws: Any) -> None:
    key = factories.make_key("alias/prod/app")
    aws.create_secret(Name="a", SecretString="x", KmsKeyId="alias/prod/app")

    assert aws.list_secret_version_ids(SecretId="a")["Versions"][0]["KmsKeyIds"] == [key.arn]


def test_versions_without_labels_are_deprecated(aws: Any, two: tuple[str, str]) -> None:
    aws.put_secret_value(SecretId="prod/db", SecretString="three")

    listed = [version["VersionId"] for version in aws.list_secret_version_ids(SecretId="prod/db")["Versions"]]
    with_deprecated = aws.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=True)["Versions"]

    assert two[0] not in listed
    assert len(with_deprecated) == 3
    deprecated = next(version for version in with_deprecated if version["VersionId"] == two[0])
    assert "VersionStages" not in deprecated


def test_a_secret_without_a_value_has_no_versions(aws: Any) -> None:
    aws.create_secret(Name="empty")

    assert aws.list_secret_version_ids(SecretId="empty")["Versions"] == []


def test_pages_of_versions(aws: Any, two: tuple[str, str]) -> None:
    one = aws.list_secret_version_ids(SecretId="prod/db", MaxResults=1)
    rest = aws.list_secret_version_ids(SecretId="prod/db", MaxResults=1, NextToken=one["NextToken"])

    assert [version["VersionId"] for version in one["Versions"] + rest["Versions"]] == [two[1], two[0]]
    assert "NextToken" not in rest


def test_versions_of_nothing(aws: Any) -> None:
    assert refused(aws.list_secret_version_ids, SecretId="nope").code == "ResourceNotFoundException"


# --- UpdateSecretVersionStage ------------------------------------------------------------------------------


def test_awscurrent_moves_back_and_leaves_awsprevious(aws: Any, two: tuple[str, str]) -> None:
    previous, current = two

    reply = aws.update_secret_version_stage(
        SecretId="prod/db", VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=previous
    )

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "Name"}
    assert labels(aws) == {previous: ["AWSCURRENT"], current: ["AWSPREVIOUS"]}
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_a_label_of_ones_own_is_attached_moved_and_removed(aws: Any, two: tuple[str, str]) -> None:
    def change(**members: str) -> None:
        aws.update_secret_version_stage(SecretId="prod/db", VersionStage="mine", **members)

    change(MoveToVersionId=two[0])
    assert labels(aws) == {two[0]: ["AWSPREVIOUS", "mine"], two[1]: ["AWSCURRENT"]}
    change(RemoveFromVersionId=two[0], MoveToVersionId=two[1])
    assert labels(aws) == {two[0]: ["AWSPREVIOUS"], two[1]: ["AWSCURRENT", "mine"]}
    change(RemoveFromVersionId=two[1])
    assert labels(aws) == {two[0]: ["AWSPREVIOUS"], two[1]: ["AWSCURRENT"]}


def test_a_label_that_is_elsewhere_has_to_be_taken_from_there(aws: Any, two: tuple[str, str]) -> None:
    """Verified."""
    assert refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage="AWSCURRENT", MoveToVersionId=two[0]
    ) == Refusal(
        "InvalidParameterException",
        "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version "
        f"{two[1]}, so you must explicitly reference that version in RemoveFromVersionId.",
    )
    assert refused(
        aws.update_secret_version_stage,
        SecretId="prod/db",
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=two[0],
        MoveToVersionId=two[0],
    ) == Refusal(
        "InvalidParameterException",
        "When you move staging label AWSCURRENT, if you specify RemoveFromVersionId, it must be set to the version "
        "that currently has the staging label AWSCURRENT.",
    )


def test_awscurrent_is_never_just_removed(aws: Any, two: tuple[str, str]) -> None:
    assert refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage="AWSCURRENT", RemoveFromVersionId=two[1]
    ).code == ("InvalidParameterException")
    assert labels(aws)[two[1]] == ["AWSCURRENT"]


def test_a_version_that_does_not_exist(aws: Any, two: tuple[str, str]) -> None:
    missing = str(uuid.uuid4())

    assert refused(
        aws.update_secret_version_stage, SecretId="prod/db", VersionStage="mine", MoveToVersionId=missing
    ) == Refusal(
        "ResourceNotFoundException", f"Secrets Manager can't find the specified secret value for VersionId: {missing}"
    )
