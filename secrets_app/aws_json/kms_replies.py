"""What an operation of KMS answers -> the members of its output shape. Facts: api.md 7."""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.kms import key_policy, keys
from secrets_app.kms.operations import ScheduledKeyDeletion
from secrets_app.kms.operations.cryptography import SYMMETRIC, Decrypted, Encrypted, ReEncrypted
from secrets_app.kms.operations.policies import KeyPolicy
from secrets_app.kms.operations.rotation import Material
from secrets_app.models import KeyAlias, KeyState, KeyTag, KmsKey
from secrets_app.results import Page

ON_DEMAND, AUTOMATIC = "ON_DEMAND", "AUTOMATIC"
Reply = Mapping[str, Any]


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
            "CustomerMasterKeySpec": SYMMETRIC,
            "KeySpec": SYMMETRIC,
            "EncryptionAlgorithms": [SYMMETRIC],
            "MultiRegion": False,
            "CurrentKeyMaterialId": keys.current_backing_key(key).material_id,
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


def rotated(key: KmsKey) -> Reply:
    return {"KeyId": key.key_id}


def rotation_status(key: KmsKey) -> Reply:
    """Of a key that is pending deletion: not rotated, whatever it was before (developer guide)."""
    if key.rotation_period_days is None or key.state == KeyState.PENDING_DELETION:
        return {"KeyId": key.arn, "KeyRotationEnabled": False}
    return {
        "KeyId": key.arn,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": key.rotation_period_days,
        "NextRotationDate": key.next_rotation_at,
    }


def list_key_rotations(page: Page[Material]) -> Reply:
    return {"Rotations": [_rotation(material) for material in page.items], **_more(page.next_token)}


def _rotation(material: Material) -> Reply:
    """The material a key began with has no date and no type of rotation (API reference, RotationsListEntry)."""
    rotation = (
        {}
        if material.is_first
        else {
            "RotationDate": material.backing_key.created_at,
            "RotationType": AUTOMATIC if material.backing_key.is_automatic else ON_DEMAND,
        }
    )
    return {
        "KeyId": material.backing_key.kms_key.key_id,
        "KeyMaterialId": material.backing_key.material_id,
        "KeyMaterialState": "CURRENT" if material.is_current else "NON_CURRENT",
        **rotation,
    }


def list_resource_tags(page: Page[KeyTag]) -> Reply:
    return {"Tags": [{"TagKey": tag.key, "TagValue": tag.value} for tag in page.items], **_more(page.next_token)}


def encrypt(encrypted: Encrypted) -> Reply:
    return {"CiphertextBlob": encrypted.blob, "KeyId": encrypted.key.arn, "EncryptionAlgorithm": SYMMETRIC}


def generate_data_key(data_key: Encrypted) -> Reply:
    return {
        "CiphertextBlob": data_key.blob,
        "Plaintext": data_key.plaintext,
        "KeyId": data_key.key.arn,
        "KeyMaterialId": data_key.backing_key.material_id,
    }


def data_key_without_plaintext(data_key: Encrypted) -> Reply:
    return {
        "CiphertextBlob": data_key.blob,
        "KeyId": data_key.key.arn,
        "KeyMaterialId": data_key.backing_key.material_id,
    }


def re_encrypt(done: ReEncrypted) -> Reply:
    return {
        "CiphertextBlob": done.result.blob,
        "SourceKeyId": done.source.key.arn,
        "KeyId": done.result.key.arn,
        "SourceEncryptionAlgorithm": SYMMETRIC,
        "DestinationEncryptionAlgorithm": SYMMETRIC,
        "SourceKeyMaterialId": done.source.backing_key.material_id,
        "DestinationKeyMaterialId": done.result.backing_key.material_id,
    }


def get_key_policy(found: KeyPolicy) -> Reply:
    return {"Policy": found.document, "PolicyName": key_policy.NAME}


def list_key_policies(page: Page[str]) -> Reply:
    return {"PolicyNames": list(page.items), **_more(page.next_token)}


def decrypt(decrypted: Decrypted) -> Reply:
    return {
        "KeyId": decrypted.key.arn,
        "Plaintext": decrypted.plaintext,
        "EncryptionAlgorithm": SYMMETRIC,
        "KeyMaterialId": decrypted.backing_key.material_id,
    }


REPLIES: Mapping[str, Callable[[Any], Reply]] = {
    "CancelKeyDeletion": cancel_key_deletion,
    "CreateAlias": nothing,
    "CreateKey": key_metadata,
    "Decrypt": decrypt,
    "DeleteAlias": nothing,
    "DescribeKey": key_metadata,
    "DisableKey": nothing,
    "DisableKeyRotation": nothing,
    "EnableKey": nothing,
    "EnableKeyRotation": nothing,
    "Encrypt": encrypt,
    "GenerateDataKey": generate_data_key,
    "GenerateDataKeyWithoutPlaintext": data_key_without_plaintext,
    "GetKeyPolicy": get_key_policy,
    "GetKeyRotationStatus": rotation_status,
    "ListAliases": list_aliases,
    "ListKeyPolicies": list_key_policies,
    "ListKeyRotations": list_key_rotations,
    "ListKeys": list_keys,
    "ListResourceTags": list_resource_tags,
    "PutKeyPolicy": nothing,
    "ReEncrypt": re_encrypt,
    "RotateKeyOnDemand": rotated,
    "ScheduleKeyDeletion": schedule_key_deletion,
    "TagResource": nothing,
    "UntagResource": nothing,
    "UpdateAlias": nothing,
    "UpdateKeyDescription": nothing,
}
