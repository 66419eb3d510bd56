"""What a decision costs: 20 policies of 20 statements, with and without wildcards, variables and conditions."""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import Policy, parse

_POLICIES = _STATEMENTS = 20
_ACCOUNT = "111122223333"
_DECISIONS = 2_000
_CONTEXT = {
    "aws:username": "alice",
    "aws:SourceIp": "203.0.113.5",
    "aws:PrincipalTag/team": "payments",
    "aws:ResourceTag/team": "payments",
    "aws:CurrentTime": "2026-11-25T10:00:00Z",
    "aws:SecureTransport": "true",
    "secretsmanager:VersionStage": "AWSCURRENT",
}


def plain(number: int) -> dict[str, Any]:
    """None of them applies before the last, so that all are asked."""
    name = f"arn:aws:secretsmanager:us-east-1:{_ACCOUNT}:secret:team-{number}/*"
    return {"Effect": "Allow", "Action": ["secretsmanager:Get*", "secretsmanager:List*"], "Resource": name}


def with_conditions(number: int) -> dict[str, Any]:
    """Each applies to the secret and fails at its last condition."""
    return {
        "Effect": "Deny" if number % 2 else "Allow",
        "Action": "secretsmanager:*Secret*",
        "Resource": "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*",
        "Condition": {
            "StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"},
            "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32"]},
            "DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"},
            "StringLike": {"secretsmanager:VersionStage": f"nobody-{number}-*"},
        },
    }


def measured() -> dict[str, float]:
    """Microseconds of a decision, by kind of statement; and of parsing what the decision rests on once."""
    found = {}
    for kind, statement in (("plain", plain), ("with_conditions", with_conditions)):
        began = time.perf_counter()
        policies = tuple(_policy(number, statement) for number in range(_POLICIES))
        found[f"{kind}_parse_us"] = (time.perf_counter() - began) * 1e6
        found[f"{kind}_us"] = _decision(policies)
    return found


def _policy(number: int, statement: Callable[[int], dict[str, Any]]) -> Policy:
    statements = [statement(number * _STATEMENTS + each) for each in range(_STATEMENTS)]
    return parse(json.dumps({"Version": "2012-10-17", "Statement": statements}), kind="identity")


def _decision(policies: tuple[Policy, ...]) -> float:
    caller = Caller(f"arn:aws:iam::{_ACCOUNT}:user/alice", _ACCOUNT, "user", policies)
    secret = f"arn:aws:secretsmanager:us-east-1:{_ACCOUNT}:secret:payments/db-AbCdEf"
    request = Request("secretsmanager:GetSecretValue", secret, _ACCOUNT, _CONTEXT)
    times = []
    for _ in range(_DECISIONS):
        began = time.perf_counter()
        decision = evaluate(caller, request)
        times.append(time.perf_counter() - began)
        if decision.outcome != "ImplicitDeny":
            raise SystemExit(f"The decision is {decision.outcome}: not every statement was asked.")
    return statistics.median(times) * 1e6


if __name__ == "__main__":
    print(json.dumps(measured(), indent=2))
