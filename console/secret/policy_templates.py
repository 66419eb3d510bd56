"""What resource policies are most often written for, as statements to start from."""

import json
from typing import Any

from django import forms

from console.forms import AwsForm

_VERSION = "2012-10-17"
_READ = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
_ROLE = "arn:aws:iam::111122223333:role/ROLE-NAME"  # accounts and addresses as AWS's documentation writes examples
_ACCOUNT = "111122223333"
_ADDRESSES = "192.0.2.0/24"

# id -> label, and what is filled in where nothing was typed.
_TEMPLATES = {
    "read-role": ("Let a role read", _ROLE),
    "read-account": ("Let another account read", _ACCOUNT),
    "deny-outside": ("Deny reading from outside an address range", _ADDRESSES),
    "deny-but-role": ("Deny reading to all but a role", _ROLE),
}


class NotAPolicyError(Exception):
    """What stands in the editor is no JSON object with statements."""


class TemplateForm(AwsForm):
    template = forms.ChoiceField(
        label="Template", choices=[(key, label) for key, (label, _) in _TEMPLATES.items()], initial="read-role"
    )
    template_for = forms.CharField(
        label="Role ARN, account or address range",
        required=False,
        max_length=2048,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def with_statement(document: str, template: str, given: str) -> str:
    """The policy with one more statement; a new policy if there was none.

    Deny is for reading only: denied everything but a role, whoever saves it could not manage the secret any more.
    """
    policy = _read(document)
    statements = policy.get("Statement", [])
    if not isinstance(statements, list):
        statements = [statements]
    policy["Statement"] = [*statements, _statement(template, given.strip() or _TEMPLATES[template][1])]
    return json.dumps(policy, indent=2, ensure_ascii=False)


def _read(document: str) -> dict[str, Any]:
    if not document.strip():
        return {"Version": _VERSION}
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        raise NotAPolicyError from None
    if not isinstance(found, dict):
        raise NotAPolicyError
    return found


def _statement(template: str, given: str) -> dict[str, Any]:
    if template == "read-role":
        return {"Effect": "Allow", "Principal": {"AWS": given}, "Action": _READ, "Resource": "*"}
    if template == "read-account":
        principal = given if given.startswith("arn:") else f"arn:aws:iam::{given}:root"
        return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": _READ, "Resource": "*"}
    if template == "deny-outside":
        ranges = [part.strip() for part in given.split(",") if part.strip()]
        return _deny({"NotIpAddress": {"aws:SourceIp": ranges}})
    return _deny({"ArnNotEquals": {"aws:PrincipalArn": given}})


def _deny(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
        "Condition": condition,
    }
