"""Get-, Put-, Delete-, Validate- and ListResourcePolicies by boto3. Facts: api.md 5.15 to 5.18, security.md 2."""

import json
from typing import Any

import pytest

from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person


def policy(principal: Any, *, action: str = "secretsmanager:GetSecretValue") -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=3)


@pytest.fixture(autouse=True)
def arn(aws: Any) -> str:
    return str(aws.create_secret(Name="prod/db", SecretString="one")["ARN"])


def test_without_a_policy_the_member_is_absent(aws: Any, arn: str) -> None:
    reply = aws.get_resource_policy(SecretId="prod/db")

    assert {name: reply[name] for name in set(reply) - {"ResponseMetadata"}} == {"ARN": arn, "Name": "prod/db"}


def test_a_policy_comes_back_byte_for_byte_until_it_is_deleted(aws: Any, bob: Person) -> None:
    document = policy({"AWS": bob.arn})

    assert set(aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=document)) == {
        "ARN",
        "Name",
        "ResponseMetadata",
    }
    assert aws.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == document
    assert aws.list_resource_policies(SecretId="prod/db")["ResourcePolicies"] == [{"PolicyName": "default"}]

    assert set(aws.delete_resource_policy(SecretId="prod/db")) == {"ARN", "Name", "ResponseMetadata"}
    assert "ResourcePolicy" not in aws.get_resource_policy(SecretId="prod/db")
    assert aws.list_resource_policies(SecretId="prod/db")["ResourcePolicies"] == []


def test_a_policy_lets_in_whom_it_names(aws: Any, mallory: Person, aws_as: MakeClient) -> None:
    assert refused(aws_as(mallory).get_secret_value, SecretId="prod/db").code == "AccessDeniedException"

    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy({"AWS": mallory.arn}))

    assert aws_as(mallory).get_secret_value(SecretId="prod/db")["SecretString"] == "one"


def test_deleting_no_policy_is_no_error(aws: Any) -> None:
    assert aws.delete_resource_policy(SecretId="prod/db")["Name"] == "prod/db"


@pytest.mark.parametrize("document", ["{", "[]", '{"Version": "2012-10-17"}', '{"Statement": [], "Colour": "red"}'])
def test_what_is_no_policy(aws: Any, document: str) -> None:
    assert refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document).code == (
        "MalformedPolicyDocumentException"
    )
    reply = aws.validate_resource_policy(SecretId="prod/db", ResourcePolicy=document)
    assert reply["PolicyValidationPassed"] is False
    assert {*reply["ValidationErrors"][0]} == {"CheckName", "ErrorMessage"}


def test_a_principal_that_does_not_exist(aws: Any) -> None:
    document = policy({"AWS": "arn:aws:iam::123456789012:user/nobody"})

    assert refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document) == Refusal(
        "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal."
    )


def test_a_public_policy_is_refused_on_request(aws: Any) -> None:
    """Recorded: without BlockPublicPolicy it is accepted."""
    document = policy("*")

    assert refused(
        aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document, BlockPublicPolicy=True
    ).code == ("PublicPolicyException")
    assert aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=document)["Name"] == "prod/db"


def test_a_good_policy_passes_validation(aws: Any, bob: Person) -> None:
    reply = aws.validate_resource_policy(ResourcePolicy=policy({"AWS": bob.arn}))

    assert (reply["PolicyValidationPassed"], reply["ValidationErrors"]) == (True, [])


def test_a_bad_secret_id_is_told_while_validating(aws: Any) -> None:
    """Recorded."""
    refusal = refused(aws.validate_resource_policy, SecretId="with space", ResourcePolicy=policy("*"))

    assert refusal.code == "ValidationException"
    assert refusal.message.startswith("Invalid name.")


def test_the_one_policy_is_called_default(aws: Any, bob: Person) -> None:
    document = policy({"AWS": bob.arn})

    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=document, PolicyName="default")

    assert aws.get_resource_policy(SecretId="prod/db", PolicyName="default")["ResourcePolicy"] == document
    assert refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document, PolicyName="other").code == (
        "InvalidParameterException"
    )
    assert refused(aws.get_resource_policy, SecretId="prod/db", PolicyName="other").code == "ResourceNotFoundException"


# --- the name of a policy (api.md 6) -------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["put_resource_policy", "get_resource_policy", "delete_resource_policy"])
def test_the_name_of_a_policy_comes_back_to_those_who_know_it(aws: Any, arn: str, bob: Person, operation: str) -> None:
    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy({"AWS": bob.arn}))
    document = {"ResourcePolicy": policy({"AWS": bob.arn})} if operation == "put_resource_policy" else {}

    named = getattr(aws, operation)(SecretId="prod/db", PolicyName="default", **document)
    plain = getattr(aws, operation)(SecretId="prod/db", **document)

    assert (named["ARN"], named["PolicyName"]) == (arn, "default")
    assert "PolicyName" not in plain


def test_no_other_policy_is_put_deleted_or_found(aws: Any) -> None:
    """Documented: InvalidParameterException, and ResourceNotFoundException for reading."""
    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy("*"))

    codes = [
        refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=policy("*"), PolicyName="other").code,
        refused(aws.delete_resource_policy, SecretId="prod/db", PolicyName="other").code,
        refused(aws.get_resource_policy, SecretId="prod/db", PolicyName="other").code,
    ]

    assert codes == ["InvalidParameterException"] * 2 + ["ResourceNotFoundException"]
    assert aws.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == policy("*")


# --- what is attached, and what is refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("not JSON", "This resource policy contains a syntax error."),
        ("{}", "This resource policy contains a syntax error."),
        ('{"Version": "2010-01-01", "Statement": []}', "This policy has invalid syntax."),
        (
            policy({"AWS": "arn:aws:iam::123456789012:role/nobody"}),
            "This resource policy contains an unsupported principal.",
        ),
        (policy({"AWS": "somebody"}), "This resource policy contains an unsupported principal."),
    ],
)
def test_malformed_documents(aws: Any, document: str, message: str) -> None:
    """Sentences: api.md 3 and security.md 2.2. Nothing is stored, and what is there stays."""
    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy("*"))

    refusal = refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document)

    assert refusal == Refusal("MalformedPolicyDocumentException", message)
    assert aws.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == policy("*")


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_everybody(aws: Any, principal: Any) -> None:
    """Recorded: accepted unless BlockPublicPolicy is true. ValidateResourcePolicy says what speaks against it."""
    document = policy(principal)

    refusal = refused(aws.put_resource_policy, SecretId="prod/db", ResourcePolicy=document, BlockPublicPolicy=True)
    assert refusal.code == "PublicPolicyException"
    assert "ResourcePolicy" not in aws.get_resource_policy(SecretId="prod/db")
    for members in ({}, {"BlockPublicPolicy": False}):
        aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=document, **members)
        assert aws.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == document
    validated = aws.validate_resource_policy(SecretId="prod/db", ResourcePolicy=document)
    assert (validated["PolicyValidationPassed"], len(validated["ValidationErrors"])) == (False, 1)


def test_blocking_what_is_not_public(aws: Any, bob: Person) -> None:
    document = policy({"AWS": bob.arn})

    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=document, BlockPublicPolicy=True)

    assert aws.get_resource_policy(SecretId="prod/db")["ResourcePolicy"] == document


def test_a_policy_takes_the_place_of_the_one_before(aws: Any, bob: Person, arn: str) -> None:
    aws.put_resource_policy(SecretId="prod/db", ResourcePolicy=policy("*"))

    reply = aws.put_resource_policy(SecretId=arn, ResourcePolicy=policy({"AWS": bob.arn}))

    assert {name: reply[name] for name in set(reply) - {"ResponseMetadata"}} == {"ARN": arn, "Name": "prod/db"}
    assert aws.get_resource_policy(SecretId=arn[:-7])["ResourcePolicy"] == policy({"AWS": bob.arn})


def test_validating_stores_nothing(aws: Any, bob: Person) -> None:
    reply = aws.validate_resource_policy(SecretId="prod/db", ResourcePolicy=policy({"AWS": bob.arn}))

    assert set(reply) - {"ResponseMetadata"} == {"PolicyValidationPassed", "ValidationErrors"}
    assert "ResourcePolicy" not in aws.get_resource_policy(SecretId="prod/db")
