"""What the vectors leave out: the sentences of a refusal, who decided, and the rarer callers.

Sentences: recorded AccessDeniedException texts and IAM User Guide, "Access denied error messages" (security.md 2.4).
"""

import json
from typing import Any, Literal, NoReturn

import pytest

from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import Policy, Statement, parse

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s1"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/db-AbCdEf"
GET = "secretsmanager:GetSecretValue"
REQUEST = Request(GET, SECRET, ACCOUNT, {})


def policy(
    effect: Literal["Allow", "Deny"], action: str = "*", *, name: str = "", kind: Any = "identity", **more: Any
) -> Policy:
    statement = {"Effect": effect, "Action": action, "Resource": "*", **more}
    return parse(json.dumps({"Version": "2012-10-17", "Statement": statement}), kind=kind, name=name)


def resource_policy(effect: Literal["Allow", "Deny"], principal: Any, **more: Any) -> Policy:
    return policy(effect, kind="resource", Principal=principal, **more)


ALLOW = policy("Allow")
ALLOW_OTHER = policy("Allow", "s3:*")
DENY = policy("Deny")
MANAGED_DENY = policy("Deny", name=f"arn:aws:iam::{ACCOUNT}:policy/NoSecrets")


@pytest.mark.parametrize(
    ("caller", "resource", "reason"),
    [
        (Caller(ALICE, ACCOUNT, "user"), None, f"because no identity-based policy allows the {GET} action"),
        (
            Caller(ALICE, ACCOUNT, "user", (ALLOW,), boundary=ALLOW_OTHER),
            None,
            f"because no permissions boundary allows the {GET} action",
        ),
        (
            Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), session_policies=(ALLOW_OTHER,)),
            None,
            f"because no session policy allows the {GET} action",
        ),
        (
            Caller(SESSION, ACCOUNT, "role-session", (), ALLOW_OTHER),
            resource_policy("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"}),
            f"because no permissions boundary allows the {GET} action",
        ),
        (
            Caller("arn:aws:sts::111122223333:federated-user/bob", ACCOUNT, "federated-user", (ALLOW,)),
            None,
            f"because no session policy allows the {GET} action",
        ),
        (
            Caller("arn:aws:iam::444455556666:user/bob", "444455556666", "user", (ALLOW,)),
            None,
            f"because no resource-based policy allows the {GET} action",
        ),
        (
            Caller("arn:aws:iam::444455556666:user/bob", "444455556666", "user"),
            resource_policy("Allow", "*"),
            f"because no identity-based policy allows the {GET} action",
        ),
        (
            Caller("appflow.amazonaws.com", "", "service"),
            None,
            f"because no resource-based policy allows the {GET} action",
        ),
        (Caller(ALICE, ACCOUNT, "user", (DENY,)), None, "with an explicit deny in an identity-based policy"),
        (
            Caller(ALICE, ACCOUNT, "user", (ALLOW, MANAGED_DENY)),
            None,
            f"with an explicit deny in an identity-based policy: arn:aws:iam::{ACCOUNT}:policy/NoSecrets",
        ),
        (
            Caller(ALICE, ACCOUNT, "user", (ALLOW,), boundary=DENY),
            None,
            "with an explicit deny in a permissions boundary",
        ),
        (
            Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), session_policies=(ALLOW, DENY)),
            None,
            "with an explicit deny in a session policy",
        ),
        (
            Caller(ALICE, ACCOUNT, "user", (DENY,), boundary=DENY),
            resource_policy("Deny", "*"),
            "with an explicit deny in a resource-based policy",
        ),
    ],
)
def test_reason_of_a_refusal(caller: Caller, resource: Policy | None, reason: str) -> None:
    decision = evaluate(caller, REQUEST, resource)

    assert not decision.allowed
    assert decision.reason == reason


def test_the_deciding_statement_is_named() -> None:
    statements = [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Action": GET, "Resource": "*"},
    ]
    reader = parse(json.dumps({"Statement": statements}), kind="identity", name="reader")

    decision = evaluate(Caller(ALICE, ACCOUNT, "user", (ALLOW_OTHER, reader)), REQUEST)

    assert (decision.allowed, decision.reason, decision.policy, decision.statement_index) == (True, "", "reader", 2)


def test_root_obeys_an_explicit_deny() -> None:
    root = Caller(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root")

    assert evaluate(root, REQUEST).allowed
    assert evaluate(root, REQUEST, resource_policy("Deny", {"AWS": ACCOUNT})).outcome == "ExplicitDeny"


@pytest.mark.parametrize(
    ("caller", "principal", "outcome"),
    [
        # The session itself, or everyone: boundary and session policy do not matter inside one account.
        (Caller(SESSION, ACCOUNT, "role-session", (), ALLOW_OTHER, (ALLOW_OTHER,)), {"AWS": SESSION}, "Allow"),
        (Caller(SESSION, ACCOUNT, "role-session", (), ALLOW_OTHER, (ALLOW_OTHER,)), "*", "Allow"),
        # Its role: they do.
        (Caller(SESSION, ACCOUNT, "role-session"), {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"}, "Allow"),
        (
            Caller(SESSION, ACCOUNT, "role-session", (), None, (ALLOW_OTHER,)),
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"},
            "ImplicitDeny",
        ),
        # A session without a name of its own goes by its role's ARN, and is limited all the same.
        (
            Caller(f"arn:aws:iam::{ACCOUNT}:role/App", ACCOUNT, "role-session", (), None, (ALLOW_OTHER,)),
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"},
            "ImplicitDeny",
        ),
        (
            Caller(SESSION, ACCOUNT, "role-session", (), None, (ALLOW_OTHER,)),
            {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/App", SESSION]},
            "Allow",
        ),
        # A role with a path, which the session's ARN does not show.
        (
            Caller(SESSION, ACCOUNT, "role-session", role_arn=f"arn:aws:iam::{ACCOUNT}:role/team/App"),
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/team/App"},
            "Allow",
        ),
        (Caller(SESSION, ACCOUNT, "role-session"), {"AWS": f"arn:aws:iam::{ACCOUNT}:role/Other"}, "ImplicitDeny"),
        # Federated users are named by their own ARN.
        (
            Caller(f"arn:aws:sts::{ACCOUNT}:federated-user/bob", ACCOUNT, "federated-user"),
            {"AWS": f"arn:aws:sts::{ACCOUNT}:federated-user/bob"},
            "Allow",
        ),
        # Services are named by theirs and by nothing else.
        (Caller("appflow.amazonaws.com", "", "service"), {"Service": "appflow.amazonaws.com"}, "Allow"),
        (Caller("appflow.amazonaws.com", "", "service"), {"Service": "rds.amazonaws.com"}, "ImplicitDeny"),
        (Caller("appflow.amazonaws.com", "", "service"), "*", "ImplicitDeny"),
        # The unique id of a deleted user is nobody, even when its name is taken again.
        (Caller(ALICE, ACCOUNT, "user"), {"AWS": "AIDAJQABLZS4A3QDU576Q"}, "ImplicitDeny"),
    ],
)
def test_allow_in_a_resource_policy(caller: Caller, principal: Any, outcome: str) -> None:
    """IAM User Guide, "Policy evaluation logic": who is named decides which other policies matter."""
    assert evaluate(caller, REQUEST, resource_policy("Allow", principal)).outcome == outcome


@pytest.mark.parametrize(
    ("caller", "named", "outcome"),
    [
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,)), [ALICE, ACCOUNT], "Allow"),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,)), [ALICE], "ExplicitDeny"),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,)), [ACCOUNT], "ExplicitDeny"),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,)), ["*"], "Allow"),
        (Caller(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root"), [ACCOUNT], "Allow"),
        (
            Caller(SESSION, ACCOUNT, "role-session", (ALLOW,)),
            [SESSION, f"arn:aws:iam::{ACCOUNT}:role/App", ACCOUNT],
            "Allow",
        ),
        (Caller(SESSION, ACCOUNT, "role-session", (ALLOW,)), [SESSION, ACCOUNT], "ExplicitDeny"),
        (
            Caller(SESSION, ACCOUNT, "role-session", (ALLOW,)),
            [f"arn:aws:iam::{ACCOUNT}:role/App", ACCOUNT],
            "ExplicitDeny",
        ),
        (Caller("appflow.amazonaws.com", "", "service"), [ACCOUNT], "ExplicitDeny"),
    ],
)
def test_not_principal_with_deny(caller: Caller, named: list[str], outcome: str) -> None:
    """IAM User Guide, "NotPrincipal": the ARN, its role's and its account all have to be named to be spared."""
    exclusive = policy("Deny", kind="resource", NotPrincipal={"AWS": named})

    assert evaluate(caller, REQUEST, exclusive).outcome == outcome


def test_not_principal_with_allow_leaves_out_whoever_is_named() -> None:
    generous = policy("Allow", kind="resource", NotPrincipal={"AWS": ACCOUNT})
    bob = Caller("arn:aws:iam::444455556666:user/bob", "444455556666", "user", (ALLOW,))

    assert evaluate(bob, REQUEST, generous).allowed
    assert not evaluate(Caller(ALICE, ACCOUNT, "user"), REQUEST, generous).allowed


def test_deny_for_everyone_hits_services_too() -> None:
    """The safe reading; AWS's examples spare services from such a Deny with aws:PrincipalIsAWSService."""
    service = Caller("appflow.amazonaws.com", "", "service")

    assert evaluate(service, REQUEST, resource_policy("Deny", "*")).outcome == "ExplicitDeny"


def test_no_session_policy_and_no_session_policies_differ() -> None:
    unlimited = Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), session_policies=None)
    limited_to_nothing = Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), session_policies=())

    assert evaluate(unlimited, REQUEST).allowed
    assert not evaluate(limited_to_nothing, REQUEST).allowed


def test_an_error_inside_is_a_denial_that_keeps_the_request_to_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """IAM User Guide, "Policy evaluation logic": an error while enforcing closes the door."""

    def fail(*_arguments: object) -> NoReturn:
        raise RuntimeError("marker of a tag value")

    monkeypatch.setattr(Statement, "covers", fail)

    decision = evaluate(Caller(ALICE, ACCOUNT, "user", (ALLOW,)), REQUEST)

    assert decision.outcome == "ImplicitDeny"
    assert "RuntimeError" in caplog.text
    assert "marker" not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        Caller("nonsense", ACCOUNT, "role-session", (ALLOW,)),
        Caller(ALICE, ACCOUNT, "user", (ALLOW,), session_policies=(None,)),  # type: ignore[arg-type]
    ],
)
def test_a_caller_that_makes_no_sense_is_denied(wrong: Caller) -> None:
    assert evaluate(wrong, REQUEST, resource_policy("Allow", {"AWS": ACCOUNT})).outcome == "ImplicitDeny"
