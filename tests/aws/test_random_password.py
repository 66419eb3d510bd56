"""GetRandomPassword by boto3. Facts: api.md 5.14."""

import string
from typing import Any

import pytest

from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person


def password(aws: Any, **members: Any) -> str:
    return str(aws.get_random_password(**members)["RandomPassword"])


def test_thirty_two_characters_of_every_type(aws: Any) -> None:
    made = password(aws)

    assert len(made) == 32
    for group in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(made) & set(group)
    assert " " not in made


def test_types_and_characters_can_be_left_out(aws: Any) -> None:
    made = password(aws, PasswordLength=500, ExcludePunctuation=True, ExcludeUppercase=True, ExcludeCharacters="abc123")

    assert set(made) <= set(string.ascii_lowercase + string.digits) - set("abc123")


def test_a_blank_on_request(aws: Any) -> None:
    assert " " in password(aws, PasswordLength=4096, IncludeSpace=True)


def test_two_are_never_the_same(aws: Any) -> None:
    assert password(aws) != password(aws)


def test_what_cannot_be_made(aws: Any) -> None:
    assert refused(aws.get_random_password, PasswordLength=3) == Refusal(
        "InvalidParameterException", "Password length is too short based on the required types."
    )
    assert refused(aws.get_random_password, ExcludeCharacters=string.printable).code == "InvalidParameterException"
    assert password(aws, PasswordLength=3, RequireEachIncludedType=False)


@pytest.mark.parametrize("length", [4097, 10**12])
def test_a_password_has_its_limits(aws: Any, length: int) -> None:
    assert refused(aws.get_random_password, PasswordLength=length) == Refusal(
        "ValidationException",
        f"1 validation error detected: Value '{length}' at 'passwordLength' failed to satisfy constraint: "
        "Member must have value less than or equal to 4096",
    )


def test_the_refusal_names_no_resource(mallory: Person, aws_as: MakeClient) -> None:
    """Account-level actions have none."""
    assert refused(aws_as(mallory).get_random_password).message == (
        f"User: {mallory.arn} is not authorized to perform: secretsmanager:GetRandomPassword "
        "because no identity-based policy allows the secretsmanager:GetRandomPassword action"
    )
