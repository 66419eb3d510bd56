"""What to rotate now: windows that opened, and runs that nobody is working on."""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from secrets_app import replication, service_events, staging_labels, versions
from secrets_app.errors import LimitExceededException
from secrets_app.models import RotationConfiguration, RotationRun, Secret
from secrets_app.rotation import functions, runs, windows

logger = logging.getLogger(__name__)

# A dead scheduler's runs are taken over this long after its last heartbeat.
LEASE = timedelta(seconds=60)
_CANDIDATES = 20
_BATCH = 100


def open_windows(now: datetime) -> int:
    """Start a rotation of every secret whose moment within an open window has come. How many were started."""
    due = RotationConfiguration.objects.filter(
        enabled=True, next_window_start__lte=now, secret__deleted_at=None
    ).select_related("secret")
    return sum(_open_or_leave(configuration, now) for configuration in list(due.order_by("next_window_start")[:_BATCH]))


def claim(owner: str, now: datetime) -> RotationRun | None:
    """A due run that is now the owner's, until the lease ends or is renewed."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = RotationRun.objects.filter(
        free, state=RotationRun.State.RUNNING, due_at__lte=now, secret__deleted_at=None
    ).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:_CANDIDATES]):
        # The UPDATE decides, on any database: of two schedulers one finds the lease free.
        claimed = RotationRun.objects.filter(free, pk=pk, state=RotationRun.State.RUNNING, due_at__lte=now).update(
            lease_owner=owner, lease_until=now + LEASE
        )
        if claimed:
            return RotationRun.objects.select_related("secret__kms_key").get(pk=pk)
    return None


def _open_or_leave(configuration: RotationConfiguration, now: datetime) -> bool:
    """What is wrong with one secret holds up no other; it is due again in the next pass."""
    try:
        return _open(configuration, now)
    except Exception:
        logger.exception("The rotation of secret %s can't be started; it will be tried again.", configuration.pk)
        return False


def _open(configuration: RotationConfiguration, now: datetime) -> bool:
    start, end = configuration.next_window_start, configuration.next_window_end
    if start is None or end is None:
        return False
    if now >= end + timedelta(seconds=1):
        windows.plan_after_missed(configuration, now)
        start, end = configuration.next_window_start, configuration.next_window_end
        if start is None or end is None or start > now:
            return False
    if now < start + windows.delay_in_window(configuration.secret.arn, start, end):
        return False
    with transaction.atomic():
        return _start(configuration.secret_id, start, end, now)


def _start(secret_pk: int, start: datetime, end: datetime, now: datetime) -> bool:
    """Every window once: whoever comes second finds the next one planned already."""
    secret = Secret.objects.select_for_update().get(pk=secret_pk)
    configuration = RotationConfiguration.objects.get(secret=secret)
    if not configuration.enabled or configuration.next_window_start != start:
        return False
    windows.plan_next(configuration, max(start, now))
    if runs.make_way(secret, now) is not None:
        return False
    try:
        version_id = _pending_version(secret, now)
    except LimitExceededException as refusal:
        told = service_events.Told("RotationFailed", secret, {}, "RotationFailed", refusal.message)
        service_events.record([told], now)
        return False
    runs.start(secret, version_id, functions.arn_of(configuration), now, retry_until=end)
    return True


def _pending_version(secret: Secret, now: datetime) -> str:
    """The version an earlier rotation gave up on, else a new one without a value (rotation.md 1.3)."""
    unfinished = runs.unfinished_version(secret)
    if unfinished is not None:
        return unfinished.version_id
    version = versions.open_empty(secret, str(uuid.uuid4()), now)
    staging_labels.move(version, staging_labels.PENDING)
    secret.last_changed_at = now
    secret.save(update_fields=["last_changed_at"])
    replication.mark_stale(secret)
    return version.version_id
