"""What the vectors leave out: the sentences of a refusal, who decided, and the rarer callers.

Sentences: recorded AccessDeniedException texts and IAM User Guide, "Access denied error messages" (security.md 2.4).
"""

import json
from typing import Any, Literal, NoReturn

import pytest

from secrets_app.iam.evaluate import Caller, Decision, Request, evaluate
from secrets_app.iam.policy_document import Policy, Statement, parse

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BOB = "arn:aws:iam::444455556666:user/bob"
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


def basis(decision: Decision) -> list[tuple[str, str, int, str]]:
    return [(by.policy_type, by.policy.name, by.statement.index, by.statement.sid) for by in decision.decided_by]


def test_the_deciding_statement_is_named() -> None:
    statements = [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:*", "Resource": "*"},
        {"Sid": "Read", "Effect": "Allow", "Action": GET, "Resource": "*"},
    ]
    reader = parse(json.dumps({"Statement": statements}), kind="identity", name="reader")

    decision = evaluate(Caller(ALICE, ACCOUNT, "user", (ALLOW_OTHER, reader)), REQUEST)

    assert (decision.allowed, decision.reason, decision.missing) == (True, "", None)
    assert basis(decision) == [("identity-based policy", "reader", 2, "Read")]


def test_every_allow_that_was_needed_is_named() -> None:
    bob = Caller(
        "arn:aws:sts::444455556666:assumed-role/App/s1",
        "444455556666",
        "role-session",
        (policy("Allow", name="App"),),
        boundary=policy("Allow", name="Limit"),
        session_policies=(policy("Allow", name="Session"),),
    )

    decision = evaluate(bob, REQUEST, resource_policy("Allow", {"AWS": "444455556666"}, Sid="Let in"))

    assert basis(decision) == [
        ("identity-based policy", "App", 0, ""),
        ("resource-based policy", "", 0, "Let in"),
        ("permissions boundary", "Limit", 0, ""),
        ("session policy", "Session", 0, ""),
    ]


@pytest.mark.parametrize(
    ("caller", "resource", "by"),
    [
        (Caller(ALICE, ACCOUNT, "user", (DENY,)), None, "identity-based policy"),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,), boundary=DENY), None, "permissions boundary"),
        (Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), session_policies=(DENY,)), None, "session policy"),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,)), resource_policy("Deny", "*"), "resource-based policy"),
    ],
)
def test_the_deny_is_named(caller: Caller, resource: Policy | None, by: str) -> None:
    decision = evaluate(caller, REQUEST, resource)

    assert [deciding.policy_type for deciding in decision.decided_by] == [by]
    assert decision.missing is None


def test_root_is_allowed_without_a_statement() -> None:
    assert evaluate(Caller(ROOT, ACCOUNT, "root"), REQUEST).decided_by == ()


KEY_ADMIN = Caller(ALICE, ACCOUNT, "user", (ALLOW,))
OTHER_ROOT = "arn:aws:iam::444455556666:root"


@pytest.mark.parametrize(
    ("caller", "resource", "outcome", "missing"),
    [
        # Identity-based policies alone are not enough, for root neither.
        (KEY_ADMIN, None, "ImplicitDeny", "resource-based policy"),
        (KEY_ADMIN, resource_policy("Allow", {"AWS": BOB}), "ImplicitDeny", "resource-based policy"),
        (Caller(ROOT, ACCOUNT, "root"), None, "ImplicitDeny", "resource-based policy"),
        (
            Caller(ROOT, ACCOUNT, "root"),
            resource_policy("Allow", {"AWS": ALICE}),
            "ImplicitDeny",
            "resource-based policy",
        ),
        # The account named: its own policies decide.
        (KEY_ADMIN, resource_policy("Allow", {"AWS": ROOT}), "Allow", None),
        (KEY_ADMIN, resource_policy("Allow", {"AWS": ACCOUNT}), "Allow", None),
        (
            Caller(ALICE, ACCOUNT, "user"),
            resource_policy("Allow", {"AWS": ROOT}),
            "ImplicitDeny",
            "identity-based policy",
        ),
        (Caller(ROOT, ACCOUNT, "root"), resource_policy("Allow", {"AWS": ROOT}), "Allow", None),
        (
            Caller(ALICE, ACCOUNT, "user", (ALLOW,), boundary=ALLOW_OTHER),
            resource_policy("Allow", {"AWS": ROOT}),
            "ImplicitDeny",
            "permissions boundary",
        ),
        # Named itself: the key policy alone is enough.
        (Caller(ALICE, ACCOUNT, "user"), resource_policy("Allow", {"AWS": ALICE}), "Allow", None),
        (
            Caller(SESSION, ACCOUNT, "role-session"),
            resource_policy("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"}),
            "Allow",
            None,
        ),
        # Of another account: both sides have to allow.
        (Caller(BOB, "444455556666", "user", (ALLOW,)), resource_policy("Allow", {"AWS": OTHER_ROOT}), "Allow", None),
        (
            Caller(BOB, "444455556666", "user"),
            resource_policy("Allow", {"AWS": BOB}),
            "ImplicitDeny",
            "identity-based policy",
        ),
        (
            Caller(BOB, "444455556666", "user", (ALLOW,)),
            resource_policy("Allow", {"AWS": ROOT}),
            "ImplicitDeny",
            "resource-based policy",
        ),
        # A Deny in either is a Deny.
        (KEY_ADMIN, resource_policy("Deny", {"AWS": ROOT}), "ExplicitDeny", None),
    ],
)
def test_a_key_policy_has_to_allow(caller: Caller, resource: Policy | None, outcome: str, missing: str | None) -> None:
    """IAM User Guide, "Policy evaluation logic": IAM role trust policies and KMS key policies are exceptions; KMS
    Developer Guide, "Default key policy": to name the account is to let IAM policies allow access to the key."""
    decision = evaluate(caller, REQUEST, resource, resource_policy_must_allow=True)

    assert (decision.outcome, decision.missing) == (outcome, missing)


def test_what_passes_the_question_on_is_named_too() -> None:
    decision = evaluate(
        KEY_ADMIN, REQUEST, resource_policy("Allow", {"AWS": ROOT}, Sid="IAM"), resource_policy_must_allow=True
    )

    assert [by.policy_type for by in decision.decided_by] == ["identity-based policy", "resource-based policy"]


KEY_CONTEXT = {
    "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
    "kms:CallerAccount": ACCOUNT,
    "kms:EncryptionContext:SecretARN": SECRET,
    "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
}


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}, "Allow"),
        ({"StringLike": {"kms:ViaService": "secretsmanager.*.amazonaws.com"}}, "Allow"),
        ({"StringEquals": {"kms:ViaService": "rds.us-east-1.amazonaws.com"}}, "ImplicitDeny"),
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT}}, "Allow"),
        ({"StringEquals": {"kms:CallerAccount": "444455556666"}}, "ImplicitDeny"),
        ({"StringLike": {"kms:EncryptionContext:SecretARN": "arn:aws:secretsmanager:*:secret:prod/*"}}, "Allow"),
        ({"StringEquals": {"kms:encryptioncontext:secretarn": SECRET}}, "Allow"),
        ({"StringEquals": {"kms:EncryptionContext:SecretVersionId": "v1"}}, "ImplicitDeny"),
        ({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"]}}, "Allow"),
        ({"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "SecretARN"}}, "Allow"),
        ({"Null": {"kms:EncryptionContext:SecretARN": "false"}}, "Allow"),
    ],
)
def test_condition_keys_of_kms(condition: Any, outcome: str) -> None:
    """KMS Developer Guide, "AWS KMS condition keys"."""
    key_policy = resource_policy("Allow", {"AWS": "*"}, Condition=condition)
    request = Request("kms:Decrypt", "arn:aws:kms:us-east-1:111122223333:key/1", ACCOUNT, KEY_CONTEXT)

    decision = evaluate(Caller(ALICE, ACCOUNT, "user"), request, key_policy, resource_policy_must_allow=True)

    assert decision.outcome == outcome


AIDA, AROA = "AIDAJQABLZS4A3QDU576Q", "AROAJQABLZS4A3QDU576Q"


@pytest.mark.parametrize(
    ("caller", "named", "allowed"),
    [
        (Caller(ALICE, ACCOUNT, "user", unique_id=AIDA), AIDA, True),
        (Caller(ALICE, ACCOUNT, "user", unique_id="AIDAAAAAAAAAAAAAAAAAA"), AIDA, False),
        (Caller(SESSION, ACCOUNT, "role-session", unique_id=AROA), AROA, True),
        (Caller(SESSION, ACCOUNT, "role-session", unique_id=AROA, boundary=ALLOW_OTHER), AROA, False),
        (Caller(SESSION, ACCOUNT, "role-session", unique_id=AROA, boundary=ALLOW_OTHER), [AROA, SESSION], True),
        (Caller(SESSION, ACCOUNT, "role-session", unique_id="AROAAAAAAAAAAAAAAAAAA"), AROA, False),
    ],
)
def test_users_and_roles_are_named_by_unique_id(caller: Caller, named: Any, allowed: bool) -> None:
    """IAM User Guide, "Principal": the ARN of a user or a role is turned into its unique id when a policy is saved, so
    that somebody who is made anew under the same name is somebody else."""
    assert evaluate(caller, REQUEST, resource_policy("Allow", {"AWS": named})).allowed is allowed
    assert (evaluate(caller, REQUEST, resource_policy("Deny", {"AWS": AIDA})).outcome == "ExplicitDeny") is (
        caller.unique_id == AIDA
    )


@pytest.mark.parametrize(
    ("caller", "named", "spared"),
    [
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,), unique_id=AIDA), [AIDA, ACCOUNT], True),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,), unique_id=AIDA), [AIDA], False),
        (Caller(ALICE, ACCOUNT, "user", (ALLOW,), unique_id="AIDAAAAAAAAAAAAAAAAAA"), [AIDA, ACCOUNT], False),
        (Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), unique_id=AROA), [AROA, SESSION, ACCOUNT], True),
        (Caller(SESSION, ACCOUNT, "role-session", (ALLOW,), unique_id=AROA), [AROA, ACCOUNT], False),
    ],
)
def test_not_principal_by_unique_id(caller: Caller, named: list[str], spared: bool) -> None:
    exclusive = policy("Deny", kind="resource", NotPrincipal={"AWS": named})

    assert evaluate(caller, REQUEST, exclusive).allowed is spared


def test_root_obeys_an_explicit_deny() -> None:
    root = Caller(ROOT, ACCOUNT, "root")

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
