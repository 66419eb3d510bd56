"""From a SecretId (name, ARN or partial ARN) to the secret."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import connection

from . import arns
from .errors import ValidationException
from .models import ResourcePolicy, Secret

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")


def check_characters_of_names(arguments: Mapping[str, Any]) -> None:
    """Of a call: before anything else is said about it, a missing ClientRequestToken included (api.md 2)."""
    for parameter, keyword in (("SecretId", "secret_id"), ("Name", "name")):
        given = arguments.get(keyword)
        if given is not None:
            check_characters(given, parameter=parameter)


def check_characters(secret_id: str, *, parameter: str = "SecretId") -> None:
    """Recorded on ten operations, also for secrets that don't exist (api.md 3)."""
    if not secret_id.startswith("arn:") and not _NAME.fullmatch(secret_id):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            parameter=parameter,
        )


def find(account: str, region: str, secret_id: str, *, for_update: bool = False) -> Secret | None:
    where = lookup(account, region, secret_id)
    if where is None:
        return None
    found = Secret.objects.select_related("kms_key").filter(**where)
    if for_update and connection.features.has_select_for_update:
        found = found.select_for_update(of=("self",))
    return found.first()


def lookup(account: str, region: str, secret_id: str) -> dict[str, str] | None:
    """Columns and values that pick the secret out; None if no secret can match."""
    if not secret_id.startswith("arn:"):
        return {"account_id": account, "region": region, "name": secret_id}
    arn = arns.read_secret(secret_id)
    if arn is None or arn.region != region:
        return None
    where = {"account_id": arn.account, "region": region, "name": arn.name}
    return {**where, "suffix": arn.suffix} if arn.suffix else where


def pseudo_arn(account: str, region: str, secret_id: str) -> str:
    """What a caller is authorized against when there is no such secret."""
    if secret_id.startswith("arn:"):
        return secret_id
    return arns.secret(region, account, secret_id, "??????")


def resource_policy_of(secret_pk: int) -> str:
    return ResourcePolicy.objects.filter(secret_id=secret_pk).values_list("document", flat=True).first() or ""
