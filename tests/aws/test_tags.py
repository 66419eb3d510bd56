"""TagResource and UntagResource by boto3. Facts: api.md 4.9."""

from typing import Any

import pytest

from tests.aws.wire import Refusal, refused


@pytest.fixture(autouse=True)
def secret_id(aws: Any) -> str:
    aws.create_secret(Name="prod/db")
    return "prod/db"


def tags(aws: Any) -> Any:
    return aws.describe_secret(SecretId="prod/db").get("Tags")


def tag(aws: Any, **wanted: str) -> Any:
    return aws.tag_resource(SecretId="prod/db", Tags=[{"Key": key, "Value": value} for key, value in wanted.items()])


def test_tags_are_added_overwritten_and_removed_in_order(aws: Any) -> None:
    assert tags(aws) is None

    tag(aws, team="blue", stage="prod")
    tag(aws, team="green", cost="7")
    assert tags(aws) == [
        {"Key": "team", "Value": "green"},
        {"Key": "stage", "Value": "prod"},
        {"Key": "cost", "Value": "7"},
    ]

    aws.untag_resource(SecretId="prod/db", TagKeys=["stage", "not there"])
    assert tags(aws) == [{"Key": "team", "Value": "green"}, {"Key": "cost", "Value": "7"}]


def test_after_the_last_tag_there_is_an_empty_list(aws: Any) -> None:
    """Recorded."""
    tag(aws, team="blue")
    aws.untag_resource(SecretId="prod/db", TagKeys=["team"])

    assert tags(aws) == []


def test_tagging_answers_nothing(aws: Any) -> None:
    assert set(tag(aws, team="blue")) == {"ResponseMetadata"}
    assert set(aws.untag_resource(SecretId="prod/db", TagKeys=["team"])) == {"ResponseMetadata"}


@pytest.mark.parametrize("key", ["aws:cloudformation:stack-name", "AWS:mine"])
def test_system_tags_are_not_for_callers(aws: Any, key: str) -> None:
    refusal = Refusal("InvalidParameterException", f"You can't modify system tags. Tag key: '{key}'.")

    assert refused(aws.tag_resource, SecretId="prod/db", Tags=[{"Key": key, "Value": "x"}]) == refusal
    assert refused(aws.untag_resource, SecretId="prod/db", TagKeys=[key]) == refusal


def test_fifty_tags_and_no_more(aws: Any) -> None:
    tag(aws, **{f"key{number}": "x" for number in range(50)})

    assert refused(aws.tag_resource, SecretId="prod/db", Tags=[{"Key": "one more", "Value": "x"}]).code == (
        "LimitExceededException"
    )
    assert len(tags(aws)) == 50


def test_a_tag_key_that_is_too_long_is_named_by_its_place(aws: Any) -> None:
    long = "k" * 129

    assert refused(
        aws.tag_resource, SecretId="prod/db", Tags=[{"Key": "fine", "Value": "x"}, {"Key": long, "Value": "x"}]
    ) == Refusal(
        "ValidationException",
        f"1 validation error detected: Value '{long}' at 'tags.2.member.key' failed to satisfy constraint: "
        "Member must have length less than or equal to 128",
    )


def test_tags_of_nothing(aws: Any) -> None:
    assert refused(aws.tag_resource, SecretId="nope", Tags=[]).code == "ResourceNotFoundException"


def test_a_tag_added_again_comes_last(aws: Any) -> None:
    """Recorded: insertion order, and re-added tags follow."""
    tag(aws, a="1", b="2", c="3")
    aws.untag_resource(SecretId="prod/db", TagKeys=["a"])
    tag(aws, a="4")

    assert tags(aws) == [{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}, {"Key": "a", "Value": "4"}]


def test_every_tag_removed_and_one_added_again(aws: Any) -> None:
    """Recorded."""
    tag(aws, a="1", b="2")
    aws.untag_resource(SecretId="prod/db", TagKeys=["a", "b", "a"])
    assert tags(aws) == []
    (entry,) = aws.list_secrets()["SecretList"]
    assert entry["Tags"] == []

    tag(aws, b="3")

    assert tags(aws) == [{"Key": "b", "Value": "3"}]


def test_tags_differ_by_case_and_may_be_empty(aws: Any) -> None:
    tag(aws, team="", Team="é", **{"with blank / and +": "v" * 256, "k" * 128: "x"})

    assert [entry["Key"] for entry in tags(aws)] == ["team", "Team", "with blank / and +", "k" * 128]
    assert tags(aws)[0]["Value"] == ""


def test_a_tag_without_a_value_has_an_empty_one(aws: Any) -> None:
    aws.tag_resource(SecretId="prod/db", Tags=[{"Key": "a"}])

    assert tags(aws) == [{"Key": "a", "Value": ""}]


def test_no_tags_are_nothing(aws: Any) -> None:
    aws.tag_resource(SecretId="prod/db", Tags=[])
    aws.untag_resource(SecretId="prod/db", TagKeys=["a"])

    assert tags(aws) is None


@pytest.mark.parametrize("wanted", [[{"Value": "x"}], [{"Key": "a"}, {"Key": "a", "Value": "x"}]])
def test_tags_that_are_none(aws: Any, wanted: Any) -> None:
    assert refused(aws.tag_resource, SecretId="prod/db", Tags=wanted).code == "InvalidParameterException"
    assert refused(aws.create_secret, Name="new", Tags=wanted).code == "InvalidParameterException"
    assert tags(aws) is None


def test_of_several_tags_one_that_is_refused_stops_all(aws: Any) -> None:
    wanted = [{"Key": "fine", "Value": "x"}, {"Key": "aWs:mine", "Value": "x"}]
    refusal = Refusal("InvalidParameterException", "You can't modify system tags. Tag key: 'aWs:mine'.")

    assert refused(aws.tag_resource, SecretId="prod/db", Tags=wanted) == refusal
    assert refused(aws.create_secret, Name="new", Tags=wanted) == refusal
    assert tags(aws) is None
