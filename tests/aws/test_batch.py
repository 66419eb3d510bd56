"""BatchGetSecretValue: lists, filters, and what can't be read. Facts: api.md 5.3."""

from typing import Any

import pytest

from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.sentences import INVALID_NAME, MARKED, NOT_FOUND, no_label
from tests.aws.wire import Refusal, Wire, refused

EITHER = Refusal("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.")
BY_PREFIX = [{"Key": "name", "Values": ["batch/"]}]
Error = dict[str, str]


@pytest.fixture(autouse=True)
def arns(aws: Any) -> dict[str, str]:
    return {name: aws.create_secret(Name=f"batch/{name}", SecretString=f"value {name}")["ARN"] for name in "abc"}


def values(reply: Any) -> list[str]:
    return [entry["SecretString"] for entry in reply["SecretValues"]]


def error(secret_id: str, refusal: Refusal) -> Error:
    return {"SecretId": secret_id, "ErrorCode": refusal.code, "Message": refusal.message}


def test_an_entry_is_what_get_secret_value_answers(aws: Any) -> None:
    reply = aws.batch_get_secret_value(SecretIdList=["batch/a"])

    assert set(reply) - {"ResponseMetadata"} == {"SecretValues", "Errors"}
    alone = aws.get_secret_value(SecretId="batch/a")
    del alone["ResponseMetadata"]
    assert (reply["SecretValues"], reply["Errors"]) == ([alone], [])


def test_bytes_are_base64_on_the_wire(wire: Wire, aws: Any) -> None:
    aws.create_secret(Name="bytes", SecretBinary=b"footest")

    (entry,) = wire.post("BatchGetSecretValue", {"SecretIdList": ["bytes"]}).json["SecretValues"]

    assert (entry["SecretBinary"], "SecretString" in entry) == ("Zm9vdGVzdA==", False)


def test_answers_come_in_the_order_of_the_list_by_any_kind_of_id(aws: Any, arns: dict[str, str]) -> None:
    asked = ["batch/c", arns["a"], arns["b"][:-7]]

    reply = aws.batch_get_secret_value(SecretIdList=asked)

    assert values(reply) == ["value c", "value a", "value b"]
    assert [entry["ARN"] for entry in reply["SecretValues"]] == [arns["c"], arns["a"], arns["b"]]


def test_what_is_asked_twice_is_answered_twice(aws: Any, arns: dict[str, str]) -> None:
    reply = aws.batch_get_secret_value(SecretIdList=["batch/a", arns["a"], "nope", "batch/a", "nope"])

    assert values(reply) == ["value a"] * 3
    assert reply["Errors"] == [error("nope", NOT_FOUND)] * 2


def test_each_that_cannot_be_read_has_its_error(aws: Any, aws_as: MakeClient, alice: Any, arns: dict[str, str]) -> None:
    """Documented: the call succeeds. Each is named as it was asked for."""
    aws.create_secret(Name="empty")
    aws.delete_secret(SecretId="batch/b")
    key = factories.make_key()
    aws.create_secret(Name="locked", SecretString="x", KmsKeyId=key.key_id)
    aws_as(alice, service="kms").disable_key(KeyId=key.key_id)

    reply = aws.batch_get_secret_value(
        SecretIdList=["nope", "batch/a", arns["b"], "empty", "a b", "locked", arns["a"][:-6] + "aaaaaa"]
    )

    assert values(reply) == ["value a"]
    *plain, locked, last = reply["Errors"]
    assert plain == [
        error("nope", NOT_FOUND),
        error(arns["b"], MARKED),
        error("empty", no_label("AWSCURRENT")),
        error("a b", INVALID_NAME),
    ]
    assert (locked["SecretId"], locked["ErrorCode"]) == ("locked", "DecryptionFailure")
    assert last == error(arns["a"][:-6] + "aaaaaa", NOT_FOUND)


def test_permission_is_asked_for_each(aws: Any, aws_as: MakeClient, arns: dict[str, str]) -> None:
    """Documented: BatchGetSecretValue on "*", and GetSecretValue on each secret."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*"},
            {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arns["a"]},
        ],
    }
    carol = factories.make_person("carol", policy)

    reply = aws_as(carol).batch_get_secret_value(SecretIdList=["batch/a", "batch/b", "nope"])

    assert values(reply) == ["value a"]
    assert [(one["SecretId"], one["ErrorCode"]) for one in reply["Errors"]] == [
        ("batch/b", "AccessDeniedException"),
        ("nope", "AccessDeniedException"),
    ]
    assert reply["Errors"][1]["Message"] == (
        f"User: {carol.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: nope "
        "because no identity-based policy allows the secretsmanager:GetSecretValue action"
    )


def test_filters_take_the_permission_to_list(aws_as: MakeClient) -> None:
    """Documented. Account-level actions name no resource."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
                "Resource": "*",
            }
        ],
    }
    carol = factories.make_person("carol", policy)

    assert refused(aws_as(carol).batch_get_secret_value, Filters=BY_PREFIX) == Refusal(
        "AccessDeniedException",
        f"User: {carol.arn} is not authorized to perform: secretsmanager:ListSecrets "
        "because no identity-based policy allows the secretsmanager:ListSecrets action",
    )


def test_filters_find_what_the_list_finds(aws: Any) -> None:
    """The oldest first; nothing that is marked for deletion; what has no value is an error (inferred)."""
    arn = aws.create_secret(Name="batch/empty")["ARN"]
    aws.delete_secret(SecretId="batch/b")

    reply = aws.batch_get_secret_value(Filters=BY_PREFIX)

    assert values(reply) == ["value a", "value c"]
    assert reply["Errors"] == [error(arn, no_label("AWSCURRENT"))]
    assert "NextToken" not in reply


def test_only_the_current_version_is_read(aws: Any) -> None:
    aws.put_secret_value(SecretId="batch/a", SecretString="pending", VersionStages=["AWSPENDING"])

    (entry,) = aws.batch_get_secret_value(SecretIdList=["batch/a"])["SecretValues"]

    assert (entry["SecretString"], entry["VersionStages"]) == ("value a", ["AWSCURRENT"])


def test_a_page_has_twenty_at_most(aws: Any) -> None:
    for number in range(21):
        aws.create_secret(Name=f"many/{number}", SecretString="x")
    by_prefix = [{"Key": "name", "Values": ["many/"]}]

    reply = aws.batch_get_secret_value(Filters=by_prefix)

    assert len(reply["SecretValues"]) == 20
    assert len(aws.batch_get_secret_value(Filters=by_prefix, NextToken=reply["NextToken"])["SecretValues"]) == 1


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ({}, EITHER),
        ({"SecretIdList": ["batch/a"], "Filters": BY_PREFIX}, EITHER),
        (
            {"SecretIdList": ["batch/a"], "MaxResults": 5},
            Refusal(
                "InvalidParameterException",
                "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
            ),
        ),
    ],
)
def test_ids_or_filters(aws: Any, request_: dict[str, Any], refusal: Refusal) -> None:
    """Documented; the sentences are those of another emulator."""
    assert refused(aws.batch_get_secret_value, **request_) == refusal


@pytest.mark.parametrize(
    "request_",
    [{"SecretIdList": []}, {"SecretIdList": ["a"] * 21}, {"SecretIdList": [""]}, {"Filters": BY_PREFIX * 11}],
)
def test_limits(wire: Wire, request_: dict[str, Any]) -> None:
    assert wire.post("BatchGetSecretValue", request_).error == "ValidationException"
