"""NextToken: opaque, good after a restart, and for its own caller and question only. Facts: api.md 4.10."""

import base64
import re
from typing import Any

import pytest

from secrets_app import root_key
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import Refusal, refused
from tests.factories import Person

BAD_TOKEN = Refusal("InvalidNextTokenException", "The NextToken value is invalid.")
BY_PREFIX = [{"Key": "name", "Values": ["s"]}]
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "secrets": ("list_secrets", {"MaxResults": 2}),
    "secrets by name": ("list_secrets", {"MaxResults": 2, "SortBy": "name"}),
    "secrets by filter": ("list_secrets", {"MaxResults": 2, "Filters": BY_PREFIX}),
    "values": ("batch_get_secret_value", {"MaxResults": 2, "Filters": BY_PREFIX}),
    "versions": ("list_secret_version_ids", {"MaxResults": 2, "SecretId": "secret-0", "IncludeDeprecated": True}),
}
every_question = pytest.mark.parametrize("question", QUESTIONS)


@pytest.fixture(autouse=True)
def five(aws: Any) -> None:
    """Five secrets, and five versions of the first two."""
    for number in range(5):
        aws.create_secret(Name=f"secret-{number}", SecretString="x")
    for number in range(4):
        for name in ("secret-0", "secret-1"):
            aws.put_secret_value(SecretId=name, SecretString=f"x{number}")


def ask(aws: Any, question: str, **members: Any) -> Any:
    operation, usual = QUESTIONS[question]
    return getattr(aws, operation)(**{**usual, **members})


def refusal(aws: Any, question: str, **members: Any) -> Refusal:
    operation, usual = QUESTIONS[question]
    return refused(getattr(aws, operation), **{**usual, **members})


def items(reply: Any) -> list[str]:
    (listed,) = [reply[name] for name in ("SecretList", "SecretValues", "Versions") if name in reply]
    return [entry["VersionId"] if "Versions" in reply else entry["Name"] for entry in listed]


@every_question
def test_pages_hold_everything_once(aws: Any, question: str) -> None:
    first = ask(aws, question)
    second = ask(aws, question, NextToken=first["NextToken"])
    third = ask(aws, question, NextToken=second["NextToken"])

    assert [len(items(page)) for page in (first, second, third)] == [2, 2, 1]
    assert items(first) + items(second) + items(third) == items(ask(aws, question, MaxResults=20))
    assert "NextToken" not in third


@every_question
def test_a_token_tells_nothing(aws: Any, question: str) -> None:
    token = ask(aws, question)["NextToken"]

    assert re.fullmatch(r"[A-Za-z0-9_=-]{1,4096}", token)
    assert b"secret-1" not in base64.urlsafe_b64decode(token)
    assert ask(aws, question)["NextToken"] != token


@every_question
def test_a_token_is_good_after_a_restart(aws: Any, question: str) -> None:
    """All it takes is the root key, which a new process reads anew."""
    first = ask(aws, question)

    root_key.current.cache_clear()

    assert items(ask(aws, question, NextToken=first["NextToken"]))[0] not in items(first)


@every_question
def test_a_token_is_good_twice_and_with_another_size(aws: Any, question: str) -> None:
    token = ask(aws, question)["NextToken"]

    assert items(ask(aws, question, NextToken=token)) == items(ask(aws, question, NextToken=token))
    assert len(items(ask(aws, question, NextToken=token, MaxResults=3))) == 3


@every_question
def test_a_token_is_of_no_use_to_others(
    aws: Any, alice: Person, bob: Person, aws_as: MakeClient, question: str
) -> None:
    """To another principal, in another Region."""
    token = ask(aws, question)["NextToken"]
    elsewhere = aws_as(alice, region="eu-west-1")
    elsewhere.create_secret(Name="secret-0", SecretString="x")

    assert refusal(aws_as(bob), question, NextToken=token) == BAD_TOKEN
    assert refusal(elsewhere, question, NextToken=token) == BAD_TOKEN


@every_question
@pytest.mark.parametrize("alteration", ["cut", "longer", "flipped", "empty object", "text", "not ascii", "long"])
def test_an_altered_token_is_refused(aws: Any, question: str, alteration: str) -> None:
    token = ask(aws, question)["NextToken"]
    altered = {
        "cut": token[:-4],
        "longer": token + "AAAA",
        "flipped": token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
        "empty object": base64.urlsafe_b64encode(b"{}").decode(),
        "text": "next",
        "not ascii": "é" * 20,
        "long": "A" * 4096,
    }[alteration]

    assert refusal(aws, question, NextToken=altered) == BAD_TOKEN


@pytest.mark.parametrize(
    ("question", "members"),
    [
        ("secrets", {"SortOrder": "desc"}),
        ("secrets", {"SortBy": "last-changed-date"}),
        ("secrets", {"IncludePlannedDeletion": True}),
        ("secrets", {"Filters": BY_PREFIX}),
        ("secrets by filter", {"Filters": [{"Key": "name", "Values": ["secret-0"]}]}),
        ("secrets by filter", {"Filters": [{"Key": "tag-key", "Values": ["s"]}]}),
        ("values", {"Filters": [{"Key": "name", "Values": ["secret-0"]}]}),
        ("versions", {"SecretId": "secret-1"}),
        ("versions", {"IncludeDeprecated": False}),
    ],
)
def test_a_token_is_good_for_its_own_question(aws: Any, question: str, members: dict[str, Any]) -> None:
    token = ask(aws, question)["NextToken"]

    assert refusal(aws, question, NextToken=token, **members) == BAD_TOKEN


@pytest.mark.parametrize("other", ["values", "versions"])
def test_a_token_is_good_for_its_own_operation(aws: Any, other: str) -> None:
    token = ask(aws, "secrets by filter")["NextToken"]

    assert refusal(aws, other, NextToken=token) == BAD_TOKEN


def test_lists_of_ids_and_of_policies_have_no_pages(aws: Any) -> None:
    assert refused(aws.batch_get_secret_value, SecretIdList=["secret-0"], NextToken="x") == BAD_TOKEN
    assert refused(aws.list_resource_policies, SecretId="secret-0", NextToken="x") == BAD_TOKEN


def test_what_comes_and_goes_between_pages_moves_nothing(aws: Any) -> None:
    """Positions, not offsets: nothing is left out, nothing comes twice."""
    first = ask(aws, "secrets")
    aws.delete_secret(SecretId="secret-0", ForceDeleteWithoutRecovery=True)
    aws.delete_secret(SecretId="secret-1", ForceDeleteWithoutRecovery=True)
    aws.create_secret(Name="secret-9")

    rest = ask(aws, "secrets", NextToken=first["NextToken"], MaxResults=100)

    assert items(rest) == ["secret-2", "secret-3", "secret-4", "secret-9"]


def test_a_page_has_a_hundred_secrets_unless_asked_otherwise(aws: Any, alice: Person) -> None:
    call = factories.make_call(alice)
    for number in range(96):
        factories.make_secret(call, f"more/{number}", secret_string=None)

    reply = aws.list_secrets()

    assert len(reply["SecretList"]) == 100
    assert len(aws.list_secrets(NextToken=reply["NextToken"])["SecretList"]) == 1
