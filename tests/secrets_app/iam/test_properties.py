"""What stays true whatever the policies say (security.md 1.8)."""

import contextlib
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from secrets_app.iam.conditions import compile_condition, operator_named
from secrets_app.iam.context import RequestContext
from secrets_app.iam.evaluate import Caller, Decision, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, Policy, parse

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/db-AbCdEf"
QUICK = settings(max_examples=60, deadline=None)

CALLERS = [
    (f"arn:aws:iam::{ACCOUNT}:user/alice", ACCOUNT, "user"),
    (f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s1", ACCOUNT, "role-session"),
    (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root"),
    (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", ACCOUNT, "federated-user"),
    (f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob", OTHER_ACCOUNT, "user"),
    ("appflow.amazonaws.com", "", "service"),
]
PRINCIPALS = [
    "*",
    {"AWS": ACCOUNT},
    {"AWS": [OTHER_ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice"]},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s1"},
    {"Service": "appflow.amazonaws.com"},
]

Statements = list[dict[str, Any]]

conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"aws:username": ["alice", "bob"]}},
        {"StringNotEquals": {"aws:username": ["alice", "bob"]}},
        {"ForAllValues:StringLike": {"aws:TagKeys": ["e*", "t*"]}},
        {"Null": {"aws:username": "true"}, "Bool": {"aws:SecureTransport": "true"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]}},
    ]
)


def statements(effects: tuple[str, ...] = ("Allow", "Deny"), *, principals: bool = False) -> st.SearchStrategy[Any]:
    elements: dict[str, st.SearchStrategy[Any]] = {
        "Effect": st.sampled_from(effects),
        "Action": st.lists(
            st.sampled_from(["*", "secretsmanager:Get*", "secretsmanager:PutSecretValue", "kms:*"]), min_size=1
        ),
        "Resource": st.lists(
            st.sampled_from(["*", SECRET, "arn:aws:secretsmanager:*:*:secret:prod/*", "arn:aws:s3:::b"]), min_size=1
        ),
        "Condition": conditions,
    }
    if principals:
        elements["Principal"] = st.sampled_from(PRINCIPALS)
    return st.fixed_dictionaries(elements)


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    """A caller, its policies and a request, as plain data that a test can change."""
    return {
        "who": draw(st.sampled_from(CALLERS)),
        "identity": draw(st.lists(statements(), max_size=4)),
        "boundary": draw(st.none() | st.lists(statements(), min_size=1, max_size=2)),
        "session": draw(st.none() | st.lists(statements(), min_size=1, max_size=2)),
        "resource": draw(st.lists(statements(principals=True), max_size=4)),
        "context": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "aws:username": st.sampled_from(["alice", "carol"]),
                    "aws:TagKeys": st.lists(st.sampled_from(["env", "owner", "team"])),
                    "aws:SecureTransport": st.booleans(),
                    "aws:SourceIp": st.sampled_from(["203.0.113.9", "198.51.100.1"]),
                },
            )
        ),
    }


def policy(given_statements: Statements, kind: Any = "identity") -> Policy:
    return parse(json.dumps({"Version": "2012-10-17", "Statement": given_statements}), kind=kind)


def decide(situation: dict[str, Any]) -> Decision:
    arn, account, kind = situation["who"]
    caller = Caller(
        arn,
        account,
        kind,
        identity_policies=(policy(situation["identity"]),) if situation["identity"] else (),
        boundary=policy(situation["boundary"]) if situation["boundary"] else None,
        session_policies=(policy(situation["session"]),) if situation["session"] else None,
    )
    request = Request("secretsmanager:GetSecretValue", SECRET, ACCOUNT, situation["context"])
    return evaluate(caller, request, policy(situation["resource"], "resource") if situation["resource"] else None)


@QUICK
@given(situations(), statements(("Deny",)), statements(("Deny",), principals=True))
def test_another_deny_never_allows(situation: dict[str, Any], identity: Any, resource: Any) -> None:
    before = decide(situation)

    after = decide(
        situation | {"identity": [*situation["identity"], identity], "resource": [*situation["resource"], resource]}
    )

    assert before.allowed or not after.allowed


@QUICK
@given(situations(), statements(("Allow",)), statements(("Allow",), principals=True))
def test_another_allow_never_denies(situation: dict[str, Any], identity: Any, resource: Any) -> None:
    before = decide(situation)

    after = decide(
        situation | {"identity": [*situation["identity"], identity], "resource": [*situation["resource"], resource]}
    )

    assert after.allowed or not before.allowed


@QUICK
@given(situations(), st.randoms(use_true_random=False))
def test_order_never_matters(situation: dict[str, Any], chance: Any) -> None:
    before = decide(situation)

    shuffled = dict(situation)
    for name in ("identity", "boundary", "session", "resource"):
        shuffled[name] = [
            {
                element: chance.sample(value, len(value)) if isinstance(value, list) else value
                for element, value in statement.items()
            }
            for statement in chance.sample(situation[name] or [], len(situation[name] or []))
        ]

    assert decide(shuffled).outcome == before.outcome


@QUICK
@given(situations())
def test_an_explicit_deny_needs_a_deny(situation: dict[str, Any]) -> None:
    written = json.dumps([situation[name] for name in ("identity", "boundary", "session", "resource")])

    assert '"Deny"' in written or decide(situation).outcome != "ExplicitDeny"


@QUICK
@given(st.text(st.characters(exclude_characters="*?$", codec="utf-8"), max_size=20), st.text(max_size=20))
def test_like_without_wildcards_is_equals(text: str, value: str) -> None:
    context = RequestContext({"aws:key": value})
    same = RequestContext({"aws:key": text})
    equals, like = (
        compile_condition(operator_named(name), "aws:key", [text], variables=True)
        for name in ("StringEquals", "StringLike")
    )

    assert equals.holds(context) is like.holds(context)
    assert like.holds(same)


@QUICK
@given(st.text(max_size=60) | st.recursive(st.none() | st.booleans() | st.text(max_size=5), st.lists).map(json.dumps))
def test_no_text_makes_the_parser_fail_otherwise_than_by_its_own_error(text: str) -> None:
    with contextlib.suppress(MalformedPolicy):  # anything else fails the test
        assert parse(text, kind="resource").text == text
