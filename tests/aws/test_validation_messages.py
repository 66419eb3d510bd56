"""What the model's limits are refused with: path, constraint, several at once, none sensitive. Facts: api.md 1.6."""

from typing import Any

import pytest

from tests.aws.sentences import invalid
from tests.aws.wire import Refusal, Wire

TOKEN = "t" * 32
NOT_NULL = "Member must not be null"
ENUM = "Member must satisfy enum value set: [{}]"
FILTER_KEYS = "description, name, tag-key, tag-value, primary-region, owning-service, all"
FILTER_PATTERN = r"Member must satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$"
REGION_PATTERN = r"Member must satisfy regular expression pattern: ^([a-z]+-)+\d+$"


def at_most(number: int, noun: str = "length") -> str:
    return f"Member must have {noun} less than or equal to {number}"


def at_least(number: int, noun: str = "length") -> str:
    return f"Member must have {noun} greater than or equal to {number}"


@pytest.mark.parametrize(
    ("operation", "request_", "clauses"),
    [
        ("GetSecretValue", {"SecretId": ""}, ["Value '' at 'secretId'", at_least(1)]),
        ("GetSecretValue", {}, ["Value null at 'secretId'", NOT_NULL]),
        ("GetSecretValue", {"SecretId": None}, ["Value null at 'secretId'", NOT_NULL]),
        ("GetSecretValue", {"SecretId": "a" * 2049}, [f"Value '{'a' * 2049}' at 'secretId'", at_most(2048)]),
        (
            "GetSecretValue",
            {"SecretId": "a", "VersionId": "v" * 31},
            [f"Value '{'v' * 31}' at 'versionId'", at_least(32)],
        ),
        ("GetSecretValue", {"SecretId": "a", "VersionStage": ""}, ["Value '' at 'versionStage'", at_least(1)]),
        (
            "CreateSecret",
            {"Name": "a", "ClientRequestToken": "t" * 65},
            [f"Value '{'t' * 65}' at 'clientRequestToken'", at_most(64)],
        ),
        ("CreateSecret", {"Name": "a", "ClientRequestToken": "t"}, ["Value 't' at 'clientRequestToken'", at_least(32)]),
        (
            "CreateSecret",
            {"Name": "a", "Description": "d" * 2049},
            [f"Value '{'d' * 2049}' at 'description'", at_most(2048)],
        ),
        ("CreateSecret", {"Name": "a", "Tags": [{"Key": ""}]}, ["Value '' at 'tags.1.member.key'", at_least(1)]),
        ("CreateSecret", {"Name": "a", "AddReplicaRegions": []}, ["Value '[]' at 'addReplicaRegions'", at_least(1)]),
        ("TagResource", {"SecretId": "a"}, ["Value null at 'tags'", NOT_NULL]),
        (
            "TagResource",
            {"SecretId": "a", "Tags": [{"Key": "k", "Value": "v" * 257}]},
            [f"Value '{'v' * 257}' at 'tags.1.member.value'", at_most(256)],
        ),
        (
            "UntagResource",
            {"SecretId": "a", "TagKeys": ["fine", "k" * 129]},
            [f"Value '{'k' * 129}' at 'tagKeys.2.member'", at_most(128)],
        ),
        (
            "PutSecretValue",
            {"SecretId": "a", "ClientRequestToken": TOKEN, "SecretString": "x", "VersionStages": ["fine", ""]},
            ["Value '' at 'versionStages.2.member'", at_least(1)],
        ),
        ("ListSecrets", {"MaxResults": 0}, ["Value '0' at 'maxResults'", at_least(1, "value")]),
        ("ListSecrets", {"MaxResults": 101}, ["Value '101' at 'maxResults'", at_most(100, "value")]),
        (
            "BatchGetSecretValue",
            {"Filters": [], "MaxResults": 21},
            ["Value '21' at 'maxResults'", at_most(20, "value")],
        ),
        ("ListSecrets", {"NextToken": ""}, ["Value '' at 'nextToken'", at_least(1)]),
        ("ListSecrets", {"NextToken": "n" * 4097}, [f"Value '{'n' * 4097}' at 'nextToken'", at_most(4096)]),
        (
            "ListSecrets",
            {"SortBy": "colour"},
            ["Value 'colour' at 'sortBy'", ENUM.format("created-date, last-accessed-date, last-changed-date, name")],
        ),
        ("ListSecrets", {"SortOrder": "up"}, ["Value 'up' at 'sortOrder'", ENUM.format("asc, desc")]),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": ["a"]}, {"Key": "colour", "Values": ["a"]}]},
            ["Value 'colour' at 'filters.2.member.key'", ENUM.format(FILTER_KEYS)],
        ),
        (
            "ListSecrets",
            {"Filters": [{"Key": "name", "Values": ["a", "*"]}]},
            ["Value '*' at 'filters.1.member.values.2.member'", FILTER_PATTERN],
        ),
        ("GetRandomPassword", {"PasswordLength": 5555}, ["Value '5555' at 'passwordLength'", at_most(4096, "value")]),
        ("GetRandomPassword", {"PasswordLength": 0}, ["Value '0' at 'passwordLength'", at_least(1, "value")]),
        (
            "RotateSecret",
            {"SecretId": "a", "ClientRequestToken": TOKEN, "RotationRules": {"AutomaticallyAfterDays": 0}},
            ["Value '0' at 'rotationRules.automaticallyAfterDays'", at_least(1, "value")],
        ),
        (
            "RotateSecret",
            {"SecretId": "a", "ClientRequestToken": TOKEN, "RotationRules": {"Duration": "h4"}},
            ["Value 'h4' at 'rotationRules.duration'", "Member must satisfy regular expression pattern: [0-9]+h"],
        ),
        (
            "RemoveRegionsFromReplication",
            {"SecretId": "a", "RemoveReplicaRegions": ["Oregon"]},
            ["Value 'Oregon' at 'removeReplicaRegions.1.member'", REGION_PATTERN],
        ),
        ("PutResourcePolicy", {"SecretId": "a"}, ["Value null at 'resourcePolicy'", NOT_NULL]),
        ("PutResourcePolicy", {"SecretId": "a", "ResourcePolicy": ""}, ["Value '' at 'resourcePolicy'", at_least(1)]),
    ],
)
def test_one_at_a_time(wire: Wire, operation: str, request_: dict[str, Any], clauses: list[str]) -> None:
    answer = wire.post(operation, request_)

    assert answer.status == 400
    assert Refusal(answer.error, answer.json["message"]) == invalid(*clauses)
    assert set(answer.json) == {"__type", "message"}


def test_all_that_is_wrong_at_once(wire: Wire) -> None:
    answer = wire.post(
        "CreateSecret",
        {"ClientRequestToken": "t", "Tags": [{"Key": "k" * 129, "Value": "v" * 257}, {"Key": ""}], "SecretString": ""},
    )

    found = answer.json["message"]
    assert found.startswith("6 validation errors detected: Value ")
    assert set(found.removeprefix("6 validation errors detected: ").split("; ")) == {
        f"Value null at 'name' failed to satisfy constraint: {NOT_NULL}",
        f"Value 't' at 'clientRequestToken' failed to satisfy constraint: {at_least(32)}",
        f"Value at 'secretString' failed to satisfy constraint: {at_least(1)}",
        f"Value '{'k' * 129}' at 'tags.1.member.key' failed to satisfy constraint: {at_most(128)}",
        f"Value '{'v' * 257}' at 'tags.1.member.value' failed to satisfy constraint: {at_most(256)}",
        f"Value '' at 'tags.2.member.key' failed to satisfy constraint: {at_least(1)}",
    }


def test_one_value_can_break_two_constraints(wire: Wire) -> None:
    region = "Oregon " * 20

    answer = wire.post("ReplicateSecretToRegions", {"SecretId": "a", "AddReplicaRegions": [{"Region": region}]})

    value = f"Value '{region}' at 'addReplicaRegions.1.member.region'"
    assert Refusal(answer.error, answer.json["message"]) == invalid(value, at_most(128), value, REGION_PATTERN)


@pytest.mark.parametrize(
    ("operation", "members", "clause"),
    [
        ("CreateSecret", {"Name": "a", "SecretString": ""}, ["Value at 'secretString'", at_least(1)]),
        (
            "CreateSecret",
            {"Name": "a", "SecretString": "hunter2" * 10_000},
            ["Value at 'secretString'", at_most(65_536)],
        ),
        ("UpdateSecret", {"SecretId": "a", "SecretBinary": ""}, ["Value at 'secretBinary'", at_least(1)]),
        (
            "PutSecretValue",
            {"SecretId": "a", "SecretBinary": "aHVu" * 22_000},
            ["Value at 'secretBinary'", at_most(65_536)],
        ),
        (
            "PutSecretValue",
            {"SecretId": "a", "SecretString": "x", "RotationToken": "hunter2!" * 5},
            ["Value at 'rotationToken'", r"Member must satisfy regular expression pattern: ^[a-zA-Z0-9\-]+$"],
        ),
    ],
)
def test_what_is_sensitive_is_not_echoed(
    wire: Wire, operation: str, members: dict[str, Any], clause: list[str]
) -> None:
    """Seen in the field for secretString, exactly so."""
    answer = wire.post(operation, {"ClientRequestToken": TOKEN, **members})

    assert Refusal(answer.error, answer.json["message"]) == invalid(*clause)


def test_members_nobody_knows_are_ignored(wire: Wire) -> None:
    """Recorded: a Description sent to PutSecretValue and to RotateSecret reached the token check."""
    for operation, code in (
        ("PutSecretValue", "InvalidRequestException"),
        ("RotateSecret", "InvalidParameterException"),
    ):
        assert wire.post(operation, {"SecretId": "nope", "Description": "d", "Name": 7}).error == code
