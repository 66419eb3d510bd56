"""GetSecretValue, BatchGetSecretValue and PutSecretValue by boto3. Facts: api.md 3, 4.3, 4.4, 5.2 to 5.4."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secrets_app.models import KmsKey
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

NOT_FOUND = Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


@pytest.fixture
def first(aws: Any) -> str:
    """The version id of prod/db's only version."""
    return str(aws.create_secret(Name="prod/db", SecretString="one")["VersionId"])


def labels(aws: Any) -> dict[str, list[str]]:
    return {
        version: sorted(stages)
        for version, stages in aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"].items()
    }


# --- GetSecretValue --------------------------------------------------------------------------------------


def test_a_value_comes_with_its_version(aws: Any, first: str) -> None:
    reply = aws.get_secret_value(SecretId="prod/db")

    assert set(reply) - {"ResponseMetadata"} == {
        "ARN",
        "Name",
        "VersionId",
        "SecretString",
        "VersionStages",
        "CreatedDate",
    }
    assert (reply["VersionId"], reply["SecretString"], reply["VersionStages"]) == (first, "one", ["AWSCURRENT"])
    assert datetime.now(UTC) - reply["CreatedDate"] < timedelta(minutes=1)


@pytest.mark.parametrize(
    "value", ["x", " ", '{"user": "é"}', "line\r\nline\n", "秘密 🔐", "\x00\x01\x7f", "z" * 65_536], ids=len
)
def test_a_string_comes_back_as_it_was(aws: Any, value: str) -> None:
    aws.create_secret(Name="a", SecretString=value)

    assert aws.get_secret_value(SecretId="a")["SecretString"] == value


@pytest.mark.parametrize("value", [b"\x00", b"footest", bytes(range(256)), b"\xff" * 65_536], ids=len)
def test_bytes_come_back_as_they_were(aws: Any, value: bytes) -> None:
    aws.create_secret(Name="a", SecretBinary=value)

    reply = aws.get_secret_value(SecretId="a")

    assert reply["SecretBinary"] == value
    assert "SecretString" not in reply


def test_a_version_by_id_by_label_and_by_both(aws: Any, first: str) -> None:
    second = aws.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"]

    def read(**which: str) -> str:
        return str(aws.get_secret_value(SecretId="prod/db", **which)["SecretString"])

    assert read(VersionId=first) == "one"
    assert read(VersionStage="AWSPREVIOUS") == "one"
    assert read(VersionId=second, VersionStage="AWSCURRENT") == "two"
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=first, VersionStage="AWSCURRENT") == Refusal(
        "InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId."
    )


def test_what_there_is_not(aws: Any, first: str) -> None:
    missing = str(uuid.uuid4())

    assert refused(aws.get_secret_value, SecretId="nope") == NOT_FOUND
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionStage="AWSPENDING") == Refusal(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=missing) == Refusal(
        "ResourceNotFoundException", f"Secrets Manager can't find the specified secret value for VersionId: {missing}"
    )


def test_a_secret_without_a_value(aws: Any) -> None:
    aws.create_secret(Name="empty")

    assert refused(aws.get_secret_value, SecretId="empty") == Refusal(
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    )


def test_the_arn_is_always_the_whole_one(aws: Any, first: str) -> None:
    arn = aws.describe_secret(SecretId="prod/db")["ARN"]

    assert aws.get_secret_value(SecretId=arn[:-7])["ARN"] == arn


def test_reading_is_noted_by_the_day(aws: Any, first: str) -> None:
    assert "LastAccessedDate" not in aws.describe_secret(SecretId="prod/db")

    aws.get_secret_value(SecretId="prod/db")

    accessed = aws.describe_secret(SecretId="prod/db")["LastAccessedDate"].astimezone(UTC)
    assert (accessed.date(), accessed.hour, accessed.minute) == (datetime.now(UTC).date(), 0, 0)


def test_a_disabled_key_closes_its_secrets_and_enabling_it_opens_them(
    aws: Any, alice: Person, aws_as: MakeClient
) -> None:
    key = factories.make_key("alias/prod/app")
    aws.create_secret(Name="a", SecretString="x", KmsKeyId=key.key_id)
    kms = aws_as(alice, service="kms")

    kms.disable_key(KeyId=key.key_id)
    assert refused(aws.get_secret_value, SecretId="a").code == "DecryptionFailure"
    assert refused(aws.put_secret_value, SecretId="a", SecretString="y").code == "EncryptionFailure"
    kms.enable_key(KeyId=key.key_id)

    assert aws.get_secret_value(SecretId="a")["SecretString"] == "x"
    assert KmsKey.objects.get(pk=key.pk).is_enabled


# --- PutSecretValue --------------------------------------------------------------------------------------


def test_a_new_value_is_current_and_the_old_one_previous(aws: Any, first: str) -> None:
    reply = aws.put_secret_value(SecretId="prod/db", SecretString="two")

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "Name", "VersionId", "VersionStages"}
    assert reply["VersionStages"] == ["AWSCURRENT"]
    assert labels(aws) == {first: ["AWSPREVIOUS"], reply["VersionId"]: ["AWSCURRENT"]}


def test_a_third_value_leaves_the_first_without_labels(aws: Any, first: str) -> None:
    aws.put_secret_value(SecretId="prod/db", SecretString="two")
    aws.put_secret_value(SecretId="prod/db", SecretString="three")

    assert first not in labels(aws)
    reply = aws.get_secret_value(SecretId="prod/db", VersionId=first)
    assert reply["SecretString"] == "one"
    assert "VersionStages" not in reply


def test_labels_can_be_chosen(aws: Any, first: str) -> None:
    reply = aws.put_secret_value(SecretId="prod/db", SecretString="two", VersionStages=["AWSPENDING", "mine"])

    assert labels(aws) == {first: ["AWSCURRENT"], reply["VersionId"]: ["AWSPENDING", "mine"]}
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_the_same_token_and_value_again_is_no_new_version(aws: Any, first: str) -> None:
    reply = aws.put_secret_value(SecretId="prod/db", SecretString="one", ClientRequestToken=first)

    assert reply["VersionId"] == first
    assert labels(aws) == {first: ["AWSCURRENT"]}
    assert refused(aws.put_secret_value, SecretId="prod/db", SecretString="other", ClientRequestToken=first).code == (
        "ResourceExistsException"
    )


def test_the_same_value_under_a_new_token_is_a_new_version(aws: Any, first: str) -> None:
    assert aws.put_secret_value(SecretId="prod/db", SecretString="one")["VersionId"] != first


def test_a_value_is_needed(aws: Any, first: str) -> None:
    assert refused(aws.put_secret_value, SecretId="prod/db") == Refusal(
        "InvalidRequestException", "You must provide either SecretString or SecretBinary."
    )


def test_a_value_has_its_size_in_bytes(aws: Any, first: str) -> None:
    refusal = refused(aws.put_secret_value, SecretId="prod/db", SecretString="é" * 40_000)

    assert refusal.code == "ValidationException"
    assert "é" not in refusal.message


# --- BatchGetSecretValue -----------------------------------------------------------------------------------


@pytest.fixture
def three(aws: Any) -> list[str]:
    for name in ("batch/a", "batch/b", "batch/c"):
        aws.create_secret(Name=name, SecretString=f"value of {name}")
    return ["batch/a", "batch/b", "batch/c"]


def test_several_values_by_name(aws: Any, three: list[str]) -> None:
    reply = aws.batch_get_secret_value(SecretIdList=three)

    assert [value["SecretString"] for value in reply["SecretValues"]] == [f"value of {name}" for name in three]
    assert reply["Errors"] == []
    assert "NextToken" not in reply


def test_what_cannot_be_read_is_told_per_secret(aws: Any, three: list[str]) -> None:
    aws.delete_secret(SecretId="batch/b")

    reply = aws.batch_get_secret_value(SecretIdList=[*three, "nope"])

    assert [value["Name"] for value in reply["SecretValues"]] == ["batch/a", "batch/c"]
    assert reply["Errors"] == [
        {
            "SecretId": "batch/b",
            "ErrorCode": "InvalidRequestException",
            "Message": "You can't perform this operation on the secret because it was marked for deletion.",
        },
        {"SecretId": "nope", "ErrorCode": NOT_FOUND.code, "Message": NOT_FOUND.message},
    ]


def test_values_by_filter_and_page(aws: Any, three: list[str]) -> None:
    filters = [{"Key": "name", "Values": ["batch/"]}]
    one = aws.batch_get_secret_value(Filters=filters, MaxResults=2)
    two = aws.batch_get_secret_value(Filters=filters, MaxResults=2, NextToken=one["NextToken"])

    assert [value["Name"] for value in one["SecretValues"] + two["SecretValues"]] == three
    assert "NextToken" not in two


def test_ids_or_filters_but_not_both(aws: Any) -> None:
    either = Refusal("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.")
    filters = [{"Key": "name", "Values": ["a"]}]

    assert refused(aws.batch_get_secret_value) == either
    assert refused(aws.batch_get_secret_value, SecretIdList=["a"], Filters=filters) == either
    assert refused(aws.batch_get_secret_value, SecretIdList=["a"], MaxResults=5) == Refusal(
        "InvalidParameterException",
        "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    )
