"""The call that a bulk change makes for each of its secrets: one loop for every Region they are in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from secrets_app import arns
from secrets_app.service_model import service

from .calls import EquivalentCall, Result, call

OPERATIONS = {
    "tag": "TagResource",
    "rotate": "RotateSecret",
    "replicate": "ReplicateSecretToRegions",
    "delete": "DeleteSecret",
}


def of_each(kind: str, secret_arns: Sequence[str], **given: Any) -> list[EquivalentCall]:
    """given: parameters beside the secret, by wire name."""
    variable = "secret_id"
    by_region: dict[str, list[str]] = {}
    for arn in dict.fromkeys(secret_arns):
        secret = arns.read_secret(arn)
        if secret is not None:
            by_region.setdefault(secret.region, []).append(arn)
    return [
        replace(call(OPERATIONS[kind], region, SecretId=Result(variable), **given), each=(variable, found))
        for region, found in sorted(by_region.items())
    ]


def made(kind: str, secret_arns: Sequence[str], parameters: Mapping[str, Any]) -> list[EquivalentCall]:
    """Of a change that was asked for. parameters: by the operation's keywords, as it is kept."""
    keywords = service("secretsmanager").operations[OPERATIONS[kind]].keywords
    given = {member: parameters[keyword] for member, keyword in keywords.items() if keyword in parameters}
    return of_each(kind, secret_arns, **given)
