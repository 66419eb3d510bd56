"""Keys whose material is due to be replaced: those for which rotation is enabled, and all that AWS manages.

Facts: KMS developer guide, "Rotate AWS KMS keys": a disabled key is not rotated, and as soon as it is enabled again if
its date is past by then; one that is pending deletion is not rotated.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from secrets_app import service_events
from secrets_app.models import KeyState, KmsKey

from . import keys

_BATCH = 100


def due(now: datetime) -> QuerySet[KmsKey]:
    return KmsKey.objects.filter(next_rotation_at__lte=now, state=KeyState.ENABLED)


def rotate_due(now: datetime) -> int:
    """At most 100 keys in one pass; how many were rotated."""
    found = due(now).order_by("next_rotation_at").values_list("pk", flat=True)
    return sum(_rotate(pk, now) for pk in list(found[:_BATCH]))


@transaction.atomic
def _rotate(pk: int, now: datetime) -> bool:
    """Asks again under the lock: another scheduler may have been first, or somebody disabled the key."""
    key = due(now).select_for_update().filter(pk=pk).first()
    if key is None or key.rotation_period_days is None:
        return False
    keys.add_backing_key(key, now, is_automatic=True)
    key.next_rotation_at = now + timedelta(days=key.rotation_period_days)
    key.save(update_fields=["next_rotation_at"])
    service_events.record_key(service_events.ROTATE_KEY, key, now)
    return True
