"""KMS keys: finding one by id, ARN or alias; making one; what its state allows; wrapping data keys under it."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction

from secrets_app import arns, root_key
from secrets_app.errors import DecryptionFailure, EncryptionFailure, InvalidParameterException
from secrets_app.models import BackingKey, KeyAlias, KeyState, KmsKey
from secrets_app.rows import Columns

from . import envelope

DEFAULT_ALIAS = "alias/aws/secretsmanager"
ROTATION_PERIOD_DAYS = 365  # fixed for keys that AWS manages, the default for others (security.md 3.5)
DEFAULT_KEY_NAME = "DefaultEncryptionKey"  # what ListSecretVersionIds shows for it (recorded)

_KEY, _BACKING_KEY = Columns(KmsKey, "k"), Columns(BackingKey, "b")

_BY_ID = _KEY.select(f"FROM {KmsKey._meta.db_table} k WHERE k.account_id = %s AND k.region = %s AND k.key_id = %s")
_BY_ALIAS = _KEY.select(
    f"FROM {KeyAlias._meta.db_table} a JOIN {KmsKey._meta.db_table} k ON k.id = a.kms_key_id"
    " WHERE a.account_id = %s AND a.region = %s AND a.name = %s",
)
_NEWEST = _BACKING_KEY.select(
    f"FROM {BackingKey._meta.db_table} b WHERE b.kms_key_id = %s ORDER BY b.number DESC LIMIT 1"
)


def create(
    *,
    account: str,
    region: str,
    now: datetime,
    description: str = "",
    key_id: str = "",
    manager: KmsKey.Manager = KmsKey.Manager.CUSTOMER,
) -> KmsKey:
    key = KmsKey.objects.create(
        account_id=account,
        region=region,
        key_id=key_id or str(uuid.uuid4()),
        manager=manager,
        description=description,
        created_at=now,
        **_rotated_yearly_from(now) if manager == KmsKey.Manager.AWS else {},
    )
    add_backing_key(key, now)
    return key


def _rotated_yearly_from(now: datetime) -> dict[str, Any]:
    return {
        "rotation_period_days": ROTATION_PERIOD_DAYS,
        "next_rotation_at": now + timedelta(days=ROTATION_PERIOD_DAYS),
    }


def add_backing_key(key: KmsKey, now: datetime, *, is_automatic: bool = False) -> BackingKey:
    """New material; what was wrapped under older numbers still opens."""
    newest = key.backing_keys.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    material = root_key.current().seal(envelope.new_key(), purpose=_purpose(key.arn, number))
    return BackingKey.objects.create(
        kms_key=key, number=number, wrapped_material=material, created_at=now, is_automatic=is_automatic
    )


def default_key(account: str, region: str, now: datetime) -> KmsKey:
    """The AWS managed key aws/secretsmanager of the account and Region, made on first use."""
    existing = find(account, region, DEFAULT_ALIAS)
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return _create_default_key(account, region, now)
    except IntegrityError:  # somebody else made it between our look and our insert
        return (
            KeyAlias.objects.select_related("kms_key").get(account=account, region=region, name=DEFAULT_ALIAS).kms_key
        )


def _create_default_key(account: str, region: str, now: datetime) -> KmsKey:
    key = create(
        account=account,
        region=region,
        now=now,
        description="Default key that protects my Secrets Manager data when no other key is defined",
        manager=KmsKey.Manager.AWS,
    )
    KeyAlias.objects.create(
        account_id=account, region=region, name=DEFAULT_ALIAS, kms_key=key, created_at=now, updated_at=now
    )
    return key


def find(account: str, region: str, key_id: str) -> KmsKey | None:
    """key_id: a key id, key ARN, alias name or alias ARN. A key of another account only by ARN."""
    if key_id.startswith("arn:"):
        parts = key_id.split(":", 5)
        if len(parts) != 6 or parts[2] != "kms" or parts[3] != region:
            return None
        account, key_id = parts[4], parts[5]
        if key_id.startswith("key/"):
            key_id = key_id.removeprefix("key/")
        elif not key_id.startswith("alias/"):
            return None
    if key_id.startswith("alias/"):
        rows = _BY_ALIAS.rows([account, region, key_id])
    else:
        rows = _BY_ID.rows([account, region, key_id])
    return _KEY.instance(rows[0]) if rows else None


def for_secret(account: str, region: str, key_id: str) -> KmsKey | None:
    """The customer key a secret shall use; None for the default key. Refuses what names no key of this Region.

    Prefix and KMS's own text as seen in the field (api.md 3).
    """
    if is_default(account, region, key_id):
        return None
    key = find(account, region, key_id)
    if key is None:
        reason = f"Invalid arn {key_id.split(':')[3]}" if _is_of_another_region(key_id, region) else "Invalid keyId"
        raise InvalidParameterException(
            f"The operation failed because of an invalid KMS key: {reason}", parameter="KmsKeyId"
        )
    return None if key.manager == KmsKey.Manager.AWS else key


def is_default(account: str, region: str, key_id: str) -> bool:
    """Whether a KmsKeyId, or none, stands for aws/secretsmanager."""
    return not key_id or key_id in (DEFAULT_ALIAS, arns.kms_alias(region, account, DEFAULT_ALIAS))


def _is_of_another_region(key_id: str, region: str) -> bool:
    parts = key_id.split(":")
    return len(parts) >= 6 and parts[2] == "kms" and parts[3] != region


def refuse_to_encrypt_unless_enabled(key: KmsKey) -> None:
    """The wire error for an unusable key is documented, its text is ours (security.md 3.4)."""
    if not key.is_enabled:
        raise EncryptionFailure(
            "Secrets Manager can't encrypt the protected secret text using the provided KMS key. "
            f"{unusable_reason(key.arn, key.state)}",
            parameter="KmsKeyId",
        )


def decryption_failure(key_arn: str, state: str) -> DecryptionFailure:
    return DecryptionFailure(
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key. "
        f"{unusable_reason(key_arn, state)}"
    )


def unusable_reason(key_arn: str, state: str) -> str:
    """KMS's own sentences (recorded; api.md 7)."""
    return f"{key_arn} is pending deletion." if state == KeyState.PENDING_DELETION else f"{key_arn} is disabled."


def current_backing_key(key: KmsKey) -> BackingKey:
    return _BACKING_KEY.instance(_NEWEST.rows([key.pk])[0])


def wrap(key: KmsKey, data_key: bytes, context: Mapping[str, str]) -> tuple[BackingKey, bytes]:
    """The data key under the current backing key."""
    backing_key = current_backing_key(key)
    return backing_key, envelope.seal(
        material(key.arn, backing_key.number, backing_key.wrapped_material), data_key, context
    )


def material(key_arn: str, number: int, wrapped_material: bytes | memoryview) -> bytes:
    return _opened(root_key.current(), bytes(wrapped_material), _purpose(key_arn, number))


@lru_cache(maxsize=1024)
def _opened(key: root_key.RootKey, wrapped_material: bytes, purpose: str) -> bytes:
    """In the memory that holds the root key anyway, by what it was opened from: another root key, or other wrapped
    material, is another entry."""
    return key.open(wrapped_material, purpose=purpose)


def _purpose(key_arn: str, number: int) -> str:
    return f"backing-key:{key_arn}:{number}"
