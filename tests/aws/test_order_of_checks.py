"""Which of several things that are wrong is told, over the raw wire. Facts: api.md 2; docs/decisions/0015."""

from typing import Any

import pytest

from tests.aws.wire import Wire
from tests.factories import Person

INVALID_NAME = (
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
)
NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value."
NOT_FOUND = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
TOKEN = "t" * 32


def told(wire: Wire, operation: str, **members: Any) -> tuple[str, str]:
    answer = wire.post(operation, members)
    assert answer.status == 400
    document = answer.json
    return document["__type"], document.get("Message") or document["message"]


@pytest.mark.parametrize(
    ("operation", "members", "expected"),
    [
        # The limits of the model, before the characters of the name.
        (
            "GetSecretValue",
            {"SecretId": "in valid", "VersionStage": ""},
            (
                "ValidationException",
                "1 validation error detected: Value '' at 'versionStage' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1",
            ),
        ),
        # Characters of the name (recorded), before the token, before contradictions.
        ("CreateSecret", {"Name": "in valid"}, INVALID_NAME),
        ("PutSecretValue", {"SecretId": "in valid"}, INVALID_NAME),
        ("UpdateSecret", {"SecretId": "in valid", "SecretString": "x", "SecretBinary": "eA=="}, INVALID_NAME),
        ("DeleteSecret", {"SecretId": "in valid", "RecoveryWindowInDays": 1}, INVALID_NAME),
        ("RotateSecret", {"SecretId": "in valid"}, INVALID_NAME),
        # The token (recorded), before existence and what else is wrong.
        ("CreateSecret", {"Name": "a"}, ("InvalidRequestException", NO_TOKEN)),
        ("CreateSecret", {"Name": "taken"}, ("InvalidRequestException", NO_TOKEN)),
        (
            "CreateSecret",
            {"Name": "a", "SecretString": "x", "SecretBinary": "eA=="},
            ("InvalidRequestException", NO_TOKEN),
        ),
        ("PutSecretValue", {"SecretId": "nope"}, ("InvalidRequestException", NO_TOKEN)),
        ("PutSecretValue", {"SecretId": "marked"}, ("InvalidRequestException", NO_TOKEN)),
        ("UpdateSecret", {"SecretId": "nope", "Description": "x"}, ("InvalidRequestException", NO_TOKEN)),
        ("RotateSecret", {"SecretId": "nope"}, ("InvalidParameterException", NO_TOKEN)),
        # Contradictions, before existence.
        (
            "PutSecretValue",
            {"SecretId": "nope", "ClientRequestToken": TOKEN},
            ("InvalidRequestException", "You must provide either SecretString or SecretBinary."),
        ),
        (
            "UpdateSecret",
            {"SecretId": "nope", "ClientRequestToken": TOKEN, "SecretString": "x", "SecretBinary": "eA=="},
            (
                "InvalidParameterException",
                "You can't specify both a binary secret value and a string secret value in the same secret.",
            ),
        ),
        (
            "DeleteSecret",
            {"SecretId": "nope", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": True},
            (
                "InvalidParameterException",
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            ),
        ),
        (
            "TagResource",
            {"SecretId": "nope", "Tags": [{"Key": "aws:x", "Value": ""}]},
            ("InvalidParameterException", "You can't modify system tags. Tag key: 'aws:x'."),
        ),
        (
            "UntagResource",
            {"SecretId": "nope", "TagKeys": ["aws:x"]},
            ("InvalidParameterException", "You can't modify system tags. Tag key: 'aws:x'."),
        ),
        (
            "UpdateSecretVersionStage",
            {"SecretId": "nope", "VersionStage": "mine"},
            ("InvalidParameterException", "You must specify MoveToVersionId, RemoveFromVersionId, or both."),
        ),
        (
            "ReplicateSecretToRegions",
            {"SecretId": "nope", "AddReplicaRegions": [{"Region": "us-west-2"}]},
            ("InvalidParameterException", "Invalid replica region."),
        ),
        (
            "PutResourcePolicy",
            {"SecretId": "nope", "ResourcePolicy": "{}", "PolicyName": "other"},
            ("InvalidParameterException", "The policy name must be default."),
        ),
        # Existence, before the state and the rest.
        ("UpdateSecret", {"SecretId": "nope", "ClientRequestToken": TOKEN, "KmsKeyId": "none"}, NOT_FOUND),
        ("RotateSecret", {"SecretId": "nope", "ClientRequestToken": TOKEN}, NOT_FOUND),
        ("PutResourcePolicy", {"SecretId": "nope", "ResourcePolicy": "no policy"}, NOT_FOUND),
        # The state, before the key.
        (
            "UpdateSecret",
            {"SecretId": "marked", "ClientRequestToken": TOKEN, "KmsKeyId": "none"},
            (
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            ),
        ),
        (
            "BatchGetSecretValue",
            {"MaxResults": 5},
            (
                "InvalidParameterException",
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
            ),
        ),
    ],
)
def test_what_is_told_first(
    wire: Wire, aws: Any, operation: str, members: dict[str, Any], expected: tuple[str, str]
) -> None:
    aws.create_secret(Name="taken", SecretString="x")
    aws.create_secret(Name="marked", SecretString="x")
    aws.delete_secret(SecretId="marked")

    assert told(wire, operation, **members) == expected


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetSecretValue", {}),
        ("PutSecretValue", {"SecretString": "x", "ClientRequestToken": TOKEN}),
        ("DeleteSecret", {"ForceDeleteWithoutRecovery": True}),
        ("RotateSecret", {"ClientRequestToken": TOKEN}),
        ("PutResourcePolicy", {"ResourcePolicy": "{"}),
        ("ReplicateSecretToRegions", {"AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    ],
)
@pytest.mark.parametrize("secret_id", ["nope", "there", "marked"])
def test_permission_comes_before_existence_and_state(
    aws: Any, mallory: Person, secret_id: str, operation: str, members: dict[str, Any]
) -> None:
    """Seen in the field."""
    for name in ("there", "marked"):
        aws.create_secret(Name=name, SecretString="x")
    aws.delete_secret(SecretId="marked")

    code, message = told(Wire(mallory.access_key), operation, SecretId=secret_id, **members)

    assert code == "AccessDeniedException"
    assert message.endswith(
        f"on resource: {secret_id} because no identity-based policy allows the secretsmanager:{operation} action"
    )
