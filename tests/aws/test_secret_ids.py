"""Names, ARNs and partial ARNs, over raw HTTP on every operation that takes one. Facts: api.md 4.1 and 4.2."""

import json
import re
from typing import Any

import pytest

from secrets_app.service_model import service
from tests import factories
from tests.aws import bad_input
from tests.aws.conftest import MakeClient
from tests.aws.sentences import INVALID_NAME, NOT_FOUND
from tests.aws.wire import Wire, refused

OPERATIONS = service("secretsmanager").operations
ON_A_SECRET = sorted(name for name, model in OPERATIONS.items() if "SecretId" in model.input.members)
ON_A_NAME = [*ON_A_SECRET, "CreateSecret"]
# The characters of a name are these; "!" is for names that other services give.
LEGAL = ["a", "Invalid/_+=.@-Name", "rds!db-1", "/leading", "trailing/", "0", "a" * 512]
ILLEGAL = [
    "a b",
    "käse",
    "semi;colon",
    "star*",
    "a:b",
    "tab\t",
    "new\nline",
    "q?",
    "a,b",
    "#",
    "%20",
    "a\\b",
    '"',
    "ARN:a",
]


MEMBERS: dict[str, dict[str, Any]] = {
    "RemoveRegionsFromReplication": {"RemoveReplicaRegions": ["eu-west-1"]},
    "ReplicateSecretToRegions": {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
    "TagResource": {"Tags": [{"Key": "a", "Value": "b"}]},
    "UpdateSecretVersionStage": {"VersionStage": "A", "MoveToVersionId": "v" * 32},
}


def asked_for(operation: str, name: str) -> dict[str, Any]:
    """A request without fault, about this secret."""
    required = json.loads(bad_input.request(OPERATIONS[operation]))
    return {**required, **MEMBERS.get(operation, {}), "Name" if operation == "CreateSecret" else "SecretId": name}


@pytest.mark.parametrize("name", ILLEGAL)
@pytest.mark.parametrize("operation", ON_A_NAME)
def test_characters_are_looked_at_on_every_operation(wire: Wire, operation: str, name: str) -> None:
    """Recorded on ten of them, for secrets that don't exist (api.md 3)."""
    answer = wire.post(operation, asked_for(operation, name))

    assert (answer.status, answer.json) == (400, {"__type": INVALID_NAME.code, "message": INVALID_NAME.message})


@pytest.mark.parametrize("operation", sorted({*ON_A_SECRET} - {"DeleteSecret"}))
def test_what_is_not_there_is_not_found_by_any_operation(wire: Wire, operation: str) -> None:
    """Recorded (api.md 3)."""
    answer = wire.post(operation, asked_for(operation, "nope"))

    assert (answer.status, answer.json) == (400, {"__type": NOT_FOUND.code, "Message": NOT_FOUND.message})


@pytest.mark.parametrize("name", LEGAL)
def test_legal_names_are_stored_and_found(aws: Any, name: str) -> None:
    arn = aws.create_secret(Name=name, SecretString="x")["ARN"]

    assert arn.startswith(f"arn:aws:secretsmanager:us-west-2:123456789012:secret:{name}-")
    assert re.fullmatch(r"[A-Za-z0-9]{6}", arn.rpartition("-")[2])
    assert {aws.get_secret_value(SecretId=secret_id)["ARN"] for secret_id in (name, arn, arn[:-7])} == {arn}


def test_names_differ_by_case(aws: Any) -> None:
    first, second = aws.create_secret(Name="Prod")["ARN"], aws.create_secret(Name="prod")["ARN"]

    assert aws.describe_secret(SecretId="Prod")["ARN"] == first
    assert aws.describe_secret(SecretId="prod")["ARN"] == second


# --- partial ARNs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("Invalid/_+=.@-Name-a1b2c3", False),
        ("Invalid/_+=.@-Name-a1b2", True),
        ("Invalid/_+=.@-Name-a1b2c3-", True),
        ("Invalid/_+=.@-Name-a1b2c", True),
        ("Invalid/_+=.@-Name-a1b2c3d", True),
        ("Invalid/_+=.@-Name-a1b2_3", True),
        ("-aaaaaa", False),
        ("aaaaaa", True),
    ],
)
def test_a_partial_arn_must_not_look_like_a_whole_one(aws: Any, name: str, is_found: bool) -> None:
    """Recorded: hyphen and six characters at the end are taken for the suffix, even where they are the name's own."""
    arn = aws.create_secret(Name=name, SecretString="x")["ARN"]
    found = []

    def look_up(secret_id: str) -> None:
        found.append(aws.get_secret_value(SecretId=secret_id)["Name"])

    look_up(name)
    look_up(arn)
    if is_found:
        look_up(arn[:-7])
    else:
        assert refused(aws.get_secret_value, SecretId=arn[:-7]) == NOT_FOUND

    assert set(found) == {name}


@pytest.mark.parametrize(
    "operation", ["get_secret_value", "describe_secret", "list_secret_version_ids", "delete_secret"]
)
def test_arns_that_are_none_of_this_secret(aws: Any, operation: str) -> None:
    """Documented: a name with its suffix is no SecretId. Another Region's ARN is another endpoint's (inferred)."""
    arn = aws.create_secret(Name="prod/db", SecretString="x")["ARN"]
    strangers = [
        "prod/db" + arn[-7:],
        arn[:-6] + "aaaaaa",
        arn.swapcase().replace("ARN:", "arn:"),
        arn.replace("us-west-2", "us-east-1"),
        arn.replace("us-west-2", ""),
        arn.replace("secretsmanager", "ssm"),
        arn.replace("arn:aws:", "arn:aws-cn:"),
        arn + ":password:AWSCURRENT:",
        arn.replace(":secret:", ":"),
        "arn:",
        "arn:aws:secretsmanager:us-west-2:123456789012:secret:",
    ]

    assert [refused(getattr(aws, operation), SecretId=stranger) for stranger in strangers] == [NOT_FOUND] * len(
        strangers
    )


def test_another_account_has_to_be_let_in(aws: Any, aws_as: MakeClient) -> None:
    """Cross-account access is by ARN and takes the owner's resource policy; whether there is a secret isn't told."""
    arn = aws.create_secret(Name="prod/db", SecretString="x")["ARN"]
    carol = factories.make_person("carol", factories.EVERYTHING, account="210987654321")

    refusals = [refused(aws_as(carol).describe_secret, SecretId=asked) for asked in (arn, arn[:-6] + "aaaaaa")]

    assert refusals[0].code == "AccessDeniedException"
    assert "because no resource-based policy allows the secretsmanager:DescribeSecret action" in refusals[0].message
    assert refused(aws_as(carol).describe_secret, SecretId="prod/db") == NOT_FOUND


def test_created_again_a_secret_has_another_suffix(aws: Any) -> None:
    """Recorded, at once after a forced deletion."""
    first = aws.create_secret(Name="prod/db", SecretString="x")["ARN"]
    aws.delete_secret(SecretId="prod/db", ForceDeleteWithoutRecovery=True)

    second = aws.create_secret(Name="prod/db", SecretString="x")["ARN"]

    assert (first[:-6], first != second) == (second[:-6], True)
    assert refused(aws.get_secret_value, SecretId=first) == NOT_FOUND
