"""From results to wire members: what is there, and what is absent. Facts: api.md 4 and 5."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from secrets_app.aws_json import codec, kms_replies, targets
from secrets_app.aws_json.replies import REPLIES
from secrets_app.models import Replica, RotationConfiguration, Secret, SecretVersion, Tag
from secrets_app.operations._operation import REGISTERED
from secrets_app.resource_policy import Finding
from secrets_app.results import (
    AttachedPolicy,
    Batch,
    BatchError,
    Deletion,
    Description,
    Page,
    SecretValue,
    Stored,
    VersionEntry,
    VersionPage,
)
from secrets_app.service_model import service
from secrets_app.versions import Value

ARN = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/db-a1B2c3"
CREATED = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)
CREATED_SECONDS = 1795510800.25
TOKEN = "d4f0c2f4-6f5e-4a39-9f0b-0c6f8f4a8c11"


def secret(**members: Any) -> Secret:
    return Secret(
        account_id="123456789012",
        region="us-west-2",
        name="prod/db",
        suffix="a1B2c3",
        created_at=CREATED,
        last_changed_at=CREATED,
        **members,
    )


def description(of: Secret, **members: Any) -> Description:
    given = {"versions_to_stages": {}, "tags": [], "rotation": None, "replicas": [], **members}
    return Description(of, **given)


def value(content: bytes, *, is_binary: bool = False) -> SecretValue:
    return SecretValue(ARN, "prod/db", TOKEN, CREATED, ["AWSCURRENT"], Value(content, is_binary))


def on_the_wire(operation: str, result: Any) -> Any:
    return orjson.loads(codec.encode(service("secretsmanager").operations[operation], REPLIES[operation](result)))


def test_every_operation_has_its_reply() -> None:
    assert set(REPLIES) == set(service("secretsmanager").operations)


def test_a_header_names_service_and_operation() -> None:
    found = targets.find("TrentService.DescribeKey")

    assert found is not None
    assert (found.service, found.model.name) == ("kms", "DescribeKey")
    assert targets.find("TrentService.GetSecretValue") is None
    assert targets.service_of("TrentService.NoSuchOperation") == "kms"
    assert targets.service_of("") == ""


def test_every_operation_of_kms_that_there_is_has_its_reply() -> None:
    assert set(kms_replies.REPLIES) == {name for service_name, name in REGISTERED if service_name == "kms"}


# --- a secret ----------------------------------------------------------------------------------------


def test_a_bare_secret_has_four_members_and_nothing_else() -> None:
    """Absent means absent: no empty description, no RotationEnabled false, no empty tags (recorded)."""
    assert on_the_wire("DescribeSecret", description(secret())) == {
        "ARN": ARN,
        "Name": "prod/db",
        "CreatedDate": CREATED_SECONDS,
        "LastChangedDate": CREATED_SECONDS,
    }


def test_a_secret_with_everything() -> None:
    full = secret(
        description="for the app",
        kms_key_id_given="alias/prod/app",
        type="Salesforce",
        owning_service="rds",
        last_accessed_on=date(2026, 11, 24),
        deleted_at=CREATED,
        deletion_at=datetime(2026, 12, 24, 9, tzinfo=UTC),
        primary_region="us-west-2",
    )
    rotation = RotationConfiguration(
        enabled=True,
        function_arn="arn:aws:lambda:us-west-2:123456789012:function:rotate",
        automatically_after_days=30,
        last_rotated_at=CREATED,
        next_window_start=datetime(2026, 12, 24, tzinfo=UTC),
        next_window_end=datetime(2026, 12, 24, 23, 59, 59, tzinfo=UTC),
    )
    replica = Replica(region="eu-west-1", status="InSync", status_message="Replication succeeded")

    reply = on_the_wire(
        "DescribeSecret",
        description(
            full,
            versions_to_stages={TOKEN: ["AWSCURRENT", "mine"]},
            tags=[Tag(key="team", value="blue"), Tag(key="empty", value="")],
            rotation=rotation,
            replicas=[replica],
        ),
    )

    assert reply == {
        "ARN": ARN,
        "Name": "prod/db",
        "Type": "Salesforce",
        "Description": "for the app",
        "KmsKeyId": "alias/prod/app",
        "RotationEnabled": True,
        "RotationLambdaARN": "arn:aws:lambda:us-west-2:123456789012:function:rotate",
        "RotationRules": {"AutomaticallyAfterDays": 30},
        "LastRotatedDate": CREATED_SECONDS,
        "NextRotationDate": 1798156799,
        "LastChangedDate": CREATED_SECONDS,
        "LastAccessedDate": 1795478400,
        "DeletedDate": 1798102800,
        "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "empty", "Value": ""}],
        "VersionIdsToStages": {TOKEN: ["AWSCURRENT", "mine"]},
        "OwningService": "rds",
        "CreatedDate": CREATED_SECONDS,
        "PrimaryRegion": "us-west-2",
        "ReplicationStatus": [
            {
                "Region": "eu-west-1",
                "KmsKeyId": "alias/aws/secretsmanager",
                "Status": "InSync",
                "StatusMessage": "Replication succeeded",
            }
        ],
    }


def test_tags_are_an_empty_list_once_there_were_some() -> None:
    """Recorded: never tagged is absent, untagged is []."""
    assert on_the_wire("DescribeSecret", description(secret(was_tagged=True)))["Tags"] == []


def test_cancelled_rotation_keeps_its_function_and_rules_and_has_no_next_date() -> None:
    rotation = RotationConfiguration(
        enabled=False,
        function_arn="arn:aws:lambda:us-west-2:123456789012:function:rotate",
        schedule_expression="rate(10 days)",
        duration="3h",
        next_window_end=CREATED,
    )

    reply = on_the_wire("DescribeSecret", description(secret(), rotation=rotation))

    assert reply["RotationEnabled"] is False
    assert reply["RotationRules"] == {"ScheduleExpression": "rate(10 days)", "Duration": "3h"}
    assert "NextRotationDate" not in reply
    assert "LastRotatedDate" not in reply


def test_rotation_by_hand_and_by_its_owner_has_no_rules_and_no_function() -> None:
    reply = on_the_wire("DescribeSecret", description(secret(), rotation=RotationConfiguration(enabled=True)))

    assert reply["RotationEnabled"] is True
    assert not {"RotationRules", "RotationLambdaARN", "NextRotationDate"} & set(reply)


def test_a_list_entry_names_its_versions_otherwise_and_has_no_replicas() -> None:
    item = description(secret(), versions_to_stages={TOKEN: ["AWSCURRENT"]}, replicas=[Replica(region="eu-west-1")])

    reply = on_the_wire("ListSecrets", Page([item]))

    assert reply == {
        "SecretList": [
            {
                "ARN": ARN,
                "Name": "prod/db",
                "LastChangedDate": CREATED_SECONDS,
                "CreatedDate": CREATED_SECONDS,
                "SecretVersionsToStages": {TOKEN: ["AWSCURRENT"]},
            }
        ]
    }


def test_an_empty_list_is_a_list() -> None:
    assert on_the_wire("ListSecrets", Page([])) == {"SecretList": []}
    assert on_the_wire("ListSecrets", Page([], "more")) == {"SecretList": [], "NextToken": "more"}


@pytest.mark.parametrize("operation", ["CreateSecret", "UpdateSecret", "RotateSecret", "CancelRotateSecret"])
def test_the_version_id_is_there_only_if_a_version_was_made(operation: str) -> None:
    assert on_the_wire(operation, Stored(secret())) == {"ARN": ARN, "Name": "prod/db"}
    assert on_the_wire(operation, Stored(secret(), TOKEN)) == {"ARN": ARN, "Name": "prod/db", "VersionId": TOKEN}


def test_a_new_secret_shows_the_replicas_it_was_asked_for() -> None:
    stored = Stored(secret(), TOKEN, replicas=[Replica(region="eu-west-1", kms_key_id_given="alias/eu")])

    assert on_the_wire("CreateSecret", stored)["ReplicationStatus"] == [
        {"Region": "eu-west-1", "KmsKeyId": "alias/eu", "Status": "InProgress"}
    ]


@pytest.mark.parametrize("operation", ["RestoreSecret", "UpdateSecretVersionStage"])
def test_some_operations_answer_arn_and_name(operation: str) -> None:
    assert on_the_wire(operation, secret()) == {"ARN": ARN, "Name": "prod/db"}


def test_a_deletion_has_its_date() -> None:
    assert on_the_wire("DeleteSecret", Deletion(ARN, "prod/db", CREATED)) == {
        "ARN": ARN,
        "Name": "prod/db",
        "DeletionDate": CREATED_SECONDS,
    }


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_tagging_answers_nothing(operation: str) -> None:
    assert on_the_wire(operation, None) == {}


# --- its value ---------------------------------------------------------------------------------------


def test_a_string_value() -> None:
    assert on_the_wire("GetSecretValue", value("pässword".encode())) == {
        "ARN": ARN,
        "Name": "prod/db",
        "VersionId": TOKEN,
        "SecretString": "pässword",
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": CREATED_SECONDS,
    }


def test_a_binary_value_is_base64_and_no_string() -> None:
    reply = on_the_wire("GetSecretValue", value(b"footest", is_binary=True))

    assert reply["SecretBinary"] == "Zm9vdGVzdA=="
    assert "SecretString" not in reply


def test_a_version_without_labels_has_no_version_stages() -> None:
    assert "VersionStages" not in on_the_wire("GetSecretValue", replace(value(b"x"), staging_labels=[]))


def test_a_batch_has_its_errors_even_if_there_are_none() -> None:
    reply = on_the_wire("BatchGetSecretValue", Batch([value(b"x")], []))

    assert reply["Errors"] == []
    assert reply["SecretValues"][0]["SecretString"] == "x"


def test_a_batch_tells_what_it_could_not_read() -> None:
    error = BatchError("nope", "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")

    assert on_the_wire("BatchGetSecretValue", Batch([], [error], "more")) == {
        "SecretValues": [],
        "Errors": [
            {
                "SecretId": "nope",
                "ErrorCode": "ResourceNotFoundException",
                "Message": "Secrets Manager can't find the specified secret.",
            }
        ],
        "NextToken": "more",
    }


def test_a_put_tells_the_labels_of_the_new_version() -> None:
    assert on_the_wire("PutSecretValue", Stored(secret(), TOKEN, ["AWSPENDING"])) == {
        "ARN": ARN,
        "Name": "prod/db",
        "VersionId": TOKEN,
        "VersionStages": ["AWSPENDING"],
    }


def test_a_random_password() -> None:
    assert on_the_wire("GetRandomPassword", "hunter2") == {"RandomPassword": "hunter2"}


# --- its versions, replicas and policy -------------------------------------------------------------------


def test_versions_with_and_without_labels() -> None:
    read = SecretVersion(version_id="one", created_at=CREATED, last_accessed_on=date(2026, 11, 24))
    plain = SecretVersion(version_id="two", created_at=CREATED)
    entries = [VersionEntry(read, ["AWSCURRENT"], ["DefaultEncryptionKey"]), VersionEntry(plain, [], [])]

    assert on_the_wire("ListSecretVersionIds", VersionPage(secret(), entries)) == {
        "ARN": ARN,
        "Name": "prod/db",
        "Versions": [
            {
                "VersionId": "one",
                "VersionStages": ["AWSCURRENT"],
                "LastAccessedDate": 1795478400,
                "CreatedDate": CREATED_SECONDS,
                "KmsKeyIds": ["DefaultEncryptionKey"],
            },
            {"VersionId": "two", "CreatedDate": CREATED_SECONDS},
        ],
    }


@pytest.mark.parametrize("operation", ["ReplicateSecretToRegions", "RemoveRegionsFromReplication"])
def test_replicas_are_a_list_even_if_none_is_left(operation: str) -> None:
    assert on_the_wire(operation, Stored(secret(), replicas=[])) == {"ARN": ARN, "ReplicationStatus": []}


def test_a_replica_shows_when_it_was_last_read() -> None:
    replica = Replica(region="eu-west-1", secret=secret(last_accessed_on=date(2026, 11, 24)))

    reply = on_the_wire("ReplicateSecretToRegions", Stored(secret(), replicas=[replica]))

    assert reply["ReplicationStatus"][0]["LastAccessedDate"] == 1795478400


def test_a_promoted_replica_answers_its_arn_alone() -> None:
    assert on_the_wire("StopReplicationToReplica", secret()) == {"ARN": ARN}


def test_without_a_policy_the_member_is_absent() -> None:
    for operation in ("GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy"):
        assert on_the_wire(operation, AttachedPolicy(secret(), None)) == {"ARN": ARN, "Name": "prod/db"}


def test_a_policy_comes_back_byte_for_byte() -> None:
    document = '{ "Version" : "2012-10-17",\n"Statement": [] }'

    assert on_the_wire("GetResourcePolicy", AttachedPolicy(secret(), document))["ResourcePolicy"] == document


def test_policies_are_listed_by_name() -> None:
    assert on_the_wire("ListResourcePolicies", ["default"]) == {"ResourcePolicies": [{"PolicyName": "default"}]}
    assert on_the_wire("ListResourcePolicies", []) == {"ResourcePolicies": []}


def test_validation_names_every_failed_check() -> None:
    findings = [Finding("SYNTAX", "This resource policy contains a syntax error.", "detail", 3)]

    assert on_the_wire("ValidateResourcePolicy", findings) == {
        "PolicyValidationPassed": False,
        "ValidationErrors": [{"CheckName": "SYNTAX", "ErrorMessage": "This resource policy contains a syntax error."}],
    }
    assert on_the_wire("ValidateResourcePolicy", []) == {"PolicyValidationPassed": True, "ValidationErrors": []}
