"""The evaluator and a second one, written independently (model.py), decide the same."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from secrets_app.iam.context import RequestContext
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.matching import arn_pattern, text_pattern
from secrets_app.iam.policy_document import Policy, parse
from tests.secrets_app.iam import model

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
QUICK = settings(max_examples=250, deadline=None)

CALLERS = [
    (f"arn:aws:iam::{ACCOUNT}:user/alice", ACCOUNT, "user"),
    (f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s1", ACCOUNT, "role-session"),
    (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root"),
    (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", ACCOUNT, "federated-user"),
    (f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob", OTHER_ACCOUNT, "user"),
    (f"arn:aws:sts::{OTHER_ACCOUNT}:assumed-role/App/s1", OTHER_ACCOUNT, "role-session"),
    (f"arn:aws:iam::{OTHER_ACCOUNT}:root", OTHER_ACCOUNT, "root"),
    ("appflow.amazonaws.com", "", "service"),
]
PRINCIPALS = [
    "*",
    {"AWS": "*"},
    {"AWS": ACCOUNT},
    {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
    {"AWS": [OTHER_ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice"]},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"},
    {"AWS": [f"arn:aws:iam::{OTHER_ACCOUNT}:role/App", f"arn:aws:sts::{ACCOUNT}:federated-user/bob"]},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s1"},
    {"Service": "appflow.amazonaws.com"},
]
ACTIONS = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "kms:Decrypt"]
RESOURCES = [
    f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/alice-AbCdEf",
    f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:dev:x/y-AbCdEf",
]
action_patterns = st.sampled_from(
    ["*", *ACTIONS, "secretsmanager:Get*", "SecretsManager:*value", "*:*", "kms:?ecrypt", "secretsmanager:?et*", "s3:*"]
)
resource_patterns = st.sampled_from(
    [
        "*",
        *RESOURCES,
        "arn:aws:secretsmanager:*:*:secret:prod/*",
        "arn:aws:secretsmanager:*:*:secret:*-??????",
        "arn:*:secretsmanager:us-*-1:*",
        "arn:aws:secretsmanager:*",
        "arn:aws:*:secret:prod/*",
        "arn:aws:secretsmanager:*:*:secret:prod/${aws:username}-*",
        "arn:aws:secretsmanager:*:*:secret:*/${aws:PrincipalTag/team, 'alice'}-AbCdEf",
        "arn:aws:s3:::b",
    ]
)
TEXTS = ["alice", "Alice", "bob", "${aws:PrincipalTag/team}", "${aws:nothing, 'bob'}", "${aws:nothing}"]
NUMBERS = ["7", "7.0", "30", "-1", "8e0"]


def of(operators: list[str], keys: list[str], values: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    full = st.sampled_from(
        [
            f"{q}{operator}{e}"
            for operator in operators
            for q in ("", "ForAnyValue:", "ForAllValues:")
            for e in ("", "IfExists")
        ]
    )
    wanted = st.lists(st.sampled_from(values), min_size=1, max_size=3)
    return st.builds(lambda name, key, some: {name: {key: some}}, full, st.sampled_from(keys), wanted)


def of_null(keys: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    values = st.sampled_from(["true", "false", True])
    return st.builds(lambda key, value: {"Null": {key: value}}, st.sampled_from(keys), values)


DAYS = "secretsmanager:RecoveryWindowInDays"
ARNS = [f"arn:aws:iam::{ACCOUNT}:role/*", "arn:aws:iam::*:user/${aws:username}", "arn:*:*:*:*:*"]
TEXT_KEYS = ["aws:username", "AWS:PrincipalTag/Team", "aws:TagKeys"]
conditions = st.one_of(
    st.just({}),
    of(["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"], TEXT_KEYS, TEXTS),
    of(["StringLike", "StringNotLike"], TEXT_KEYS, [*TEXTS, "*", "a*", "?lice", "*o*"]),
    of(["IpAddress", "NotIpAddress"], ["aws:SourceIp"], ["203.0.113.0/24", "10.0.0.1", "2001:db8::/32", "0.0.0.0/0"]),
    of(["NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"], [DAYS], NUMBERS),
    of(["ArnLike", "ArnEquals", "ArnNotLike"], ["aws:PrincipalArn"], ARNS),
    of(["Bool"], ["aws:SecureTransport"], ["true", "false", True, False]),
    of_null(["aws:SourceIp", *TEXT_KEYS]),
)  # fmt: skip

contexts = st.fixed_dictionaries(
    {},
    optional={
        "aws:username": st.sampled_from(["alice", "bob", "a*"]),
        "aws:PrincipalTag/team": st.sampled_from(["alice", "Bob"]),
        "aws:TagKeys": st.lists(st.sampled_from(["alice", "bob", "Alice"]), max_size=3),
        "aws:SecureTransport": st.booleans(),
        "aws:SourceIp": st.sampled_from(["203.0.113.9", "198.51.100.1", "2001:db8::1"]),
        "aws:PrincipalArn": st.sampled_from([f"arn:aws:iam::{ACCOUNT}:role/App", f"arn:aws:iam::{ACCOUNT}:user/alice"]),
        DAYS: st.sampled_from(["7", "30", "8"]),
    },
)


@st.composite
def statements(draw: st.DrawFn, *, principals: bool = False) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.lists(action_patterns, min_size=1, max_size=3)
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.lists(
                resource_patterns.filter(lambda text: not principals or text.count(":") != 2), min_size=1, max_size=3
            )
        ),
        "Condition": draw(conditions) | draw(conditions),
    }
    if principals:
        statement["Principal"] = draw(st.sampled_from(PRINCIPALS))
        for name in ("Resource", "NotResource"):
            if name in statement:  # in a resource policy an ARN has all its fields
                statement[name] = [text if text == "*" or text.count(":") >= 5 else "*" for text in statement[name]]
    return statement


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "who": draw(st.sampled_from(CALLERS)),
        "identity": draw(st.lists(statements(), max_size=3)),
        "boundary": draw(st.none() | st.lists(statements(), min_size=1, max_size=2)),
        "session": draw(st.none() | st.lists(statements(), min_size=1, max_size=2)),
        "resource": draw(st.lists(statements(principals=True), max_size=3)),
        "context": draw(contexts),
    }


def policy(given_statements: list[dict[str, Any]], kind: Any = "identity") -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": given_statements}), kind=kind)


def decided(situation: dict[str, Any], action: str, resource: str) -> str:
    arn, account, kind = situation["who"]
    caller = Caller(
        arn,
        account,
        kind,
        identity_policies=(policy(situation["identity"]),) if situation["identity"] else (),
        boundary=policy(situation["boundary"]) if situation["boundary"] else None,
        session_policies=(policy(situation["session"]),) if situation["session"] else None,
    )
    on_resource = policy(situation["resource"], "resource") if situation["resource"] else None
    return evaluate(caller, Request(action, resource, ACCOUNT, situation["context"]), on_resource).outcome


@QUICK
@given(situations(), st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
def test_both_decide_the_same(situation: dict[str, Any], action: str, resource: str) -> None:
    assert decided(situation, action, resource) == model.decide(situation, action, resource, ACCOUNT)


@QUICK
@given(st.text("ab*?:", max_size=12), st.text("ab:", max_size=12))
def test_both_match_the_same_texts(pattern: str, text: str) -> None:
    matches = text_pattern(pattern, variables=False).matches(text, RequestContext({}))

    assert matches is model.glob(pattern, text)


fields = st.lists(st.text("ab*?", max_size=4), min_size=5, max_size=8).map(":".join)


@QUICK
@given(fields.map(lambda text: f"a:{text}"), fields.map(lambda text: f"a:{text}".replace("*", "a").replace("?", "b")))
def test_both_match_the_same_arns(pattern: str, arn: str) -> None:
    matches = arn_pattern(pattern, variables=False).matches(arn, RequestContext({}))

    assert matches is model.arn_glob(pattern, arn)
