"""DeleteSecret, RestoreSecret, and what is allowed in between. Facts: api.md 4.6, 5.10 and 5.11."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from secrets_app.service_model import service
from tests.aws.sentences import MARKED, NOT_FOUND
from tests.aws.wire import Refusal, Wire, refused

VERSION = "v" * 32
ALLOWED = {"DescribeSecret", "ListSecretVersionIds", "RestoreSecret", "DeleteSecret"}
REQUESTS: dict[str, dict[str, Any]] = {
    "AssociateCrossAccountReplica": {
        "CrossAccountReplicaARN": "arn:aws:secretsmanager:us-west-2:210987654321:secret:prod/db-abcdef"
    },
    "CancelRotateSecret": {},
    "DeleteResourcePolicy": {},
    "DescribeSecret": {},
    "DisassociateCrossAccountReplica": {
        "CrossAccountReplicaARN": "arn:aws:secretsmanager:us-west-2:210987654321:secret:prod/db-abcdef"
    },
    "GetResourcePolicy": {},
    "GetSecretValue": {},
    "ListResourcePolicies": {},
    "ListSecretVersionIds": {},
    "PutResourcePolicy": {"ResourcePolicy": "{"},
    "PutSecretValue": {"SecretString": "y", "ClientRequestToken": "t" * 32},
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "RotateSecret": {"ClientRequestToken": "t" * 32},
    "StopReplicationToReplica": {},
    "TagResource": {"Tags": [{"Key": "a", "Value": "b"}]},
    "UntagResource": {"TagKeys": ["a"]},
    "UpdateSecret": {"Description": "d", "ClientRequestToken": "t" * 32},
    "UpdateSecretVersionStage": {"VersionStage": "A", "MoveToVersionId": VERSION},
    "ValidateResourcePolicy": {"ResourcePolicy": "{}"},
    "DeleteSecret": {"ForceDeleteWithoutRecovery": True},
    "RestoreSecret": {},
}


@pytest.fixture
def arn(aws: Any) -> str:
    return str(aws.create_secret(Name="prod/db", SecretString="x", ClientRequestToken=VERSION)["ARN"])


@pytest.fixture
def marked(aws: Any, arn: str) -> str:
    aws.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    return arn


def members(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}


def test_every_operation_on_a_secret_is_in_the_table() -> None:
    models = service("secretsmanager").operations
    assert {name for name, model in models.items() if "SecretId" in model.input.members} == set(REQUESTS)


@pytest.mark.parametrize("operation", sorted(REQUESTS))
def test_what_is_allowed_while_marked(wire: Wire, marked: str, operation: str) -> None:
    """Recorded for tags and DescribeSecret, seen in the field for values and policies, inferred for the rest."""
    answer = wire.post(operation, {"SecretId": "prod/db", **REQUESTS[operation]})

    if operation in ALLOWED:
        assert answer.status == 200
    else:
        assert (answer.status, answer.json) == (400, {"__type": MARKED.code, "Message": MARKED.message})


def test_marked_it_is_described_whole(aws: Any, arn: str) -> None:
    """Recorded: the versions are still there."""
    before = members(aws.describe_secret(SecretId="prod/db"))
    reply = aws.delete_secret(SecretId="prod/db")

    described = members(aws.describe_secret(SecretId="prod/db"))

    assert described.pop("DeletedDate") == reply["DeletionDate"]
    assert described.pop("LastChangedDate") > before.pop("LastChangedDate")
    assert described == before
    assert aws.list_secret_version_ids(SecretId="prod/db")["Versions"][0]["VersionId"] == VERSION


def test_marked_it_is_listed_only_on_request(aws: Any, marked: str) -> None:
    assert aws.list_secrets()["SecretList"] == []
    assert aws.list_secrets(IncludePlannedDeletion=False)["SecretList"] == []
    (entry,) = aws.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert (entry["ARN"], "DeletedDate" in entry) == (marked, True)


# --- DeleteSecret ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "days"), [({}, 30), *(({"RecoveryWindowInDays": n}, n) for n in (7, 8, 29, 30))])
def test_the_date_is_the_end_of_the_window(aws: Any, arn: str, given: dict[str, int], days: int) -> None:
    before = datetime.now(UTC)

    reply = aws.delete_secret(SecretId="prod/db", **given)

    assert members(reply) == {"ARN": arn, "Name": "prod/db", "DeletionDate": reply["DeletionDate"]}
    assert abs(reply["DeletionDate"] - before - timedelta(days=days)) < timedelta(minutes=1)


@pytest.mark.parametrize("days", [-1, 0, 1, 6, 31, 10**9])
@pytest.mark.parametrize("secret_id", ["prod/db", "nope"])
def test_windows_there_are_not(aws: Any, arn: str, secret_id: str, days: int) -> None:
    refusal = refused(aws.delete_secret, SecretId=secret_id, RecoveryWindowInDays=days)

    assert refusal.code == "InvalidParameterException"
    assert "RecoveryWindowInDays value must be between 7 and 30 days (inclusive)" in refusal.message
    assert "DeletedDate" not in aws.describe_secret(SecretId="prod/db")


@pytest.mark.parametrize("days", [7, 3])
def test_force_or_a_window_but_not_both(aws: Any, arn: str, days: int) -> None:
    assert refused(
        aws.delete_secret, SecretId="prod/db", RecoveryWindowInDays=days, ForceDeleteWithoutRecovery=True
    ) == Refusal(
        "InvalidParameterException",
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    )


def test_a_window_and_no_force(aws: Any, arn: str) -> None:
    aws.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=False)

    assert "DeletedDate" in aws.describe_secret(SecretId="prod/db")


def test_twice_without_force(aws: Any, marked: str) -> None:
    before = aws.describe_secret(SecretId="prod/db")["DeletedDate"]

    assert refused(aws.delete_secret, SecretId="prod/db") == MARKED
    assert refused(aws.delete_secret, SecretId="prod/db", RecoveryWindowInDays=30) == MARKED

    assert aws.describe_secret(SecretId="prod/db")["DeletedDate"] == before


def test_force_on_what_is_marked(aws: Any, marked: str) -> None:
    """Recorded."""
    reply = aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    assert (reply["ARN"], reply["Name"]) == (marked, "prod/db")
    assert abs(reply["DeletionDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert refused(aws.describe_secret, SecretId="prod/db") == NOT_FOUND


@pytest.mark.parametrize("kind", ["name", "arn", "partial arn"])
def test_force_on_nothing(aws: Any, kind: str) -> None:
    """Recorded for names: a date, the name, and a made-up ARN. Without force it is not found."""
    partial = "arn:aws:secretsmanager:us-west-2:123456789012:secret:nope"
    secret_id = {"name": "nope", "arn": f"{partial}-abcdef", "partial arn": partial}[kind]

    reply = aws.delete_secret(SecretId=secret_id, ForceDeleteWithoutRecovery=True)

    assert set(members(reply)) == {"ARN", "Name", "DeletionDate"}
    assert reply["Name"] == "nope"
    assert reply["ARN"].startswith(partial)
    assert abs(reply["DeletionDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert refused(aws.delete_secret, SecretId=secret_id) == NOT_FOUND
    assert refused(aws.delete_secret, SecretId=secret_id, ForceDeleteWithoutRecovery=False) == NOT_FOUND


def test_force_twice(aws: Any, arn: str) -> None:
    for _ in range(2):
        reply = aws.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    assert (reply["ARN"], reply["Name"]) == (arn, "prod/db")


def test_deleted_by_force_nothing_is_left(aws: Any, arn: str) -> None:
    """Recorded: the name can be used again at once. Nothing of the old secret shines through."""
    aws.tag_resource(SecretId="prod/db", Tags=[{"Key": "a", "Value": "b"}])
    aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    aws.create_secret(Name="prod/db")

    assert set(members(aws.describe_secret(SecretId="prod/db"))) == {"ARN", "Name", "CreatedDate", "LastChangedDate"}
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=VERSION).code == "ResourceNotFoundException"


# --- RestoreSecret ---------------------------------------------------------------------------------------


def test_restored_it_is_as_before(aws: Any, marked: str) -> None:
    """Recorded."""
    reply = aws.restore_secret(SecretId="prod/db")

    assert members(reply) == {"ARN": marked, "Name": "prod/db"}
    assert "DeletedDate" not in aws.describe_secret(SecretId="prod/db")
    assert aws.get_secret_value(SecretId="prod/db")["VersionId"] == VERSION


def test_restoring_what_lives_succeeds(aws: Any, arn: str) -> None:
    """Nobody knows; our answer (api.md 10)."""
    before = members(aws.describe_secret(SecretId="prod/db"))

    assert members(aws.restore_secret(SecretId="prod/db")) == {"ARN": arn, "Name": "prod/db"}

    assert members(aws.describe_secret(SecretId="prod/db")) == before


def test_restoring_what_is_gone(aws: Any, arn: str) -> None:
    aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    assert refused(aws.restore_secret, SecretId="prod/db") == NOT_FOUND


def test_marked_restored_and_marked_again(aws: Any, marked: str) -> None:
    aws.restore_secret(SecretId=marked)

    reply = aws.delete_secret(SecretId=marked, RecoveryWindowInDays=30)

    assert reply["DeletionDate"] - datetime.now(UTC) > timedelta(days=29)
