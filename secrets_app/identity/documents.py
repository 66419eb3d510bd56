"""Policy documents, checked before they are stored. A trust policy names principals by unique id when it is stored, so
that whoever is later made under the name of somebody deleted is not trusted (IAM User Guide, "Principal")."""

import json
from collections.abc import Callable
from typing import Any

from secrets_app.iam.policy_document import MalformedPolicy, parse
from secrets_app.models import Principal

from . import quotas
from .errors import MalformedPolicyDocumentException


def check_identity(document: str, *, parameter: str = "PolicyDocument") -> None:
    try:
        parse(document, kind="identity")
    except MalformedPolicy as error:
        raise _malformed(error, parameter) from None


def check_managed(document: str) -> None:
    check_identity(document)
    if quotas.characters(document) > quotas.MANAGED_POLICY_CHARACTERS:
        raise quotas.exceeded("PolicySize", quotas.MANAGED_POLICY_CHARACTERS, parameter="PolicyDocument")


def stored_trust_policy(document: str, *, parameter: str) -> str:
    """As it is kept: compact, users and roles by their unique ids."""
    try:
        policy = parse(document, kind="trust")
    except MalformedPolicy as error:
        raise _malformed(error, parameter) from None
    if any(statement.not_principal for statement in policy.allows):
        raise MalformedPolicyDocumentException("NotPrincipal cannot be used with Allow.", parameter=parameter)
    if quotas.characters(document) > quotas.TRUST_POLICY_CHARACTERS:
        raise quotas.exceeded("ACLSizePerRole", quotas.TRUST_POLICY_CHARACTERS, parameter=parameter)

    def unique_id(name: str) -> str:
        found = _principal_of_arn(name)
        if found is None and name.startswith("arn:aws:iam::") and not name.endswith(":root"):
            raise MalformedPolicyDocumentException(f'Invalid principal in policy: "AWS":"{name}"', parameter=parameter)
        return name if found is None else found.unique_id

    return _with_principals(document, unique_id)


def shown_trust_policy(stored: str) -> str:
    """Whoever is still there by their ARN; the others stay unique ids, as IAM shows them."""

    def arn(name: str) -> str:
        found = None if ":" in name else Principal.objects.filter(unique_id=name).first()
        return name if found is None else found.arn

    return _with_principals(stored, arn) if stored else ""


def _with_principals(document: str, changed: Callable[[str], str]) -> str:
    policy: dict[str, Any] = json.loads(document)
    statements = policy["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element)
            if isinstance(principal, dict) and "AWS" in principal:
                names = principal["AWS"]
                principal["AWS"] = [changed(name) for name in names] if isinstance(names, list) else changed(names)
    return json.dumps(policy, separators=(",", ":"))


def _principal_of_arn(name: str) -> Principal | None:
    parts = name.split(":", 5)
    kind, _, path_and_name = parts[-1].partition("/")
    if len(parts) != 6 or parts[2] != "iam" or kind not in ("user", "role"):
        return None
    path, _, short = path_and_name.rpartition("/")
    path = f"/{path}/" if path else "/"
    return Principal.objects.filter(account=parts[4], kind=kind, path=path, name=short).first()


def _malformed(error: MalformedPolicy, parameter: str) -> MalformedPolicyDocumentException:
    """IAM's own sentence, and what exactly is wrong, which IAM leaves to guess."""
    where = f" Line {error.line}." if error.line else ""
    return MalformedPolicyDocumentException(f"Syntax errors in policy. {error}{where}", parameter=parameter)
