"""Works on one claimed rotation: the four steps, in order, each once per attempt; and what follows a failure.

Nothing is kept in memory between steps. A scheduler that dies leaves the run with its step and its lease; the next one
goes on with that step and the same version. Every write says "while this run is mine": a run that was taken over,
cancelled or abandoned is left alone.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from secrets_app import principals, replication, staging_labels, versions
from secrets_app.errors import AwsError
from secrets_app.kms import keys
from secrets_app.models import RotationConfiguration, RotationFunction, RotationRun, RotationStep, Secret
from secrets_app.rotation import checks, credentials, functions, invocation, managed, runs, windows
from secrets_app.rotation.due import LEASE
from secrets_app.rotation.scrubbing import mask, storable, without_values

State = RotationRun.State

MOST_ATTEMPTS = 5  # per window; the service doesn't say how often it retries
_FIRST_PAUSE = timedelta(minutes=1)  # doubles with every attempt
_MOST_INTERRUPTIONS = 3  # of one step: a function that takes the scheduler down with it must not do so for ever
_LONGEST_ERROR = 1024


@dataclass(frozen=True, slots=True)
class Worker:
    """Whoever holds leases: its name, its clock, how it calls functions, and whether it was told to stop."""

    owner: str
    clock: Callable[[], datetime]
    invoke: functions.Invoke = functions.invoke
    stopping: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class _Job:
    worker: Worker
    run: RotationRun
    secret: Secret

    @property
    def now(self) -> datetime:
        return self.worker.clock()

    def update_if_mine(self, **changes: object) -> bool:
        mine = RotationRun.objects.filter(pk=self.run.pk, state=State.RUNNING, lease_owner=self.worker.owner)
        return bool(mine.update(**changes))

    def keep_waiting(self) -> bool:
        """Renew the lease. A cancelled rotation's step may end by itself; one taken over or abandoned may not."""
        if self.worker.stopping.is_set():
            return False
        if self.update_if_mine(lease_until=self.now + LEASE):
            return True
        return RotationRun.objects.filter(pk=self.run.pk, state=State.CANCELLED).exists()


def work_on(worker: Worker, run: RotationRun) -> None:
    """Until the run has ended, has to wait for its next attempt, or isn't this worker's any more."""
    job = _Job(worker, run, run.secret)
    try:
        if run.secret.owning_service:
            _rotate_managed(job)
        elif run.is_check:
            _check(job)
        elif run.test_only:
            _test(job)
        else:
            _attempt(job)
    except functions.GivenUp:
        # Stopping: let the next scheduler have it now. Otherwise it is somebody else's and this changes nothing.
        job.update_if_mine(lease_owner="", lease_until=None)


# --- one attempt -----------------------------------------------------------------------------------


def _attempt(job: _Job) -> None:
    run = job.run
    interrupted = run.step
    if not interrupted:
        run.attempts += 1
        job.update_if_mine(attempts=F("attempts") + 1)
    elif _was_interrupted_too_often(job):
        _fail_attempt(job, interrupted, "The scheduler stopped again and again during this step.")
        return
    for step in functions.STEPS[functions.STEPS.index(interrupted) if interrupted else 0 :]:
        if not _may_go_on(job) or not job.update_if_mine(step=step):
            return
        error = _step(job, step)
        if error:
            _fail_attempt(job, step, error)
            return
    _finish(job)


def _may_go_on(job: _Job) -> bool:
    """Asked before every step, because callers change labels and settings meanwhile."""
    secret = Secret.objects.filter(pk=job.secret.pk, deleted_at=None).first()
    if secret is None:
        # It goes on if the secret is restored.
        job.update_if_mine(lease_owner="", lease_until=None)
        return False
    if not RotationConfiguration.objects.filter(secret=secret, enabled=True).exists():
        runs.end(job.run, secret, State.CANCELLED, job.now)
        return False
    version = secret.versions.filter(version_id=job.run.version_id).first()
    if version is None or not {staging_labels.PENDING, staging_labels.CURRENT} & set(staging_labels.of(version)):
        runs.end(job.run, secret, State.ABANDONED, job.now)
        return False
    return job.update_if_mine(lease_until=job.now + LEASE)


def _step(job: _Job, step: str) -> str:
    """Run one step and keep its history. Why it failed, scrubbed; "" if it didn't."""
    row = RotationStep.objects.create(run=job.run, attempt=job.run.attempts, step=step, started_at=job.now)
    function = functions.find(job.secret.arn, job.run.function_arn)
    if function is None:
        error, log = "The rotation function doesn't exist, or Secrets Manager may not invoke it.", ""
    else:
        error, log = _invoke_if_possible(job, function, step)
    row.finished_at = job.now
    row.succeeded = not error
    row.error = error[:_LONGEST_ERROR]
    row.log = functions.shortened_log(log)
    row.save(update_fields=["finished_at", "succeeded", "error", "log"])
    return row.error


def _invoke_if_possible(job: _Job, function: RotationFunction, step: str) -> tuple[str, str]:
    try:
        return _invoke(job, function, step)
    except AwsError as refusal:  # no credentials for it: the role of a managed external secret is gone
        return refusal.message, ""


def _invoke(job: _Job, function: RotationFunction, step: str) -> tuple[str, str]:
    token = "" if job.run.is_check else _new_rotation_token(job)
    event = functions.Event(Step=step, SecretId=job.secret.arn)
    if not job.run.is_check:
        event["ClientRequestToken"], event["RotationToken"] = job.run.version_id, token
    if function.external_type:
        configuration = RotationConfiguration.objects.get(secret=job.secret)
        event["ExternalSecretRotationMetadata"] = configuration.external_metadata
    time_limit = timedelta(seconds=invocation.seconds_of(function))
    with credentials.for_one_step(job.run, job.secret, job.now, time_limit) as key:
        answer = job.worker.invoke(function, event, key, job.keep_waiting)
        credential_parts = {part for part in (token, key.secret_access_key, key.session_token) if part}
    error, log = without_values([answer.error, answer.log], job.secret)
    return storable(mask(error, credential_parts)), storable(mask(log, credential_parts))


def _new_rotation_token(job: _Job) -> str:
    """Only its digest is kept, so every step gets a new one; the one before is worth nothing from then on."""
    token = secrets.token_hex(32)
    job.update_if_mine(rotation_token_digest=principals.digest_of_token(token))
    return token


def _was_interrupted_too_often(job: _Job) -> bool:
    """Close the history of the step that a scheduler left open, and count how often that happened."""
    left_open = job.run.steps.filter(attempt=job.run.attempts, step=job.run.step)
    left_open.filter(succeeded=None).update(
        succeeded=False, finished_at=job.now, error="The scheduler stopped during this step."
    )
    return left_open.filter(succeeded=False).count() >= _MOST_INTERRUPTIONS


# --- how it ends -----------------------------------------------------------------------------------


def _finish(job: _Job) -> None:
    """finishSecret answered cleanly. Only the label says whether the rotation is done."""
    with transaction.atomic():
        _locked(job.secret)
        current = staging_labels.holder(job.secret.pk, staging_labels.CURRENT)
        if current is not None and current.version_id == job.run.version_id:
            _succeed(job)
            return
    _fail_attempt(job, functions.STEPS[-1], "The function ended cleanly without making the new version AWSCURRENT.")


def _succeed(job: _Job) -> None:
    now = job.now
    if not job.update_if_mine(lease_until=now + LEASE):
        return
    runs.end(job.run, job.secret, State.SUCCEEDED, now)
    configuration = RotationConfiguration.objects.get(secret=job.secret)
    configuration.last_rotated_at = now
    configuration.save(update_fields=["last_rotated_at"])
    windows.plan_next(configuration, now)
    _touch(_locked(job.secret), now)


def _fail_attempt(job: _Job, step: str, reason: str) -> None:
    """Again from createSecret after a pause, with the same version; or given up, and AWSPENDING stays."""
    error = f"Error when executing lambda {job.run.function_arn} during {step} step: {reason}"[:_LONGEST_ERROR]
    _retry_or_give_up(job, error)


def _retry_or_give_up(job: _Job, error: str) -> None:
    next_attempt = job.now + _FIRST_PAUSE * 2 ** (job.run.attempts - 1)
    is_last = job.run.attempts >= MOST_ATTEMPTS
    if is_last or (job.run.retry_until is not None and next_attempt > job.run.retry_until):
        runs.end(job.run, job.secret, State.FAILED, job.now, error=error)
        checks.after_failure(job.secret, job.now)
        return
    job.update_if_mine(step="", due_at=next_attempt, error=error, lease_owner="", lease_until=None)


def _locked(secret: Secret) -> Secret:
    """As it is now, and as it stays until the transaction ends."""
    return Secret.objects.select_for_update().get(pk=secret.pk)


def _touch(secret: Secret, now: datetime) -> None:
    secret.last_changed_at = now
    secret.save(update_fields=["last_changed_at"])
    replication.mark_stale(secret)


# --- without the four steps ------------------------------------------------------------------------


def _test(job: _Job) -> None:
    """RotateImmediately=false: testSecret alone, once, on a copy of the current value that is gone afterwards."""
    try:
        error = _copy_current_value(job) or _step(job, "testSecret")
    except AwsError as refusal:
        error = refusal.message
    with transaction.atomic():
        secret = _locked(job.secret)
        runs.end(job.run, secret, State.FAILED if error else State.SUCCEEDED, job.now, error=error)
        runs.drop_test_version(job.run, secret)
        _touch(secret, job.now)


def _check(job: _Job) -> None:
    """The stored credential, by a function that can tell. Nothing changes but the history."""
    if Secret.objects.filter(pk=job.secret.pk, deleted_at=None).exists():
        error = _step(job, invocation.CHECK)
        runs.end(job.run, job.secret, State.FAILED if error else State.SUCCEEDED, job.now, error=error)
    else:
        runs.end(job.run, job.secret, State.CANCELLED, job.now)


def _copy_current_value(job: _Job) -> str:
    """Why there is nothing to test with; "" if there is."""
    current = staging_labels.holder(job.secret.pk, staging_labels.CURRENT)
    version = job.secret.versions.filter(version_id=job.run.version_id).first()
    if current is None or not current.has_value or version is None:
        return "The secret has no current value to test with."
    value = versions.open_value(job.secret.arn, current)
    key = job.secret.kms_key or keys.default_key(job.secret.account_id, job.secret.region, job.now)
    if job.secret.kms_key is not None:
        keys.refuse_to_encrypt_unless_enabled(job.secret.kms_key)
    versions.seal_into(job.secret, version, value, key)
    return ""


def _rotate_managed(job: _Job) -> None:
    job.run.attempts += 1
    job.update_if_mine(attempts=F("attempts") + 1)
    if not _may_go_on(job):
        return
    try:
        with transaction.atomic():
            managed.rotate(job.run, _locked(job.secret), job.now)
            _succeed(job)
    except (managed.CannotRotate, AwsError) as refusal:
        _retry_or_give_up(job, f"Error during managed rotation: {refusal}")
