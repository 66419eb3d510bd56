"""What a ClientRequestToken means: the same request once more, or a refusal. Facts: api.md 4.3 (verified)."""

from typing import Any

import pytest

from tests.aws.sentences import token_in_use
from tests.aws.wire import Refusal, Wire, refused

A, B, C = "a" * 32, "b" * 32, "c" * 32
TAKEN = Refusal("ResourceExistsException", "The operation failed because the secret prod/db already exists.")


@pytest.fixture
def arn(aws: Any) -> str:
    """prod/db with one version, A."""
    return str(aws.create_secret(Name="prod/db", SecretString="one", ClientRequestToken=A)["ARN"])


def members(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}


def labels(aws: Any) -> dict[str, list[str]]:
    return dict(aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"])


def changed(aws: Any) -> Any:
    return aws.describe_secret(SecretId="prod/db")["LastChangedDate"]


@pytest.mark.parametrize(
    "token", ["terraform-20261124090000000000000001", "T" * 32, "MiXed-CaSe-" + "x" * 53, "é" * 32]
)
def test_the_token_is_the_version_id_unchanged(aws: Any, token: str) -> None:
    assert aws.create_secret(Name="a", SecretString="x", ClientRequestToken=token)["VersionId"] == token
    assert aws.get_secret_value(SecretId="a", VersionId=token)["VersionId"] == token


def test_tokens_differ_by_case(aws: Any, arn: str) -> None:
    aws.put_secret_value(SecretId="prod/db", SecretString="two", ClientRequestToken=A.upper())

    assert labels(aws) == {A: ["AWSPREVIOUS"], A.upper(): ["AWSCURRENT"]}


# --- CreateSecret ----------------------------------------------------------------------------------------


def test_creating_again_answers_the_same_body_and_changes_nothing(aws: Any) -> None:
    request = {
        "Name": "prod/db",
        "SecretString": "one",
        "ClientRequestToken": A,
        "AddReplicaRegions": [{"Region": "eu-west-1"}],
    }
    first = aws.create_secret(**request)
    before = aws.describe_secret(SecretId="prod/db")

    second = aws.create_secret(**request, Description="other", Tags=[{"Key": "a", "Value": "b"}])

    assert members(second) == members(first)
    assert members(aws.describe_secret(SecretId="prod/db")) == members(before)


@pytest.mark.parametrize(
    ("value", "token", "refusal"),
    [
        ({"SecretString": "two"}, A, None),
        ({"SecretBinary": b"one"}, A, None),
        ({"SecretString": "one"}, B, TAKEN),
        ({}, A, TAKEN),
        ({}, B, TAKEN),
    ],
)
def test_creating_otherwise_is_refused(
    aws: Any, arn: str, value: dict[str, Any], token: str, refusal: Refusal | None
) -> None:
    """Bytes are another value than a text of the same bytes."""
    expected = refusal or token_in_use(A, arn)

    assert refused(aws.create_secret, Name="prod/db", ClientRequestToken=token, **value) == expected
    assert aws.get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_creating_again_by_the_token_of_an_outdated_version(aws: Any, arn: str) -> None:
    for token, value in ((B, "two"), (C, "three")):
        aws.put_secret_value(SecretId="prod/db", SecretString=value, ClientRequestToken=token)

    reply = aws.create_secret(Name="prod/db", SecretString="one", ClientRequestToken=A)

    assert members(reply) == {"ARN": arn, "Name": "prod/db", "VersionId": A}
    assert labels(aws) == {B: ["AWSPREVIOUS"], C: ["AWSCURRENT"]}


def test_creating_again_while_marked_and_after_restoring(aws: Any, arn: str) -> None:
    request: Any = {"Name": "prod/db", "SecretString": "one", "ClientRequestToken": A}
    aws.delete_secret(SecretId="prod/db")
    assert refused(aws.create_secret, **request) == Refusal(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )

    aws.restore_secret(SecretId="prod/db")

    assert aws.create_secret(**request)["ARN"] == arn


def test_creating_again_after_a_forced_deletion_is_a_new_secret(aws: Any, arn: str) -> None:
    aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    reply = aws.create_secret(Name="prod/db", SecretString="another", ClientRequestToken=A)

    assert (reply["ARN"] != arn, reply["VersionId"]) == (True, A)


# --- PutSecretValue and UpdateSecret -----------------------------------------------------------------------

WRITERS = ["put_secret_value", "update_secret"]


@pytest.mark.parametrize("operation", WRITERS)
def test_writing_again_is_no_new_version(aws: Any, arn: str, operation: str) -> None:
    write = getattr(aws, operation)
    first = write(SecretId="prod/db", SecretString="two", ClientRequestToken=B)

    second = write(SecretId="prod/db", SecretString="two", ClientRequestToken=B)

    assert members(second) == members(first)
    assert labels(aws) == {A: ["AWSPREVIOUS"], B: ["AWSCURRENT"]}


@pytest.mark.parametrize("operation", WRITERS)
@pytest.mark.parametrize("value", [{"SecretString": "other"}, {"SecretBinary": b"one"}])
def test_writing_another_value_is_refused_by_every_token_in_use(
    aws: Any, arn: str, operation: str, value: dict[str, Any]
) -> None:
    """Of the current version, of the previous one, and of one without labels."""
    for token, text in ((B, "two"), (C, "three")):
        aws.put_secret_value(SecretId="prod/db", SecretString=text, ClientRequestToken=token)

    refusals = [
        refused(getattr(aws, operation), SecretId="prod/db", ClientRequestToken=token, **value) for token in (A, B, C)
    ]

    assert refusals == [token_in_use(token, arn) for token in (A, B, C)]
    assert labels(aws) == {B: ["AWSPREVIOUS"], C: ["AWSCURRENT"]}


@pytest.mark.parametrize("operation", WRITERS)
def test_an_outdated_version_written_again_stays_outdated(aws: Any, arn: str, operation: str) -> None:
    for token, text in ((B, "two"), (C, "three")):
        aws.put_secret_value(SecretId="prod/db", SecretString=text, ClientRequestToken=token)

    reply = getattr(aws, operation)(SecretId="prod/db", SecretString="one", ClientRequestToken=A)

    assert reply["VersionId"] == A
    assert "VersionStages" not in reply
    assert labels(aws) == {B: ["AWSPREVIOUS"], C: ["AWSCURRENT"]}


@pytest.mark.parametrize("operation", WRITERS)
def test_the_same_value_under_a_new_token_is_a_new_version(aws: Any, arn: str, operation: str) -> None:
    """Recorded for UpdateSecret: also LastChangedDate moves on."""
    before = changed(aws)

    getattr(aws, operation)(SecretId="prod/db", SecretString="one", ClientRequestToken=B)

    assert labels(aws) == {A: ["AWSPREVIOUS"], B: ["AWSCURRENT"]}
    assert changed(aws) > before


def test_putting_again_under_other_labels_moves_none(aws: Any, arn: str) -> None:
    """Documented: the request is ignored."""
    aws.put_secret_value(SecretId="prod/db", SecretString="two", ClientRequestToken=B, VersionStages=["MINE"])

    reply = aws.put_secret_value(SecretId="prod/db", SecretString="two", ClientRequestToken=B)

    assert reply["VersionStages"] == ["MINE"]
    assert labels(aws) == {A: ["AWSCURRENT"], B: ["MINE"]}


def test_an_update_by_token_alone_makes_no_version(wire: Wire, aws: Any, arn: str) -> None:
    answer = wire.post("UpdateSecret", {"SecretId": "prod/db", "ClientRequestToken": B})

    assert answer.json == {"ARN": arn, "Name": "prod/db"}
    assert labels(aws) == {A: ["AWSCURRENT"]}


def test_an_update_without_a_value_may_use_a_token_again(aws: Any, arn: str) -> None:
    """SDKs send a token with every update; without a value it makes no version, so it can't be in use for one."""
    reply = aws.update_secret(SecretId="prod/db", Description="d", ClientRequestToken=A)

    assert members(reply) == {"ARN": arn, "Name": "prod/db"}
    assert aws.describe_secret(SecretId="prod/db")["Description"] == "d"


def test_two_secrets_may_share_a_token(aws: Any, arn: str) -> None:
    assert aws.create_secret(Name="other", SecretString="x", ClientRequestToken=A)["VersionId"] == A


def test_a_version_takes_bytes_and_then_text(aws: Any, arn: str) -> None:
    aws.put_secret_value(SecretId="prod/db", SecretBinary=b"two", ClientRequestToken=B)
    aws.put_secret_value(SecretId="prod/db", SecretString="two", ClientRequestToken=C)

    assert aws.get_secret_value(SecretId="prod/db", VersionId=B)["SecretBinary"] == b"two"
    assert aws.get_secret_value(SecretId="prod/db", VersionId=C)["SecretString"] == "two"
