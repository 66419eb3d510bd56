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


GROUPS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


@pytest.mark.parametrize("excluded", [(), *((name,) for name in GROUPS), ("ExcludeNumbers", "ExcludePunctuation")])
def test_each_type_that_is_left_is_there(aws: Any, excluded: tuple[str, ...]) -> None:
    """Documented: all types by default, each at least once; punctuation is the 32 ASCII marks."""
    left = [group for name, group in GROUPS.items() if name not in excluded]

    made = password(aws, PasswordLength=len(left), **dict.fromkeys(excluded, True))

    assert [len(set(made) & set(group)) for group in left] == [1] * len(left)


@pytest.mark.parametrize("length", [1, 2, 4, 31, 32, 4096])
def test_lengths(aws: Any, length: int) -> None:
    assert len(password(aws, PasswordLength=length, RequireEachIncludedType=False)) == length


def test_false_is_as_good_as_absent(aws: Any) -> None:
    flags = [*GROUPS, "IncludeSpace"]

    assert " " not in password(aws, PasswordLength=4000, **dict.fromkeys(flags, False))


def test_a_blank_is_never_required(aws: Any) -> None:
    assert len(password(aws, PasswordLength=4, IncludeSpace=True)) == 4


def test_a_blank_can_be_all_there_is_or_be_excluded(aws: Any) -> None:
    nothing_else = dict.fromkeys(GROUPS, True)

    assert password(aws, PasswordLength=7, IncludeSpace=True, **nothing_else) == " " * 7
    assert " " not in password(aws, PasswordLength=4096, IncludeSpace=True, ExcludeCharacters=" ")


def test_a_type_whose_characters_are_all_excluded_is_not_required(aws: Any) -> None:
    made = password(aws, PasswordLength=3, ExcludeCharacters=string.digits)

    assert not set(made) & set(string.digits)


@pytest.mark.parametrize(
    "members",
    [
        dict.fromkeys(GROUPS, True),
        {"ExcludeCharacters": string.printable},
        {"ExcludeCharacters": string.printable, "IncludeSpace": True},
        {**dict.fromkeys(GROUPS, True), "RequireEachIncludedType": False},
    ],
)
def test_with_nothing_left_there_is_no_password(aws: Any, members: dict[str, Any]) -> None:
    assert refused(aws.get_random_password, **members).code == "InvalidParameterException"


@pytest.mark.parametrize(("length", "members"), [(1, {}), (3, {}), (2, {"ExcludeNumbers": True})])
def test_too_short_for_its_types(aws: Any, length: int, members: dict[str, Any]) -> None:
    assert refused(aws.get_random_password, PasswordLength=length, **members) == Refusal(
        "InvalidParameterException", "Password length is too short based on the required types."
    )
