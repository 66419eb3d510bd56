"""The rows a rotation leaves: how one starts, which one is under way, and every way one can end."""

from datetime import datetime

from secrets_app import service_events, staging_labels
from secrets_app.models import RotationRun, Secret, SecretVersion
from secrets_app.rotation import credentials

_OUTCOMES = {
    RotationRun.State.SUCCEEDED: "Succeeded",
    RotationRun.State.FAILED: "Failed",
    RotationRun.State.ABANDONED: "Abandoned",
}


def start(
    secret: Secret,
    version_id: str,
    function_arn: str,
    now: datetime,
    *,
    test_only: bool = False,
    retry_until: datetime | None = None,
) -> RotationRun:
    """Due at once; the scheduler takes it from here. The caller has put AWSPENDING on the version."""
    run = RotationRun.objects.create(
        secret=secret,
        version_id=version_id,
        function_arn=function_arn,
        test_only=test_only,
        started_at=now,
        due_at=now,
        retry_until=retry_until,
    )
    _record("Started", run, secret, now)
    return run


def under_way(secret: Secret) -> RotationRun | None:
    """Tests included."""
    return RotationRun.objects.filter(secret=secret, state=RotationRun.State.RUNNING).first()


def unfinished_version(secret: Secret) -> SecretVersion | None:
    """The version that has AWSPENDING but isn't current: a rotation works on it, or gave up on it."""
    pending = staging_labels.holder(secret.pk, staging_labels.PENDING)
    current = staging_labels.holder(secret.pk, staging_labels.CURRENT)
    return None if pending == current else pending


def end(run: RotationRun, secret: Secret, state: RotationRun.State, now: datetime, *, error: str = "") -> None:
    """Once only: whoever comes second, a scheduler or a caller, changes nothing."""
    ended = RotationRun.objects.filter(pk=run.pk, state=RotationRun.State.RUNNING).update(
        state=state, finished_at=now, error=error, due_at=None, lease_owner="", lease_until=None
    )
    if not ended:
        return
    if state == RotationRun.State.ABANDONED:
        # What the step under way still writes would undo what the caller wrote. A cancelled one may end by itself.
        credentials.revoke(run)
    if state in _OUTCOMES:
        _record(_OUTCOMES[state], run, secret, now, error=error)


def make_way(secret: Secret, now: datetime) -> RotationRun | None:
    """What is under way and stays so. A check of the stored credential gives way to a rotation."""
    run = under_way(secret)
    if run is None or not run.is_check:
        return run
    end(run, secret, RotationRun.State.CANCELLED, now)
    return None


def _record(outcome: str, run: RotationRun, secret: Secret, now: datetime, *, error: str = "") -> None:
    if run.is_check:  # AWS has none, and no event for it
        return
    event_name = f"TestRotation{outcome}" if run.test_only else f"Rotation{outcome}"
    details = {"VersionId": run.version_id}
    service_events.record(
        [service_events.Told(event_name, secret, details, "RotationFailed" if error else "", error)], now
    )


def drop_test_version(run: RotationRun, secret: Secret) -> None:
    """A test leaves no version and no label behind, however it ended (service model, RotateImmediately)."""
    version = secret.versions.filter(version_id=run.version_id).first()
    if version is not None and set(staging_labels.of(version)) <= {staging_labels.PENDING}:
        version.delete()
