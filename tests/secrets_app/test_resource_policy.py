"""The checks before a resource policy is stored.

Sentences: user guide of 2020, "Managing a resource-based policy"; the one about services was seen in 2026
(security.md 2.2). The names of the checks are ours, AWS publishes none.
"""

import json
from typing import Any

import pytest

from secrets_app.iam.evaluate import Caller
from secrets_app.iam.policy_document import parse
from secrets_app.resource_policy import Finding, findings

ACCOUNT = "111122223333"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/db-AbCdEf"
EXISTING = {ALICE, f"arn:aws:iam::{ACCOUNT}:role/App"}

SYNTAX = "This resource policy contains a syntax error."
PRINCIPAL = "This resource policy contains an unsupported principal."
SERVICE = "This resource policy contains an unsupported service principal."
BROAD = (
    "This resource policy grants broad access to your secret. "
    "Secrets Manager does not allow creating and applying such policies in the console."
)
LOCKOUT = "Your requested changes will not allow you to manage this secret in the future."


def check(document: str, caller: Caller | None = None, context: dict[str, str] | None = None) -> list[Finding]:
    return findings(
        document,
        caller=caller or Caller(ALICE, ACCOUNT, "user"),
        context=context or {},
        secret_arn=SECRET,
        secret_account=ACCOUNT,
        principal_exists=EXISTING.__contains__,
    )


def sentences(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.check_name, finding.error_message) for finding in found]


def document(*statements: dict[str, Any]) -> str:
    full = [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*", **each} for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": ALICE},
        {"AWS": [ACCOUNT, "444455556666", f"arn:aws:iam::{ACCOUNT}:root"]},
        {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/App/any-session"},
        {"Service": "appflow.amazonaws.com"},
    ],
)
def test_nothing_against_a_good_policy(principal: Any) -> None:
    assert check(document({"Principal": principal})) == []


def test_syntax_error_names_the_line() -> None:
    [finding] = check('{\n"Version": "2012-10-17",\n"Statement": oops\n}')

    assert (finding.check_name, finding.error_message, finding.line) == ("SYNTAX", SYNTAX, 3)
    assert finding.detail == "The policy is not valid JSON: Expecting value."


def test_wrong_effect_is_a_syntax_error() -> None:
    """AWS's own example."""
    assert sentences(check(document({"Effect": "AllowSomething", "Principal": "*"}))) == [("SYNTAX", SYNTAX)]


@pytest.mark.parametrize(
    ("principal", "sentence"),
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}, PRINCIPAL),
        ({"AWS": [ALICE, f"arn:aws:iam::{ACCOUNT}:role/gone"]}, PRINCIPAL),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}, PRINCIPAL),
        ({"AWS": "AIDAJQABLZS4A3QDU576Q"}, PRINCIPAL),
        ({"Service": "invalidservice.amazonaws.com"}, SERVICE),
    ],
)
def test_unknown_principal(principal: Any, sentence: str) -> None:
    assert sentences(check(document({"Principal": principal}))) == [("PRINCIPAL", sentence)]


def test_unknown_principal_of_a_deny() -> None:
    refused = document({"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/nobody"}})

    assert sentences(check(refused)) == [("PRINCIPAL", PRINCIPAL)]


def test_broad_access() -> None:
    assert sentences(check(document({"Principal": "*"}))) == [("BROAD_ACCESS", BROAD)]


def test_allow_with_not_principal_is_never_stored() -> None:
    found = check(document({"NotPrincipal": {"AWS": ALICE}}))

    assert sentences(found) == [("SYNTAX", SYNTAX), ("BROAD_ACCESS", BROAD)]


@pytest.mark.parametrize("action", ["*", "secretsmanager:PutResourcePolicy", "secretsmanager:Delete*", "*:*"])
def test_lock_out(action: str) -> None:
    """AWS's own example is a Deny of secretsmanager:* for everyone."""
    assert sentences(check(document({"Effect": "Deny", "Principal": "*", "Action": action}))) == [("LOCKOUT", LOCKOUT)]


@pytest.mark.parametrize(
    "statement",
    [
        {"Principal": "*", "Action": "secretsmanager:GetSecretValue"},
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"}},
        {"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}},
        {"NotPrincipal": {"AWS": [ALICE, ACCOUNT]}},
    ],
)
def test_deny_that_leaves_the_caller_in_charge(statement: dict[str, Any]) -> None:
    assert check(document({"Effect": "Deny", **statement}), context={"aws:SourceVpc": "vpc-1"}) == []


def test_what_the_callers_own_policies_deny_is_not_held_against_the_document() -> None:
    deny_delete = parse(
        '{"Statement": {"Effect": "Deny", "Action": "secretsmanager:DeleteResourcePolicy", "Resource": "*"}}',
        kind="identity",
    )
    caller = Caller(ALICE, ACCOUNT, "user", (deny_delete,))

    assert check(document({"Principal": {"AWS": ALICE}}), caller) == []


def test_root_is_locked_out_like_anyone() -> None:
    root = Caller(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, "root")

    assert sentences(check(document({"Effect": "Deny", "Principal": "*"}), root)) == [("LOCKOUT", LOCKOUT)]


def test_several_findings_are_reported_together() -> None:
    found = check(
        document(
            {"Principal": {"AWS": ["*", f"arn:aws:iam::{ACCOUNT}:user/nobody"], "Service": "no.amazonaws.com"}},
            {"Effect": "Deny", "Principal": {"AWS": ACCOUNT}},
        )
    )

    assert sentences(found) == [
        ("PRINCIPAL", PRINCIPAL),
        ("PRINCIPAL", SERVICE),
        ("BROAD_ACCESS", BROAD),
        ("LOCKOUT", LOCKOUT),
    ]
