"""Wildcards and variables. Rules: IAM User Guide, "IAM identifiers" and "Variables and tags" (security.md 1.3)."""

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secrets_app.iam.context import RequestContext
from secrets_app.iam.matching import Actions, Resources, Text, arn_pattern, text_pattern

NOTHING = RequestContext({})
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db-AbCdEf"


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("", "", True),
        ("*", "", True),
        ("*", "line\nbreak", True),
        ("**", "x", True),
        ("a*c", "abc", True),
        ("a*c", "abcd", False),
        ("a*b*c", "a-b-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("?*?", "a", False),
        ("?*?", "ab", True),
        ("*?", "", False),
        ("a.c", "abc", False),
        ("a+(b|c)[d]^$", "a+(b|c)[d]^$", True),
        ("ABC", "abc", False),
        ("é*", "éa", True),
    ],
)
def test_text_pattern(pattern: str, value: str, matches: bool) -> None:
    assert text_pattern(pattern, variables=True).matches(value, NOTHING) is matches


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
@settings(max_examples=300, deadline=None)
def test_text_pattern_agrees_with_another_implementation(pattern: str, value: str) -> None:
    assert text_pattern(pattern, variables=True).matches(value, NOTHING) is fnmatchcase(value, pattern)


def test_many_stars_take_no_time() -> None:
    """Backtracking over this one would take longer than the sun has left."""
    pattern = text_pattern("*a" * 60 + "b", variables=False)

    started = time.perf_counter()
    matches = pattern.matches("a" * 500, NOTHING)

    assert not matches
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("arn:aws:s3:::b", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", "arn:aws:s3:::b/c:d", True),
        ("arn:*:s3:::b", "arn:aws-cn:s3:::b", True),
        ("arn:aws:*:::b", "arn:aws:s3:x:::b", False),
        ("arn:aws:?3:::b", "arn:aws:s3:::b", True),
        ("arn:aws:?:::b", "arn:aws::::b", False),
        ("arn:*", "arn:aws:s3:::b", False),
        ("*", "arn:aws:s3:::b", False),
        ("arn:aws:lambda:*:*:function:a*", "arn:aws:lambda:eu-west-1:1:function:abc:PROD", True),
        ("ARN:aws:s3:::b", "arn:aws:s3:::b", False),
    ],
)
def test_arn_pattern_is_matched_field_by_field(pattern: str, value: str, matches: bool) -> None:
    assert arn_pattern(pattern, variables=True).matches(value, NOTHING) is matches


@pytest.mark.parametrize(
    ("text", "context", "value"),
    [
        ("${aws:username}", {"aws:username": "alice"}, "alice"),
        ("${AWS:UserName}", {"aws:username": "alice"}, "alice"),
        ("${aws:PrincipalTag/team name}", {"aws:PrincipalTag/Team Name": "blue"}, "blue"),
        ("a-${aws:username}-z", {"aws:username": ""}, "a--z"),
        ("${aws:username}", {}, None),
        ("${aws:username, 'nobody'}", {}, "nobody"),
        ("${aws:username,'nobody'}", {}, "nobody"),
        ("${aws:username, ''}", {}, ""),
        ("${aws:username, 'nobody'}", {"aws:username": "alice"}, "alice"),
        ("${aws:TagKeys}", {"aws:TagKeys": ["env"]}, None),
        ("${*}${?}${$}{x}", {}, "*?${x}"),
        ("*?", {}, "*?"),
        ("${", {}, "${"),
        ("${}", {}, "${}"),
        ("${aws:EpochTime}", {"aws:EpochTime": 7}, "7"),
        ("${aws:SecureTransport}", {"aws:SecureTransport": True}, "true"),
    ],
)
def test_variables(text: str, context: dict[str, str], value: str | None) -> None:
    assert Text(text, variables=True).value(RequestContext(context), "a" * 99) == value


def test_without_variables_everything_is_literal() -> None:
    assert Text("${aws:username}${*}", variables=False).value(NOTHING, "") == "${aws:username}${*}"


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("home/${aws:username}/*", "home/a*b/x", True),
        ("home/${aws:username}/*", "home/aXb/x", False),
        ("${*}${aws:username}", "*a*b", True),
        ("${*}", "x", False),
        ("${?}?", "?x", True),
        ("${aws:userid}*", "anything", False),
    ],
)
def test_only_wildcards_of_the_policy_are_wildcards(pattern: str, value: str, matches: bool) -> None:
    """The documentation is silent on wildcards inside a substituted value; literal is the safe reading."""
    assert text_pattern(pattern, variables=True).matches(value, RequestContext({"aws:username": "a*b"})) is matches


def test_an_arn_may_be_one_variable() -> None:
    context = RequestContext({"aws:PrincipalArn": "arn:aws:iam::1:role/App"})

    pattern = arn_pattern("${aws:PrincipalArn}", variables=True)

    assert pattern.matches("arn:aws:iam::1:role/App", context)


@pytest.mark.parametrize(
    ("actions", "action", "included"),
    [
        (["*"], "kms:decrypt", True),
        (["*:*"], "kms:decrypt", True),
        (["SecretsManager:GETSECRETVALUE"], "secretsmanager:getsecretvalue", True),
        (["secretsmanager:*Secret*"], "secretsmanager:getsecretvalue", True),
        (["secretsmanager:Get?ecretValue"], "secretsmanager:getsecretvalue", True),
        (["secretsmanager:Get.*"], "secretsmanager:getsecretvalue", False),
        (["kms:*", "secretsmanager:*"], "secretsmanager:getsecretvalue", True),
        (["kms:*"], "secretsmanager:getsecretvalue", False),
        (["secretsmanager:Get"], "secretsmanager:getsecretvalue", False),
    ],
)
def test_actions(actions: list[str], action: str, included: bool) -> None:
    assert Actions(actions).include(action, NOTHING) is included


@pytest.mark.parametrize(
    ("resources", "resource", "included"),
    [
        (["*"], "*", True),
        (["*"], SECRET, True),
        ([SECRET], SECRET, True),
        ([SECRET], "*", False),
        (["arn:aws:secretsmanager:*:*:*"], "*", False),
        (["arn:aws:secretsmanager:*:*:secret:prod/*"], SECRET, True),
        (["arn:aws:secretsmanager:*:*:secret:PROD/*"], SECRET, False),
        (["arn:aws:secretsmanager:us-east-1"], SECRET, True),
        (["arn:aws:secretsmanager:us-east-2"], SECRET, False),
        (["arn:aws:kms:*:*:*", "arn:aws:secretsmanager:*:*:*"], SECRET, True),
        (["arn:aws:secretsmanager:us-east-1:111122223333:secret:${aws:username}/db-??????"], SECRET, True),
        (["arn:aws:secretsmanager:${aws:RequestedRegion}:111122223333:secret:prod/db-AbCdEf"], SECRET, False),
    ],
)
def test_resources(resources: list[str], resource: str, included: bool) -> None:
    """Variables only work in the sixth field of a Resource ("Variables and tags")."""
    context = RequestContext({"aws:username": "prod", "aws:RequestedRegion": "us-east-1"})

    assert Resources(resources, variables=True).include(resource, context) is included


@pytest.mark.parametrize("wildcard", ["", "*", "?*"])
@pytest.mark.parametrize("head", ["", "arn:aws:s3:::"])
def test_a_long_value_named_a_thousand_times_is_never_put_together(head: str, wildcard: str) -> None:
    """It took a minute and nine gigabytes: 1,000 variables that each stand for a header of 60,000 characters."""
    context = RequestContext({"aws:UserAgent": "a" * 60_000})
    text = head + f"${{aws:UserAgent}}{wildcard}" * 1_000

    assert not (arn_pattern if head else text_pattern)(text, variables=True).matches("a" * 60_000, context)
    assert Text(text, variables=True).value(context, "a" * 60_000) is None


def test_variables_that_fill_the_value_exactly_still_match() -> None:
    context = RequestContext({"aws:username": "alice", "aws:userid": "STRASSE"})

    assert text_pattern("${aws:username}?${aws:username}", variables=True).matches("alice-alice", context)
    assert text_pattern("${aws:username}*", variables=True).matches("alice", context)
    assert Text("${aws:userid}", variables=True).value(context, "straße") == "STRASSE"
