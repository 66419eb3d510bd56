"""boto3 over a real socket: its session, its paginators and its typed exceptions. What each operation does is in
tests/aws, with boto3 in process."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from types_boto3_secretsmanager import SecretsManagerClient

from tests.live.server import until

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("aws_environment")]

FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:SecretsManagerRandomPassword"


@pytest.fixture
def client(aws_environment: None) -> SecretsManagerClient:
    return boto3.Session().client("secretsmanager")


@pytest.fixture
def name(client: SecretsManagerClient) -> Iterator[str]:
    """{"user": "diegor", "password": "first"}"""
    name = f"boto3/{uuid.uuid4()}"
    client.create_secret(Name=name, SecretString='{"user": "diegor", "password": "first"}')
    yield name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_versions_by_stage_and_by_id(client: SecretsManagerClient, name: str) -> None:
    first = client.get_secret_value(SecretId=name)
    second = client.put_secret_value(SecretId=name, SecretBinary=bytes(range(256)), VersionStages=["blue"])

    assert client.get_secret_value(SecretId=name, VersionStage="blue")["SecretBinary"] == bytes(range(256))
    client.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=first["VersionId"],
        MoveToVersionId=second["VersionId"],
    )
    assert client.get_secret_value(SecretId=name)["VersionId"] == second["VersionId"]
    by_id = client.get_secret_value(SecretId=second["ARN"], VersionId=first["VersionId"])
    assert (by_id["SecretString"], by_id["VersionStages"]) == (first["SecretString"], ["AWSPREVIOUS"])
    assert abs(by_id["CreatedDate"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_pages(client: SecretsManagerClient, name: str) -> None:
    names = [f"{name}/{number}" for number in range(5)]
    for each in names:
        client.create_secret(Name=each, SecretString=each, Tags=[{"Key": "of", "Value": name}])
    filters: Any = [{"Key": "tag-value", "Values": [name]}]

    pages = list(client.get_paginator("list_secrets").paginate(Filters=filters, PaginationConfig={"PageSize": 2}))
    begun = client.batch_get_secret_value(Filters=filters, MaxResults=3)
    rest = client.batch_get_secret_value(Filters=filters, MaxResults=3, NextToken=begun["NextToken"])

    assert [[entry["Name"] for entry in page["SecretList"]] for page in pages] == [names[:2], names[2:4], names[4:]]
    assert [value["SecretString"] for batch in (begun, rest) for value in batch["SecretValues"]] == names
    assert "NextToken" not in rest


def test_tags_and_policy(client: SecretsManagerClient, name: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "secretsmanager:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    client.tag_resource(SecretId=name, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "prod"}])
    client.untag_resource(SecretId=name, TagKeys=["team"])
    client.put_resource_policy(SecretId=name, ResourcePolicy=policy, BlockPublicPolicy=True)

    assert client.describe_secret(SecretId=name)["Tags"] == [{"Key": "stage", "Value": "prod"}]
    assert client.get_resource_policy(SecretId=name)["ResourcePolicy"] == policy
    client.delete_resource_policy(SecretId=name)
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=name)


def test_rotation_and_a_replica(client: SecretsManagerClient, name: str) -> None:
    elsewhere = boto3.Session().client("secretsmanager", region_name="eu-west-1")
    client.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=[{"Region": "eu-west-1"}])
    rotated = client.rotate_secret(
        SecretId=name, RotationLambdaARN=FUNCTION, RotationRules={"ScheduleExpression": "rate(10 days)"}
    )

    until(lambda: client.get_secret_value(SecretId=name)["VersionId"] == rotated["VersionId"])
    until(lambda: client.describe_secret(SecretId=name)["ReplicationStatus"][0]["Status"] == "InSync")
    value = json.loads(elsewhere.get_secret_value(SecretId=name)["SecretString"])
    assert value["user"] == "diegor"
    assert value["password"] != "first"
    described = client.describe_secret(SecretId=name)
    assert described["NextRotationDate"] > described["LastRotatedDate"]
    with pytest.raises(elsewhere.exceptions.InvalidParameterException, match="not permitted on a replica"):
        elsewhere.put_secret_value(SecretId=name, SecretString="no")
    client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["eu-west-1"])
    client.cancel_rotate_secret(SecretId=name)
    assert client.describe_secret(SecretId=name)["RotationEnabled"] is False


def test_deletion_and_restoration(client: SecretsManagerClient, name: str) -> None:
    deleted = client.delete_secret(SecretId=name, RecoveryWindowInDays=7)

    assert abs(deleted["DeletionDate"] - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=1)
    with pytest.raises(client.exceptions.InvalidRequestException, match="marked for deletion"):
        client.get_secret_value(SecretId=name)
    client.restore_secret(SecretId=name)
    assert client.get_secret_value(SecretId=name)["Name"] == name


@pytest.mark.parametrize(
    ("exception", "refused"),
    [
        ("ResourceNotFoundException", lambda client, name: client.describe_secret(SecretId=f"{name}/nowhere")),
        ("ResourceExistsException", lambda client, name: client.create_secret(Name=name, SecretString="x")),
        ("InvalidNextTokenException", lambda client, _name: client.list_secrets(NextToken="made up")),
        (
            "MalformedPolicyDocumentException",
            lambda client, name: client.put_resource_policy(SecretId=name, ResourcePolicy="{"),
        ),
        ("InvalidRequestException", lambda client, name: client.rotate_secret(SecretId=name)),
    ],
)
def test_typed_exceptions(
    client: SecretsManagerClient, name: str, exception: str, refused: Callable[[Any, str], object]
) -> None:
    with pytest.raises(getattr(client.exceptions, exception)) as error:
        refused(client, name)

    assert isinstance(error.value, ClientError)
    response: Any = error.value.response
    assert response["Error"] == {"Code": exception, "Message": response["Message"]}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
