"""Deleting a secret: the recovery window, cancelling it, and what happens when it ends. Facts: api.md 4.6, 5.10."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from secrets_app import service_events
from secrets_app.errors import InvalidParameterException
from secrets_app.models import BackingKey, KeyState, KmsKey, Replica, Secret, WrappedDataKey

DEFAULT_WINDOW_DAYS = 30
SHORTEST_DAYS, LONGEST_DAYS = 7, 30
_BATCH = 100


def window(recovery_window_in_days: int | None, *, force: bool) -> int:
    """Days until the secret is gone: 0 when forced, 30 when nothing was said. Refuses both at once."""
    if recovery_window_in_days is None:
        return 0 if force else DEFAULT_WINDOW_DAYS
    if force:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            parameter="ForceDeleteWithoutRecovery",
        )
    if not SHORTEST_DAYS <= recovery_window_in_days <= LONGEST_DAYS:
        raise InvalidParameterException(
            f"RecoveryWindowInDays value must be between {SHORTEST_DAYS} and {LONGEST_DAYS} days (inclusive).",
            parameter="RecoveryWindowInDays",
        )
    return recovery_window_in_days


def schedule(secret: Secret, now: datetime, days: int) -> None:
    """Nothing is removed yet: the secret only stops being usable, and keeps its name."""
    _record(service_events.START_VERSION_DELETE, secret, now)
    secret.deleted_at = now
    secret.deletion_at = now + timedelta(days=days)
    secret.last_changed_at = now
    secret.save(update_fields=["deleted_at", "deletion_at", "last_changed_at"])


def restore(secret: Secret, now: datetime) -> None:
    _record(service_events.CANCEL_VERSION_DELETE, secret, now)
    secret.deleted_at = None
    secret.deletion_at = None
    secret.last_changed_at = now
    secret.save(update_fields=["deleted_at", "deletion_at", "last_changed_at"])


def at_once(secret: Secret, now: datetime) -> None:
    """Without a recovery window: begun and ended in one."""
    _record(service_events.START_VERSION_DELETE, secret, now)
    purge(secret, now)


def purge(secret: Secret, now: datetime) -> None:
    """Remove the secret for good: values, wrapped data keys, labels, tags, policy, rotation. Audit events stay."""
    told = [
        service_events.Told(service_events.END_VERSION_DELETE, secret, {"VersionId": version_id})
        for version_id in _version_ids(secret)
    ]
    service_events.record([*told, service_events.Told(service_events.END_SECRET_DELETE, secret, {})], now)
    secret.delete()


def _record(event_name: str, secret: Secret, now: datetime) -> None:
    service_events.record_versions(event_name, secret, _version_ids(secret), now)


def _version_ids(secret: Secret) -> list[str]:
    return list(secret.versions.order_by("id").values_list("version_id", flat=True))


def secrets_to_purge(now: datetime) -> QuerySet[Secret]:
    return Secret.objects.filter(deletion_at__lte=now)


def purge_secrets(now: datetime) -> int:
    """Remove the secrets that are over their recovery window; at most 100 in one pass. Returns how many."""
    found = secrets_to_purge(now).order_by("deletion_at").values_list("pk", flat=True)
    return sum(_purge_secret(pk, now) for pk in list(found[:_BATCH]))


def keys_to_purge(now: datetime) -> QuerySet[KmsKey]:
    with_material = BackingKey.objects.exclude(wrapped_material=b"").values("kms_key")
    return KmsKey.objects.filter(deletion_at__lte=now, pk__in=with_material)


def purge_keys(now: datetime) -> int:
    """Destroy the KMS keys whose waiting period is over; at most 100 in one pass. Returns how many."""
    found = keys_to_purge(now).order_by("deletion_at").values_list("pk", flat=True)
    return sum(_purge_key(pk, now) for pk in list(found[:_BATCH]))


@transaction.atomic
def _purge_secret(pk: int, now: datetime) -> bool:
    """Asks again under the lock: it may have been restored since it was found."""
    secret = Secret.objects.select_for_update().filter(pk=pk, deletion_at__lte=now).first()
    if secret is None:
        return False
    purge(secret, now)
    return True


@transaction.atomic
def _purge_key(pk: int, now: datetime) -> bool:
    """Destroy the key's material: what was encrypted under it alone can never be read again.

    The row of a key that secrets still use stays, without aliases and without material: it says why they don't open.
    """
    key = (
        KmsKey.objects.select_for_update().filter(pk=pk, state=KeyState.PENDING_DELETION, deletion_at__lte=now).first()
    )
    if key is None:
        return False
    key.aliases.all().delete()
    key.backing_keys.update(wrapped_material=b"")
    service_events.record_key(service_events.DELETE_KEY, key, now)
    if not _is_in_use(key):
        key.delete()
    return True


def _is_in_use(key: KmsKey) -> bool:
    return (
        key.secrets.exists()
        or Replica.objects.filter(kms_key=key).exists()
        or WrappedDataKey.objects.filter(backing_key__kms_key=key).exists()
    )
