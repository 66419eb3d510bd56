"""What a change of labels or value from outside means for a rotation that is under way. Facts: rotation.md 1.3."""

import hashlib
import hmac
from typing import TYPE_CHECKING

from secrets_app import staging_labels
from secrets_app.errors import InvalidRequestException
from secrets_app.models import RotationConfiguration, RotationRun, Secret, StagingLabel
from secrets_app.rotation import credentials, runs, windows
from secrets_app.rows import Columns

if TYPE_CHECKING:
    from secrets_app.call import Call

_RUN, _CONFIGURATION = Columns(RotationRun, "r"), Columns(RotationConfiguration, "c")
_RUNNING = _RUN.select(
    f"FROM {RotationRun._meta.db_table} r WHERE r.secret_id = %s AND r.state = %s AND NOT r.test_only ORDER BY r.id"
)
_CONFIGURED = _CONFIGURATION.select(f"FROM {RotationConfiguration._meta.db_table} c WHERE c.secret_id = %s")


def new_value_stored(call: "Call", secret: Secret, version_id: str) -> None:
    """A new version became AWSCURRENT. Unless it is a rotation's own, a rotation under way is abandoned, and
    AWSPENDING leaves whichever version had it (recorded; api.md 4.4)."""
    run = running(secret)
    if run is not None and run.version_id == version_id:
        return
    pending = staging_labels.holder(secret.pk, staging_labels.PENDING)
    if pending is not None and pending.version_id != version_id:
        staging_labels.detach(pending, staging_labels.PENDING)
    if run is not None:
        runs.end(run, secret, RotationRun.State.ABANDONED, call.now)
    _counts_as_rotated(call, secret)


def current_label_moved(call: "Call", secret: Secret, version_id: str) -> None:
    """AWSCURRENT was moved by hand, or by the rotation function's own finishSecret."""
    run = running(secret)
    if run is None or run.version_id != version_id:
        _counts_as_rotated(call, secret)


def pending_label_moved(call: "Call", secret: Secret) -> None:
    """AWSPENDING was taken from the version a rotation works on: that rotation is forgotten."""
    run = running(secret)
    # A function may tidy AWSPENDING away when its version is current already; then the rotation is as good as done.
    if run is not None and not {staging_labels.PENDING, staging_labels.CURRENT} & _labels(secret, run.version_id):
        runs.end(run, secret, RotationRun.State.ABANDONED, call.now)


def check_rotation_token(secret: Secret, version_id: str, rotation_token: str | None) -> None:
    """A RotationToken is good for one rotation and its pending version only (rotation.md 4.3; our text)."""
    if rotation_token is None:
        return
    run = running(secret)
    digest = hashlib.sha256(rotation_token.encode()).hexdigest()
    if run is None or run.version_id != version_id or not hmac.compare_digest(digest, run.rotation_token_digest):
        raise InvalidRequestException(
            "The RotationToken doesn't belong to a rotation of this secret that is under way."
        )


def refuse_other_versions(call: "Call", secret: Secret, version_id: str, label: str = "") -> None:
    """A rotation function fills and promotes the version it was called for, and no other: a mistake in it must not
    change what callers read (our own rule; AWS leaves it to the function). label: that it moves to the version."""
    run = _run_of_caller(call, secret)
    if run is None or run.version_id == version_id:
        return
    what = f"move {label} to" if label else "store a value in"
    raise InvalidRequestException(
        f"A rotation function can {what} version {run.version_id} only, which it was called for."
    )


def refuse_to_forget(call: "Call", secret: Secret, version_id: str | None) -> None:
    """Nor does it take AWSPENDING from its version before that is current: the rotation would have nothing left."""
    run = _run_of_caller(call, secret)
    if run is None or run.version_id == version_id or staging_labels.CURRENT in _labels(secret, run.version_id):
        return
    raise InvalidRequestException(
        f"A rotation function can't take AWSPENDING from version {run.version_id} before it is AWSCURRENT."
    )


def _run_of_caller(call: "Call", secret: Secret) -> RotationRun | None:
    """The rotation whose function calls; None for everybody else."""
    if not credentials.may_be_of_a_function(call.principal):
        return None
    run = runs.under_way(secret)
    return run if run is not None and call.principal.session_name == credentials.session_name(run) else None


def running(secret: Secret) -> RotationRun | None:
    rows = _RUNNING.rows([secret.pk, RotationRun.State.RUNNING.value])
    return _RUN.instance(rows[0]) if rows else None


def _counts_as_rotated(call: "Call", secret: Secret) -> None:
    """For rate() schedules a change by hand is a rotation (rotation.md 1.5)."""
    rows = _CONFIGURED.rows([secret.pk])
    if not rows:
        return
    configuration = _CONFIGURATION.instance(rows[0])
    configuration.value_changed_at = call.now
    configuration.save(update_fields=["value_changed_at"])
    windows.plan_next(configuration, call.now)


def _labels(secret: Secret, version_id: str) -> set[str]:
    found = StagingLabel.objects.filter(secret=secret, version__version_id=version_id)
    return set(found.values_list("label", flat=True))
