"""Replication: which Regions have a copy of a secret, and keeping the copies up to date. Facts: api.md 4.12.

A Replica row says that a primary is to be copied to a Region and how far that got; the copy is a Secret of its own
there, with its own key and ciphertext. Every change of the primary marks its replicas stale; the scheduler claims
stale rows with a lease and copies. A replica is InSync only if nothing changed since its copy was begun.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from secrets_app import arns, deletion, regions, replica_copy, service_events
from secrets_app.errors import AwsError, InvalidParameterException
from secrets_app.kms import envelope, keys
from secrets_app.models import KmsKey, Replica, ReplicationStatus, RotationConfiguration, Secret

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import ReplicaRegionTypeTypeDef

    from secrets_app.call import Call, Context

SUCCEEDED = "Replication succeeded"
_BATCH = 100
LEASE = timedelta(minutes=5)
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=30), timedelta(hours=1)


# --- asking for replicas -------------------------------------------------------------------------


def request_keys(wanted: Sequence["ReplicaRegionTypeTypeDef"] | None, overwrite: bool | None) -> "Context":
    """The condition keys of a request that adds replica Regions."""
    context: dict[str, str | list[str]] = {}
    if wanted:
        context["secretsmanager:AddReplicaRegions"] = [entry.get("Region", "") for entry in wanted]
    if overwrite is not None:
        context["secretsmanager:ForceOverwriteReplicaSecret"] = str(overwrite).lower()
    return context


def start(
    call: "Call", primary: Secret, wanted: Sequence["ReplicaRegionTypeTypeDef"], *, overwrite: bool
) -> list[Replica]:
    """Have the secret copied to these Regions; all its replicas, with the new ones in progress.

    A Region that has a replica already: its copy is tried again, under another key if one is given.
    """
    if not primary.primary_region:
        primary.primary_region = primary.region
        primary.save(update_fields=["primary_region"])
    existing = {replica.region: replica for replica in primary.replicas.select_for_update()}
    for entry in wanted:
        replica = existing.get(entry["Region"]) or Replica(primary=primary, region=entry["Region"], changes=0)
        _ask_for(call, replica, entry.get("KmsKeyId"), overwrite=overwrite)
    return of(primary)


def of(primary: Secret) -> list[Replica]:
    return list(primary.replicas.select_related("secret"))


def check_regions(primary_region: str, wanted: Sequence["ReplicaRegionTypeTypeDef"]) -> None:
    """Before the secret is looked up: it takes nothing but the request (api.md 2)."""
    named = [entry.get("Region", "") for entry in wanted]
    for region in named:
        if not regions.is_region(region) or region == primary_region:
            raise InvalidParameterException("Invalid replica region.", parameter="AddReplicaRegions")
        if named.count(region) > 1:
            raise InvalidParameterException(
                f"The replica Region {region} is given more than once.", parameter="AddReplicaRegions"
            )


def _ask_for(call: "Call", replica: Replica, kms_key_id: str | None, *, overwrite: bool) -> None:
    """kms_key_id: None keeps the key the replica has. A key the caller may not use, or that isn't there, makes a new
    replica Failed (security.md 3.4); one that works already is left as it is, and the caller hears why."""
    if kms_key_id is None:
        kms_key_id = replica.kms_key_id_given
    try:
        key = _permitted_key(call, replica, kms_key_id)
    except AwsError as error:
        if replica.secret_id is not None:
            raise
        _refuse(replica, kms_key_id, error, call.now)
        return
    replica.kms_key = key
    replica.kms_key_id_given = kms_key_id if key is not None else ""
    replica.overwrite = overwrite
    replica.status, replica.status_message = ReplicationStatus.IN_PROGRESS, ""
    replica.due_at, replica.attempts = call.now, 0
    replica.changes += 1
    replica.save()


def _permitted_key(call: "Call", replica: Replica, kms_key_id: str) -> KmsKey | None:
    """Asked once, of whoever asks for the replica: later changes are copied by the service itself."""
    primary, ask = replica.primary, envelope.TO_VALIDATE_ACCESS
    call.authorize_key(primary.kms_key, "kms:Decrypt", about=envelope.encryption_context(primary.arn, ask))
    key = keys.for_secret(primary.account_id, replica.region, kms_key_id)
    copy_arn = arns.secret(replica.region, primary.account_id, primary.name, primary.suffix)
    replace(call, region=replica.region).authorize_key(
        key, "kms:GenerateDataKey", "kms:Encrypt", about=envelope.encryption_context(copy_arn, ask)
    )
    return key


def _refuse(replica: Replica, kms_key_id: str, error: AwsError, now: datetime) -> None:
    """Failed, and not tried again by itself: without a permitted key there is nothing to copy with."""
    replica.kms_key, replica.kms_key_id_given = None, kms_key_id
    replica.status = ReplicationStatus.FAILED
    replica.status_message = shown_failure(error.message)
    replica.due_at = None
    replica.changes += 1
    replica.save()
    _record(service_events.REPLICATION_FAILED, replica, [replica.primary], now, error=replica.status_message)


def mark_stale(primary: Secret) -> None:
    """Called by every operation that changes a secret, after the change. A no-op for one without replicas.

    A replica that never came to be stays Failed: it takes a new request, with its permissions, to try again.
    """
    if not primary.has_replicas:
        return
    primary.replicas.filter(~Q(status=ReplicationStatus.FAILED) | Q(secret__isnull=False)).update(
        changes=F("changes") + 1,
        status=ReplicationStatus.IN_PROGRESS,
        status_message="",
        due_at=primary.last_changed_at,  # the operation has just set it to now
        attempts=0,
    )


# --- ending it -----------------------------------------------------------------------------------


def remove(primary: Secret, removed: Sequence[str], now: datetime) -> list[Replica]:
    """End replication to these Regions and delete the replicas there; the ones that are left."""
    existing = {replica.region: replica for replica in primary.replicas.select_for_update()}
    for region in removed:
        if region not in existing:
            raise InvalidParameterException(
                f"The secret isn't replicated to the Region {region}.", parameter="RemoveReplicaRegions"
            )
    for region in set(removed):
        replica = existing[region]
        copy = replica.secret
        replica.delete()
        if copy is not None:
            deletion.at_once(copy, now)
    _forget_role_without_replicas(primary)
    return of(primary)


def promote(copy: Secret, now: datetime) -> Secret:
    """Make a replica a secret of its own, as it is now. Its rotation isn't taken along: the function is elsewhere."""
    primary = Secret.objects.select_for_update().filter(replicas__secret=copy).first()
    if primary is not None:  # else somebody else has just done it
        Replica.objects.filter(secret=copy).delete()
        _forget_role_without_replicas(primary)
    copy = Secret.objects.select_for_update().get(pk=copy.pk)
    copy.primary_region = ""
    copy.last_changed_at = now
    copy.save(update_fields=["primary_region", "last_changed_at"])
    RotationConfiguration.objects.filter(secret=copy).delete()
    return copy


def _forget_role_without_replicas(primary: Secret) -> None:
    if not primary.replicas.exists():
        primary.primary_region = ""
        primary.save(update_fields=["primary_region"])


# --- copying -------------------------------------------------------------------------------------


def run_due(now: datetime, owner: str) -> int:
    """Bring replicas up to date that are stale and that nobody is working on. Returns how many it worked on."""
    due = Replica.objects.filter(claimable(now)).order_by("due_at").values_list("pk", flat=True)
    worked_on = 0
    for pk in list(due[:_BATCH]):
        claimed = Replica.objects.filter(claimable(now), pk=pk).update(lease_owner=owner, lease_until=now + LEASE)
        if claimed:
            sync(pk, now)
            worked_on += 1
    return worked_on


def claimable(now: datetime) -> Q:
    return Q(due_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lte=now))


@transaction.atomic
def sync(replica_pk: int, now: datetime) -> None:
    """Copy the primary to one replica, and note how that ended. All of it or nothing: killed, it is still due."""
    replica = _locked(replica_pk)
    if replica is None:
        return
    try:
        with transaction.atomic():
            copy = replica_copy.bring_up_to_date(replica, now)
    except replica_copy.Failure as failure:
        _note_failure(replica, str(failure), now)
    except AwsError as error:
        _note_failure(replica, error.message, now)
    else:
        _note_success(replica, copy, now)


def _locked(replica_pk: int) -> Replica | None:
    """Primary first, then its replica: the order in which operations lock them, so that they never wait in a ring."""
    primary_pk = Replica.objects.filter(pk=replica_pk).values_list("primary_id", flat=True).first()
    if primary_pk is None:
        return None
    primary = Secret.objects.select_for_update().filter(pk=primary_pk).first()
    replica = Replica.objects.select_for_update().filter(pk=replica_pk).first()
    if primary is None or replica is None:
        return None
    replica.primary = primary
    return replica


def _note_success(replica: Replica, copy: Secret, now: datetime) -> None:
    """InSync only if the primary hasn't changed since; otherwise the row stays due."""
    Replica.objects.filter(pk=replica.pk).update(secret=copy, lease_owner="", lease_until=None)
    Replica.objects.filter(pk=replica.pk, changes=replica.changes).update(
        status=ReplicationStatus.IN_SYNC,
        status_message=SUCCEEDED,
        overwrite=False,  # it was the permission to remove one secret, once
        due_at=None,
        attempts=0,
    )
    _record(service_events.REPLICATION_SUCCEEDED, replica, [replica.primary, copy], now)


def _note_failure(replica: Replica, reason: str, now: datetime) -> None:
    """A replica that exists is tried again, ever more seldom: its key may come back. One that never came to be waits
    to be asked for again. Overtaken by a newer change, the row stays due at once."""
    Replica.objects.filter(pk=replica.pk).update(lease_owner="", lease_until=None)
    Replica.objects.filter(pk=replica.pk, changes=replica.changes).update(
        status=ReplicationStatus.FAILED,
        status_message=shown_failure(reason),
        due_at=now + wait_before_retry(replica.attempts) if replica.secret_id is not None else None,
        attempts=replica.attempts + 1,
    )
    told_of = [replica.primary] if replica.secret is None else [replica.primary, replica.secret]
    _record(service_events.REPLICATION_FAILED, replica, told_of, now, error=shown_failure(reason))


def _record(event_name: str, replica: Replica, told_of: list[Secret], now: datetime, *, error: str = "") -> None:
    """In the history of the primary and, where there is one, of the copy: each Region has a trail of its own."""
    details = {"ReplicaRegion": replica.region}
    code = event_name if error else ""
    service_events.record((service_events.Told(event_name, secret, details, code, error) for secret in told_of), now)


def wait_before_retry(attempts: int) -> timedelta:
    return min(_FIRST_RETRY * int(2 ** min(attempts, 16)), _LONGEST_RETRY)


def shown_failure(reason: str) -> str:
    return f"Replication failed: {reason}"[:1024]
