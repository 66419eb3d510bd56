"""From a SecretId (name, ARN or partial ARN) to the secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import arns
from .errors import ValidationException
from .models import KmsKey, ResourcePolicy, Secret
from .rows import Columns
from .statements import Statement, current_database

_SECRET, _KEY = Columns(Secret, "s"), Columns(KmsKey, "k")
_WHERE = "WHERE s.account_id = %s AND s.region = %s AND s.name = %s"
_TABLES = f"""
    FROM {Secret._meta.db_table} s
    LEFT JOIN {KmsKey._meta.db_table} k ON k.id = s.kms_key_id
    LEFT JOIN {ResourcePolicy._meta.db_table} p ON p.secret_id = s.id
    {_WHERE}"""
_FIND = Statement(
    f"SELECT {_SECRET.sql}, {_KEY.sql}, p.document {_TABLES}",  # noqa: S608  our own names
    sqlite=f"SELECT {_SECRET.sqlite}, {_KEY.sqlite}, p.document {_TABLES}",  # noqa: S608
)
_LOCK = Statement(f"SELECT s.id FROM {Secret._meta.db_table} s {_WHERE} FOR UPDATE")  # noqa: S608
_POLICY = Statement(f"SELECT document FROM {ResourcePolicy._meta.db_table} WHERE secret_id = %s")  # noqa: S608
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


@dataclass(frozen=True, slots=True)
class Found:
    secret: Secret  # with its kms_key
    policy_document: str  # "" without a resource policy


def find(account: str, region: str, secret_id: str, *, for_update: bool = False) -> Found | None:
    """The secret and its resource policy, in one statement; every operation on a secret begins with it."""
    where = lookup(account, region, secret_id)
    if where is None:
        return None
    key = [where["account_id"], where["region"], where["name"]]
    if for_update and current_database().features.has_select_for_update:
        _LOCK.rows(key)  # first, so that what is read after it, key and policy too, is as the last change left it
    rows = _FIND.rows(key)
    if not rows:
        return None
    (row,) = rows
    secret = _SECRET.instance(row)
    if where.get("suffix", secret.suffix) != secret.suffix:
        return None
    secret.kms_key = _KEY.instance_or_none(row, _SECRET.width)
    return Found(secret, row[-1] or "")


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


def account_of(arn: str) -> str:
    """Whose secret the ARN would name, so that one of another account reads as forbidden whether or not it exists; ""
    if it is no secret's ARN."""
    read = arns.read_secret(arn)
    return read.account if read else ""


def resource_policy_of(secret_pk: int) -> str:
    rows = _POLICY.rows([secret_pk])
    return str(rows[0][0]) if rows else ""
