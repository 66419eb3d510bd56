"""Every vector: rule, source and certainty are written in the file, beside each."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, Policy, parse

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())["vectors"]
DOCUMENTS = [vector for vector in VECTORS if "document" in vector]
QUESTIONS = [vector for vector in VECTORS if "request" in vector]


def parsed(document: Any, kind: Literal["identity", "resource"] = "identity") -> Policy:
    return parse(document if isinstance(document, str) else json.dumps(document), kind=kind)


def is_valid(vector: dict[str, Any]) -> bool:
    try:
        parsed(vector["document"], vector["kind"])
    except MalformedPolicy:
        return False
    return True


def caller_of(vector: dict[str, Any]) -> Caller:
    principal, boundary, session_policies = (vector[name] for name in ("principal", "boundary", "session_policies"))
    return Caller(
        arn=principal.get("service") or principal["arn"],
        account=principal["account"],
        kind=principal["type"],
        identity_policies=tuple(map(parsed, vector["identity_policies"])),
        boundary=None if boundary is None else parsed(boundary),
        session_policies=None if session_policies is None else tuple(map(parsed, session_policies)),
    )


@pytest.mark.parametrize("vector", QUESTIONS, ids=[vector["id"] for vector in QUESTIONS])
def test_decision_is_the_vectors(vector: dict[str, Any]) -> None:
    resource_policy = None if vector["resource_policy"] is None else parsed(vector["resource_policy"], "resource")

    decision = evaluate(caller_of(vector), Request(**vector["request"]), resource_policy)

    assert decision.outcome == vector["expect"], vector["rule"]


@pytest.mark.parametrize("vector", DOCUMENTS, ids=[vector["id"] for vector in DOCUMENTS])
def test_document_is_accepted_or_refused(vector: dict[str, Any]) -> None:
    assert is_valid(vector) is (vector["expect"] == "Valid"), vector["rule"]


def test_no_vector_is_left_out() -> None:
    assert len(DOCUMENTS) + len(QUESTIONS) == len(VECTORS) == 131
