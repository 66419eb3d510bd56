"""Replication across accounts by boto3, from both sides: who shows what, and when."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app import cross_account_replication
from secrets_app.demo import emptying
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

THEIRS = "210987654321"


@pytest.fixture
def carol(db: None) -> Person:
    return factories.make_person("carol", factories.EVERYTHING, account=THEIRS)


@pytest.fixture
def theirs(carol: Person, aws_as: MakeClient) -> Any:
    return aws_as(carol)


def made_replica(aws: Any, theirs: Any, their_kms: Any) -> tuple[str, str]:
    """ARNs of primary and replica."""
    may = [(THEIRS, "kms:*"), (factories.ACCOUNT, "kms:Encrypt")]
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": action, "Resource": "*"}
        for account, action in may
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    key = their_kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    primary = aws.create_secret(Name="prod/db", SecretString="hunter2")["ARN"]
    created = theirs.create_secret(Name="copies/db", KmsKeyId=key, CrossAccountPrimaryARN=primary)
    assert "VersionId" not in created
    return primary, created["ARN"]


def pass_of_the_scheduler() -> None:
    cross_account_replication.run_due(datetime.now(UTC), "worker")


def shown(client: Any, secret_id: str) -> Any:
    described = client.describe_secret(SecretId=secret_id)
    return {name: value for name, value in described.items() if name.startswith("CrossAccount")}


def test_a_replica_from_pending_to_a_secret_of_its_own(
    aws: Any, theirs: Any, carol: Person, aws_as: MakeClient
) -> None:
    primary, replica = made_replica(aws, theirs, aws_as(carol, service="kms"))
    pending = {"CrossAccountPrimary": {"PrimarySecretARN": primary, "ReplicationStatus": "Pending"}}
    assert (shown(aws, "prod/db"), shown(theirs, "copies/db")) == ({}, pending)

    started = aws.associate_cross_account_replica(SecretId="prod/db", CrossAccountReplicaARN=replica)
    assert {name: started[name] for name in ("ARN", "CrossAccountReplicaARN", "ReplicationStatus")} == {
        "ARN": primary,
        "CrossAccountReplicaARN": replica,
        "ReplicationStatus": "InProgress",
    }
    pass_of_the_scheduler()

    in_sync = {"ReplicationStatus": "InSync", "StatusMessage": "Replication succeeded"}
    assert shown(aws, "prod/db") == {"CrossAccountReplicas": [{"ReplicaSecretARN": replica, **in_sync}]}
    assert shown(theirs, "copies/db") == {"CrossAccountPrimary": {"PrimarySecretARN": primary, **in_sync}}
    assert theirs.get_secret_value(SecretId="copies/db")["SecretString"] == "hunter2"

    assert theirs.stop_replication_to_replica(SecretId="copies/db")["ARN"] == replica
    detached = {"ReplicaSecretARN": replica, "ReplicationStatus": "Detached"}
    assert (shown(aws, "prod/db"), shown(theirs, "copies/db")) == ({"CrossAccountReplicas": [detached]}, {})
    ended = aws.disassociate_cross_account_replica(SecretId="prod/db", CrossAccountReplicaARN=replica)
    assert (ended["ARN"], ended["CrossAccountReplicaARN"], shown(aws, "prod/db")) == (primary, replica, {})


def test_the_primarys_account_detaches_a_replica(aws: Any, theirs: Any, carol: Person, aws_as: MakeClient) -> None:
    primary, replica = made_replica(aws, theirs, aws_as(carol, service="kms"))
    aws.associate_cross_account_replica(SecretId="prod/db", CrossAccountReplicaARN=replica)

    aws.disassociate_cross_account_replica(SecretId="prod/db", CrossAccountReplicaARN=replica)

    detached = {"PrimarySecretARN": primary, "ReplicationStatus": "Detached"}
    assert (shown(aws, "prod/db"), shown(theirs, "copies/db")) == ({}, {"CrossAccountPrimary": detached})


def test_a_replica_is_written_to_by_its_primary_alone(aws: Any, theirs: Any, carol: Person, aws_as: MakeClient) -> None:
    made_replica(aws, theirs, aws_as(carol, service="kms"))

    assert refused(theirs.put_secret_value, SecretId="copies/db", SecretString="x") == Refusal(
        "InvalidParameterException",
        "Operation not permitted on a cross-account replica secret. Call must be made in primary secret's account.",
    )


def test_a_replica_outlives_the_emptying_of_its_primarys_account(
    aws: Any, theirs: Any, carol: Person, aws_as: MakeClient
) -> None:
    _, replica = made_replica(aws, theirs, aws_as(carol, service="kms"))
    aws.associate_cross_account_replica(SecretId="prod/db", CrossAccountReplicaARN=replica)

    emptying.empty(factories.NOW)  # of the primary's account, which is the demo's

    assert theirs.stop_replication_to_replica(SecretId="copies/db")["ARN"] == replica
