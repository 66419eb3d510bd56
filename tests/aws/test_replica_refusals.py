"""What may be asked of a replica: every operation on one secret, by boto3. Facts: api.md 3, 4.12 and 10."""

from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app import replication
from secrets_app.service_model import service
from tests.aws.conftest import MakeClient
from tests.aws.sentences import READ_ONLY
from tests.aws.wire import Refusal, refused
from tests.factories import Person

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, '
    '"Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}'
)

ANSWERED: dict[str, dict[str, Any]] = {
    "describe_secret": {},
    "get_secret_value": {},
    "list_resource_policies": {},
    "list_secret_version_ids": {},
    "validate_resource_policy": {"ResourcePolicy": POLICY},
}
REFUSED: dict[str, dict[str, Any]] = {
    "cancel_rotate_secret": {},
    "delete_resource_policy": {},
    "delete_secret": {},
    "get_resource_policy": {},  # it only reads; api.md 10's choice
    "put_resource_policy": {"ResourcePolicy": POLICY},
    "put_secret_value": {"SecretString": "two"},
    "remove_regions_from_replication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "replicate_secret_to_regions": {"AddReplicaRegions": [{"Region": "us-east-1"}]},
    "restore_secret": {},
    "rotate_secret": {},
    "tag_resource": {"Tags": [{"Key": "a", "Value": "b"}]},
    "untag_resource": {"TagKeys": ["a"]},
    "update_secret": {"Description": "new"},
    "update_secret_version_stage": {"VersionStage": "mine", "MoveToVersionId": "v" * 32},
}
OF_A_REPLICA: dict[str, dict[str, Any]] = {"stop_replication_to_replica": {}}
OF_OTHER_ACCOUNTS = {"AssociateCrossAccountReplica", "DisassociateCrossAccountReplica"}


def test_no_operation_is_forgotten() -> None:
    """Every one that must have a SecretId is in a table, and the one that may."""
    on_a_secret = {
        name
        for name, model in service("secretsmanager").operations.items()
        if "SecretId" in model.input.members and name not in OF_OTHER_ACCOUNTS
    }
    named = {name.title().replace("_", "") for name in (*ANSWERED, *REFUSED, *OF_A_REPLICA)}

    assert named == on_a_secret


@pytest.fixture
def replica(aws: Any, alice: Person, aws_as: MakeClient) -> Any:
    """A client in the Region where prod/db is a replica."""
    aws.create_secret(
        Name="prod/db", SecretString="one", ClientRequestToken="v" * 32, AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    replication.run_due(datetime.now(UTC), "tests")
    return aws_as(alice, region="eu-west-1")


@pytest.mark.parametrize("operation", sorted(REFUSED))
def test_refused_on_a_replica(replica: Any, operation: str) -> None:
    assert refused(getattr(replica, operation), SecretId="prod/db", **REFUSED[operation]) == READ_ONLY


@pytest.mark.parametrize("operation", sorted(ANSWERED))
def test_allowed_on_a_replica(replica: Any, operation: str) -> None:
    assert getattr(replica, operation)(SecretId="prod/db", **ANSWERED[operation])


def test_a_replica_is_listed_and_read_in_batches(replica: Any) -> None:
    (entry,) = replica.list_secrets()["SecretList"]
    assert (entry["Name"], entry["PrimaryRegion"]) == ("prod/db", "us-west-2")
    assert "ReplicationStatus" not in entry
    (value,) = replica.batch_get_secret_value(SecretIdList=["prod/db"])["SecretValues"]
    assert (value["SecretString"], value["ARN"]) == ("one", entry["ARN"])


def test_a_forced_deletion_of_a_replica_is_refused_too(replica: Any) -> None:
    assert refused(replica.delete_secret, SecretId="prod/db", ForceDeleteWithoutRecovery=True) == READ_ONLY


@pytest.mark.parametrize("force", [{}, {"ForceDeleteWithoutRecovery": True}])
def test_a_primary_is_not_deleted_before_its_replicas(aws: Any, replica: Any, force: dict[str, Any]) -> None:
    """Seen in the field, with its full stop."""
    arn = aws.describe_secret(SecretId="prod/db")["ARN"]

    assert refused(aws.delete_secret, SecretId="prod/db", **force) == Refusal(
        "InvalidParameterException", f"You can't delete secret {arn} that still has replica regions [eu-west-1]."
    )


def test_what_is_no_replica_is_not_promoted(aws: Any, replica: Any) -> None:
    assert refused(aws.stop_replication_to_replica, SecretId="prod/db").code == "InvalidRequestException"


def test_the_region_of_a_replica_is_taken_once(aws: Any) -> None:
    aws.create_secret(Name="prod/db", SecretString="one")
    twice = [{"Region": "eu-west-1"}, {"Region": "eu-west-1"}]

    assert refused(aws.replicate_secret_to_regions, SecretId="prod/db", AddReplicaRegions=twice).code == (
        "InvalidParameterException"
    )
    assert "ReplicationStatus" not in aws.describe_secret(SecretId="prod/db")


def test_a_secret_is_not_created_where_it_cannot_be_replicated(aws: Any) -> None:
    refusal = refused(aws.create_secret, Name="a", SecretString="x", AddReplicaRegions=[{"Region": "us-west-2"}])

    assert refusal == Refusal("InvalidParameterException", "Invalid replica region.")
    assert refused(aws.describe_secret, SecretId="a").code == "ResourceNotFoundException"
