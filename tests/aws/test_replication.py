"""ReplicateSecretToRegions, RemoveRegionsFromReplication and StopReplicationToReplica by boto3. Facts: api.md 4.12."""

from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app import replication
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

READ_ONLY = Refusal(
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)


@pytest.fixture(autouse=True)
def arn(aws: Any) -> str:
    return str(aws.create_secret(Name="prod/db", SecretString="one", Description="for the app")["ARN"])


@pytest.fixture
def aws_in_europe(alice: Person, aws_as: MakeClient) -> Any:
    return aws_as(alice, region="eu-west-1")


def replicate(aws: Any, *regions: str, **members: Any) -> Any:
    return aws.replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": region} for region in regions], **members
    )


def work() -> None:
    """What the scheduler does every second."""
    replication.run_due(datetime.now(UTC), "tests")


def test_replicas_are_in_progress_and_then_in_sync(aws: Any, arn: str) -> None:
    reply = replicate(aws, "eu-west-1", "us-east-1")

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "ReplicationStatus"}
    assert reply["ARN"] == arn
    assert reply["ReplicationStatus"] == [
        {"Region": region, "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}
        for region in ("eu-west-1", "us-east-1")
    ]

    work()
    described = aws.describe_secret(SecretId="prod/db")
    assert described["PrimaryRegion"] == "us-west-2"
    assert {entry["Status"] for entry in described["ReplicationStatus"]} == {"InSync"}
    assert {entry["StatusMessage"] for entry in described["ReplicationStatus"]} == {"Replication succeeded"}


def test_a_replica_is_the_same_secret_in_its_own_region(aws: Any, aws_in_europe: Any, arn: str) -> None:
    replicate(aws, "eu-west-1")
    work()

    described = aws_in_europe.describe_secret(SecretId="prod/db")
    assert described["ARN"] == arn.replace("us-west-2", "eu-west-1")
    assert (described["PrimaryRegion"], described["Description"]) == ("us-west-2", "for the app")
    assert "ReplicationStatus" not in described
    assert aws_in_europe.get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_a_replica_follows_and_is_read_only(aws: Any, aws_in_europe: Any) -> None:
    replicate(aws, "eu-west-1")
    work()
    version = aws.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"]
    work()

    reply = aws_in_europe.get_secret_value(SecretId="prod/db")
    assert (reply["SecretString"], reply["VersionId"]) == ("two", version)
    assert refused(aws_in_europe.put_secret_value, SecretId="prod/db", SecretString="x") == READ_ONLY
    assert refused(aws_in_europe.update_secret, SecretId="prod/db", Description="x") == READ_ONLY
    assert refused(aws_in_europe.delete_secret, SecretId="prod/db") == READ_ONLY
    assert refused(aws_in_europe.tag_resource, SecretId="prod/db", Tags=[{"Key": "a", "Value": "b"}]) == READ_ONLY


def test_a_replica_that_was_read_says_when(aws: Any, aws_in_europe: Any) -> None:
    replicate(aws, "eu-west-1")
    work()
    aws_in_europe.get_secret_value(SecretId="prod/db")

    (status,) = aws.describe_secret(SecretId="prod/db")["ReplicationStatus"]
    assert status["LastAccessedDate"].astimezone(UTC).date() == datetime.now(UTC).date()


def test_a_replica_has_a_key_of_its_own(aws: Any, aws_in_europe: Any) -> None:
    factories.make_key("alias/eu/app", region="eu-west-1")

    aws.replicate_secret_to_regions(
        SecretId="prod/db", AddReplicaRegions=[{"Region": "eu-west-1", "KmsKeyId": "alias/eu/app"}]
    )
    work()

    assert aws.describe_secret(SecretId="prod/db")["ReplicationStatus"][0]["KmsKeyId"] == "alias/eu/app"
    assert aws_in_europe.describe_secret(SecretId="prod/db")["KmsKeyId"] == "alias/eu/app"


def test_a_name_that_is_taken_there_fails_until_it_may_be_overwritten(aws: Any, aws_in_europe: Any) -> None:
    aws_in_europe.create_secret(Name="prod/db", SecretString="theirs")
    replicate(aws, "eu-west-1")
    work()

    (status,) = aws.describe_secret(SecretId="prod/db")["ReplicationStatus"]
    assert status["Status"] == "Failed"
    assert status["StatusMessage"] == "Replication failed: Secret with this name already exists in this region"

    replicate(aws, "eu-west-1", ForceOverwriteReplicaSecret=True)
    work()
    assert aws_in_europe.get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_a_secret_can_be_replicated_as_it_is_created(aws: Any) -> None:
    reply = aws.create_secret(Name="new", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])

    assert [entry["Status"] for entry in reply["ReplicationStatus"]] == ["InProgress"]


@pytest.mark.parametrize("region", ["us-west-2", "moon-north-1"])
def test_regions_that_cannot_be(aws: Any, region: str) -> None:
    assert refused(
        aws.replicate_secret_to_regions, SecretId="prod/db", AddReplicaRegions=[{"Region": region}]
    ) == Refusal("InvalidParameterException", "Invalid replica region.")


def test_what_is_no_region_at_all(aws: Any) -> None:
    refusal = refused(aws.replicate_secret_to_regions, SecretId="prod/db", AddReplicaRegions=[{"Region": "Oregon"}])

    assert refusal == Refusal(
        "ValidationException",
        "1 validation error detected: Value 'Oregon' at 'addReplicaRegions.1.member.region' failed to satisfy "
        r"constraint: Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$",
    )


def test_a_secret_with_replicas_is_not_deleted(aws: Any, arn: str) -> None:
    replicate(aws, "us-east-1", "eu-west-1")

    assert refused(aws.delete_secret, SecretId="prod/db") == Refusal(
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [eu-west-1, us-east-1].",
    )


def test_removed_regions_lose_their_replica(aws: Any, aws_in_europe: Any) -> None:
    replicate(aws, "us-east-1", "eu-west-1")
    work()

    reply = aws.remove_regions_from_replication(SecretId="prod/db", RemoveReplicaRegions=["eu-west-1"])
    assert [entry["Region"] for entry in reply["ReplicationStatus"]] == ["us-east-1"]
    assert refused(aws_in_europe.describe_secret, SecretId="prod/db").code == "ResourceNotFoundException"

    reply = aws.remove_regions_from_replication(SecretId="prod/db", RemoveReplicaRegions=["us-east-1"])
    assert reply["ReplicationStatus"] == []
    described = aws.describe_secret(SecretId="prod/db")
    assert not {"PrimaryRegion", "ReplicationStatus"} & set(described)


def test_a_promoted_replica_is_a_secret_of_its_own(aws: Any, aws_in_europe: Any, arn: str) -> None:
    replicate(aws, "eu-west-1")
    work()

    reply = aws_in_europe.stop_replication_to_replica(SecretId="prod/db")

    assert set(reply) - {"ResponseMetadata"} == {"ARN"}
    assert reply["ARN"] == arn.replace("us-west-2", "eu-west-1")
    aws_in_europe.put_secret_value(SecretId="prod/db", SecretString="mine")
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "one"
    assert "ReplicationStatus" not in aws.describe_secret(SecretId="prod/db")


# --- reading and asking for replicas ----------------------------------------------------------------------


def test_a_replica_goes_by_its_own_arn(aws: Any, aws_in_europe: Any, arn: str) -> None:
    replicate(aws, "eu-west-1")
    work()
    there = arn.replace("us-west-2", "eu-west-1")

    assert aws_in_europe.get_secret_value(SecretId=there)["ARN"] == there
    assert aws_in_europe.list_secret_version_ids(SecretId="prod/db")["ARN"] == there
    assert aws_in_europe.batch_get_secret_value(SecretIdList=[there])["Errors"] == []
    assert refused(aws_in_europe.get_secret_value, SecretId=arn).code == "ResourceNotFoundException"


def test_a_secret_of_one_region_says_nothing_of_replication(aws: Any) -> None:
    """Recorded."""
    (entry,) = aws.list_secrets()["SecretList"]

    assert not {"PrimaryRegion", "ReplicationStatus"} & {*aws.describe_secret(SecretId="prod/db"), *entry}


@pytest.mark.parametrize("given", [{}, {"KmsKeyId": ""}, {"KmsKeyId": "alias/aws/secretsmanager"}])
def test_a_replica_without_a_key_of_its_own_has_the_default_one(aws: Any, given: dict[str, str]) -> None:
    reply = aws.replicate_secret_to_regions(SecretId="prod/db", AddReplicaRegions=[{"Region": "eu-west-1", **given}])

    assert reply["ReplicationStatus"] == [
        {"Region": "eu-west-1", "KmsKeyId": "alias/aws/secretsmanager", "Status": "InProgress"}
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        [{"Region": "us-west-2"}],
        [{"Region": "eu-west-1"}, {"Region": "us-west-2"}],
        [{"Region": "moon-north-1"}],
        [{}],
        [{"KmsKeyId": "alias/aws/secretsmanager"}],
    ],
)
def test_replica_regions_there_are_not(aws: Any, wanted: Any) -> None:
    """The sentence is another emulator's. Nothing is stored, whichever operation is asked."""
    refusal = Refusal("InvalidParameterException", "Invalid replica region.")

    assert refused(aws.replicate_secret_to_regions, SecretId="prod/db", AddReplicaRegions=wanted) == refusal
    assert refused(aws.create_secret, Name="new", SecretString="x", AddReplicaRegions=wanted) == refusal

    assert "PrimaryRegion" not in aws.describe_secret(SecretId="prod/db")
    assert refused(aws.describe_secret, SecretId="new").code == "ResourceNotFoundException"


def test_a_region_added_later_is_answered_with_the_others(aws: Any) -> None:
    """Documented: all replicas."""
    replicate(aws, "eu-west-1")
    work()

    reply = replicate(aws, "us-east-1")

    assert [(entry["Region"], entry["Status"]) for entry in reply["ReplicationStatus"]] == [
        ("eu-west-1", "InSync"),
        ("us-east-1", "InProgress"),
    ]


def test_a_name_replicated_from_elsewhere_is_in_the_way(aws: Any, alice: Person, aws_as: MakeClient) -> None:
    """Seen in the field, the whole sentence."""
    replicate(aws, "eu-west-1")
    work()
    other = aws_as(alice, region="us-east-1")
    other.create_secret(Name="prod/db", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])

    work()

    (status,) = other.describe_secret(SecretId="prod/db")["ReplicationStatus"]
    assert (status["Status"], status["StatusMessage"]) == (
        "Failed",
        "Replication failed: Secret name prod/db is currently replicated to eu-west-1 with a different arn",
    )


def test_removing_where_there_is_no_replica(aws: Any) -> None:
    replicate(aws, "eu-west-1")

    refusal = refused(aws.remove_regions_from_replication, SecretId="prod/db", RemoveReplicaRegions=["us-east-1"])

    assert refusal.code == "InvalidParameterException"
    assert len(aws.describe_secret(SecretId="prod/db")["ReplicationStatus"]) == 1


@pytest.mark.parametrize("force", [True, False])
def test_without_its_replicas_a_secret_can_be_deleted(aws: Any, arn: str, force: bool) -> None:
    """Seen in the field: refused, with a full stop, as long as there are replicas, by force or not."""
    replicate(aws, "us-west-1", "us-east-2")
    assert refused(aws.delete_secret, SecretId="prod/db", ForceDeleteWithoutRecovery=force) == Refusal(
        "InvalidParameterException",
        f"You can't delete secret {arn} that still has replica regions [us-east-2, us-west-1].",
    )

    aws.remove_regions_from_replication(SecretId="prod/db", RemoveReplicaRegions=["us-west-1", "us-east-2"])

    assert aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=force)["ARN"] == arn
