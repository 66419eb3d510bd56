"""RotateSecret and CancelRotateSecret by boto3; the steps themselves are the scheduler's. Facts: api.md 5.12, 5.13."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from secrets_app.models import RotationFunction
from tests import factories
from tests.aws.sentences import no_label, no_version
from tests.aws.wire import Refusal, Wire, refused

NO_FUNCTION = Refusal("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")


@pytest.fixture(autouse=True)
def first(aws: Any) -> str:
    """The version id of prod/db's only version."""
    return str(aws.create_secret(Name="prod/db", SecretString='{"password": "one"}')["VersionId"])


@pytest.fixture
def function_arn() -> str:
    return RotationFunction.objects.create(
        account=factories.make_account(),
        region=factories.REGION,
        name="rotate",
        handler="rotation:handler",
        created_at=factories.NOW,
    ).arn


def rotation(aws: Any) -> dict[str, Any]:
    described = aws.describe_secret(SecretId="prod/db")
    return {name: value for name, value in described.items() if "Rotat" in name}


def test_a_rotation_answers_at_once_with_its_pending_version(aws: Any, first: str, function_arn: str) -> None:
    token = str(uuid.uuid4())

    reply = aws.rotate_secret(
        SecretId="prod/db",
        RotationLambdaARN=function_arn,
        RotationRules={"AutomaticallyAfterDays": 30},
        ClientRequestToken=token,
    )

    assert set(reply) - {"ResponseMetadata"} == {"ARN", "Name", "VersionId"}
    assert reply["VersionId"] == token
    assert aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"] == {
        first: ["AWSCURRENT"],
        token: ["AWSPENDING"],
    }
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionStage="AWSPENDING").code == (
        "ResourceNotFoundException"
    )


def test_the_configuration_is_described_as_given(aws: Any, function_arn: str) -> None:
    assert rotation(aws) == {}

    rules = {"ScheduleExpression": "cron(0 16 1 * ? *)", "Duration": "2h"}
    aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules=rules)

    found = rotation(aws)
    assert (found["RotationEnabled"], found["RotationLambdaARN"], found["RotationRules"]) == (True, function_arn, rules)
    next_date = found["NextRotationDate"].astimezone(UTC)
    assert (next_date.day, next_date.hour, next_date.minute, next_date.second) == (1, 17, 59, 59)
    assert next_date > datetime.now(UTC)
    assert "LastRotatedDate" not in found


def test_cancelling_keeps_function_and_rules(aws: Any, function_arn: str) -> None:
    rules = {"AutomaticallyAfterDays": 7}
    token = aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules=rules)["VersionId"]

    reply = aws.cancel_rotate_secret(SecretId="prod/db")

    assert reply["VersionId"] == token
    assert rotation(aws) == {"RotationEnabled": False, "RotationLambdaARN": function_arn, "RotationRules": rules}


def test_a_function_is_needed(aws: Any) -> None:
    assert refused(aws.rotate_secret, SecretId="prod/db") == NO_FUNCTION
    assert refused(aws.cancel_rotate_secret, SecretId="prod/db") == NO_FUNCTION


def test_a_function_that_does_not_exist_is_refused_and_nothing_stored(aws: Any) -> None:
    """Recorded."""
    missing = "arn:aws:lambda:us-west-2:123456789012:function:nope"

    assert refused(
        aws.rotate_secret, SecretId="prod/db", RotationLambdaARN=missing, RotationRules={"AutomaticallyAfterDays": 1}
    ) == Refusal(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access "
        "to the principal secretsmanager.amazonaws.com.",
    )
    assert rotation(aws) == {}


def test_one_rotation_at_a_time(aws: Any, function_arn: str) -> None:
    aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn)

    assert refused(aws.rotate_secret, SecretId="prod/db") == Refusal(
        "InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted."
    )


def test_days_or_an_expression_but_not_both(aws: Any, function_arn: str) -> None:
    rules = {"AutomaticallyAfterDays": 7, "ScheduleExpression": "rate(7 days)"}

    assert refused(
        aws.rotate_secret, SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules=rules
    ) == Refusal(
        "InvalidParameterException", "You cannot specify both rotation frequency and schedule expression together."
    )


@pytest.mark.parametrize(
    "rules",
    [
        {"ScheduleExpression": "rate(3 hours)"},
        {"ScheduleExpression": "every day"},
        {"ScheduleExpression": "cron(0/30 * * * ? *)"},
        {"AutomaticallyAfterDays": 1001},
        {"ScheduleExpression": "rate(10 days)", "Duration": "h4"},
    ],
)
def test_rules_that_are_none(aws: Any, function_arn: str, rules: dict[str, Any]) -> None:
    refusal = refused(aws.rotate_secret, SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules=rules)

    assert refusal.code in ("InvalidParameterException", "ValidationException")
    assert rotation(aws) == {}


# --- what is described, and what is not (api.md 5.8, 5.12, 5.13) --------------------------------------------------


def test_the_list_says_of_rotation_what_the_description_says(aws: Any, function_arn: str) -> None:
    aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules={"AutomaticallyAfterDays": 1})

    (entry,) = aws.list_secrets()["SecretList"]

    assert {name: value for name, value in entry.items() if "Rotat" in name} == rotation(aws)
    assert rotation(aws)["RotationRules"] == {"AutomaticallyAfterDays": 1}


def test_cancelled_it_has_no_next_date(aws: Any, function_arn: str) -> None:
    """Documented: RotationEnabled is false, the rest stays. Once more, and it still answers."""
    aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules={"AutomaticallyAfterDays": 1})
    aws.cancel_rotate_secret(SecretId="prod/db")

    reply = aws.cancel_rotate_secret(SecretId="prod/db")

    assert set(reply) - {"ResponseMetadata"} <= {"ARN", "Name", "VersionId"}
    assert set(rotation(aws)) == {"RotationEnabled", "RotationLambdaARN", "RotationRules"}


def test_the_same_request_again_is_no_second_rotation(aws: Any, first: str, function_arn: str) -> None:
    request: Any = {"SecretId": "prod/db", "RotationLambdaARN": function_arn, "ClientRequestToken": "t" * 32}
    answers = [aws.rotate_secret(**request)["VersionId"] for _ in range(2)]

    assert answers == ["t" * 32] * 2
    assert aws.describe_secret(SecretId="prod/db")["VersionIdsToStages"] == {
        first: ["AWSCURRENT"],
        "t" * 32: ["AWSPENDING"],
    }


def test_a_pending_version_without_a_value_is_listed_and_cannot_be_read(
    aws: Any, first: str, function_arn: str
) -> None:
    """Documented: AWS's rotation templates rely on it."""
    token = aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn)["VersionId"]

    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=token) == no_version(token)
    assert refused(aws.get_secret_value, SecretId="prod/db", VersionId=token, VersionStage="AWSPENDING") == no_label(
        "AWSPENDING"
    )
    newest, _ = aws.list_secret_version_ids(SecretId="prod/db")["Versions"]
    assert set(newest) == {"VersionId", "VersionStages", "CreatedDate"}
    assert aws.get_secret_value(SecretId="prod/db")["VersionId"] == first


def test_a_put_with_the_token_of_the_pending_version_fills_it(aws: Any, first: str, function_arn: str) -> None:
    """Documented."""
    token = aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn)["VersionId"]

    reply = aws.put_secret_value(
        SecretId="prod/db", SecretString="two", ClientRequestToken=token, VersionStages=["AWSPENDING"]
    )

    assert (reply["VersionId"], reply["VersionStages"]) == (token, ["AWSPENDING"])
    assert aws.get_secret_value(SecretId="prod/db", VersionStage="AWSPENDING")["SecretString"] == "two"
    assert aws.get_secret_value(SecretId="prod/db")["VersionId"] == first


@pytest.mark.parametrize(
    "function",
    [
        "arn:aws:lambda:us-west-2:123456789012:function:nope",
        "arn:aws:lambda:us-west-2:210987654321:function:rotate",
        "arn:aws:lambda:eu-west-1:123456789012:function:rotate",
    ],
)
def test_a_refused_function_changes_nothing_of_what_is_stored(aws: Any, function_arn: str, function: str) -> None:
    """Recorded for a secret without rotation; with one, the old configuration stays."""
    rules = {"AutomaticallyAfterDays": 7}
    aws.rotate_secret(SecretId="prod/db", RotationLambdaARN=function_arn, RotationRules=rules, RotateImmediately=False)
    before = rotation(aws)

    refusal = refused(
        aws.rotate_secret, SecretId="prod/db", RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 1}
    )

    assert refusal.code == "AccessDeniedException"
    assert rotation(aws) == before


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"ScheduleExpression": "rate(4 hours)"}, None),
        ({"ScheduleExpression": "rate(10 days)", "Duration": "3h"}, None),
        ({"ScheduleExpression": "cron(0 8 1 * ? *)"}, None),
        ({"AutomaticallyAfterDays": 1}, None),
        ({"AutomaticallyAfterDays": 1000}, None),
        ({"AutomaticallyAfterDays": 7, "Duration": "24h"}, None),
        ({"AutomaticallyAfterDays": 0}, "ValidationException"),
        ({"Duration": "3h"}, "InvalidParameterException"),
        ({"ScheduleExpression": "rate(3 hours)"}, "InvalidParameterException"),
        ({"ScheduleExpression": "rate(10 days)", "Duration": "25h"}, "InvalidParameterException"),
        ({"ScheduleExpression": "rate(10 days)", "Duration": "100h"}, "ValidationException"),
        ({"ScheduleExpression": "cron(0 8 31 2 ? *)"}, "InvalidParameterException"),
        ({"ScheduleExpression": "rate(10 days); "}, "ValidationException"),
    ],
)
def test_rules(wire: Wire, aws: Any, function_arn: str, rules: dict[str, Any], code: str | None) -> None:
    """Documented and modelled; what is accepted comes back as given."""
    request = {"SecretId": "prod/db", "RotationLambdaARN": function_arn, "RotationRules": rules}

    answer = wire.post("RotateSecret", {**request, "ClientRequestToken": "t" * 32})

    assert answer.json.get("__type") == code
    assert rotation(aws).get("RotationRules") == (None if code else rules)
