"""Absent means absent: the members of each answer, over the raw wire. Facts: api.md 1.2 and 5."""

import json
from typing import Any

import pytest

from tests.aws.wire import Wire

TOKEN = "t" * 32


def sent(wire: Wire, operation: str, **members: Any) -> Any:
    answer = wire.post(operation, members)
    assert answer.status == 200
    return answer.json


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        ("CreateSecret", {"Name": "new", "ClientRequestToken": TOKEN}, {"ARN", "Name"}),
        ("DescribeSecret", {"SecretId": "empty"}, {"ARN", "Name", "CreatedDate", "LastChangedDate"}),
        (
            "DescribeSecret",
            {"SecretId": "valued"},
            {"ARN", "Name", "CreatedDate", "LastChangedDate", "VersionIdsToStages"},
        ),
        ("ListSecretVersionIds", {"SecretId": "empty"}, {"ARN", "Name", "Versions"}),
        ("ListSecrets", {}, {"SecretList"}),
        (
            "GetSecretValue",
            {"SecretId": "valued"},
            {"ARN", "Name", "CreatedDate", "SecretString", "VersionId", "VersionStages"},
        ),
        ("BatchGetSecretValue", {"SecretIdList": ["valued"]}, {"SecretValues", "Errors"}),
        ("UpdateSecret", {"SecretId": "valued", "ClientRequestToken": TOKEN, "Description": ""}, {"ARN", "Name"}),
        (
            "UpdateSecret",
            {"SecretId": "valued", "ClientRequestToken": TOKEN, "SecretString": "y"},
            {"ARN", "Name", "VersionId"},
        ),
        (
            "PutSecretValue",
            {"SecretId": "valued", "ClientRequestToken": TOKEN, "SecretString": "y"},
            {"ARN", "Name", "VersionId", "VersionStages"},
        ),
        ("DeleteSecret", {"SecretId": "valued"}, {"ARN", "Name", "DeletionDate"}),
        ("RestoreSecret", {"SecretId": "valued"}, {"ARN", "Name"}),
        ("GetResourcePolicy", {"SecretId": "valued"}, {"ARN", "Name"}),
        ("DeleteResourcePolicy", {"SecretId": "valued"}, {"ARN", "Name"}),
        ("TagResource", {"SecretId": "valued", "Tags": [{"Key": "a"}]}, set()),
        ("UntagResource", {"SecretId": "valued", "TagKeys": ["a"]}, set()),
        ("GetRandomPassword", {}, {"RandomPassword"}),
    ],
)
def test_members(wire: Wire, aws: Any, operation: str, members: dict[str, Any], expected: set[str]) -> None:
    aws.create_secret(Name="empty", Description="", Tags=[])
    aws.create_secret(Name="valued", SecretString="x")

    reply = sent(wire, operation, **members)

    assert set(reply) == expected
    assert "null" not in json.dumps(reply)
