"""What an operation of KMS answers -> the members of its output shape. Facts: api.md 7."""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.kms.operations import ScheduledKeyDeletion
from secrets_app.models import KeyAlias, KmsKey
from secrets_app.results import Page

Reply = Mapping[str, Any]

_SPEC = "SYMMETRIC_DEFAULT"  # the one kind of key there is here


def nothing(_result: None) -> Reply:
    return {}


def key_metadata(key: KmsKey) -> Reply:
    """The members recorded for a symmetric key; an empty description is sent, unlike in Secrets Manager."""
    return {
        "KeyMetadata": {
            "AWSAccountId": key.account_id,
            "KeyId": key.key_id,
            "Arn": key.arn,
            "CreationDate": key.created_at,
            "Enabled": key.is_enabled,
            "Description": key.description,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": key.state,
            "DeletionDate": key.deletion_at,
            "Origin": "AWS_KMS",
            "KeyManager": key.manager,
            "CustomerMasterKeySpec": _SPEC,
            "KeySpec": _SPEC,
            "EncryptionAlgorithms": [_SPEC],
            "MultiRegion": False,
        }
    }


def list_keys(page: Page[KmsKey]) -> Reply:
    return {"Keys": [{"KeyId": key.key_id, "KeyArn": key.arn} for key in page.items], **_more(page.next_token)}


def list_aliases(page: Page[KeyAlias]) -> Reply:
    return {"Aliases": [_alias(alias) for alias in page.items], **_more(page.next_token)}


def _alias(alias: KeyAlias) -> Reply:
    return {
        "AliasName": alias.name,
        "AliasArn": alias.arn,
        "TargetKeyId": alias.kms_key.key_id,
        "CreationDate": alias.created_at,
        "LastUpdatedDate": alias.updated_at,
    }


def _more(marker: str | None) -> Reply:
    """NextMarker only where there is more (recorded); Truncated always."""
    return {"NextMarker": marker, "Truncated": marker is not None}


def schedule_key_deletion(scheduled: ScheduledKeyDeletion) -> Reply:
    key = scheduled.key
    return {
        "KeyId": key.arn,
        "DeletionDate": key.deletion_at,
        "KeyState": key.state,
        "PendingWindowInDays": scheduled.pending_window_in_days,
    }


def cancel_key_deletion(key: KmsKey) -> Reply:
    return {"KeyId": key.arn}


REPLIES: Mapping[str, Callable[[Any], Reply]] = {
    "CancelKeyDeletion": cancel_key_deletion,
    "CreateAlias": nothing,
    "CreateKey": key_metadata,
    "DeleteAlias": nothing,
    "DescribeKey": key_metadata,
    "DisableKey": nothing,
    "EnableKey": nothing,
    "ListAliases": list_aliases,
    "ListKeys": list_keys,
    "ScheduleKeyDeletion": schedule_key_deletion,
    "UpdateAlias": nothing,
}
