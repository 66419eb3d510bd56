"""What happens by itself: every pass of the scheduler, how often, and how much waits for it.

Each is idempotent and bounded: it does so much of what is due and leaves the rest to the next, and done twice it does
nothing the second time. What is due is in the database, so any number of workers may run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from secrets_app import (
    bulk_changes,
    cross_account_replication,
    deletion,
    drafts,
    replication,
    versions,
    write_ahead_log,
)
from secrets_app.kms import yearly_rotation
from secrets_app.models import (
    AccessKey,
    BulkChange,
    CrossAccountReplica,
    Replica,
    RotationConfiguration,
    RotationRun,
    SecretDraft,
)
from secrets_app.rotation import credentials, due, engine
from secrets_app.rotation.engine import Worker

MOST_COUNTED = 1_000
_BATCH = 1_000
_OFTEN, _NOW_AND_THEN, _SELDOM = timedelta(seconds=1), timedelta(seconds=30), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pass:
    """alone: one worker at a time runs it. Of the others every worker does a part, as their rows have leases of their
    own. waiting: what is due at a moment; None where there is nothing to count."""

    name: str
    title: str
    description: str
    every: timedelta
    run: Callable[[Worker], int]
    waiting: Callable[[datetime], "QuerySet[Any]"] | None
    alone: bool = True

    def backlog(self, now: datetime) -> int | None:
        """MOST_COUNTED + 1 stands for more."""
        if self.waiting is None:
            return None
        return self.waiting(now).order_by().values("pk")[: MOST_COUNTED + 1].count()


def rotate(worker: Worker) -> int:
    rotated = 0
    while not worker.stopping.is_set() and (run := due.claim(worker.owner, worker.clock())) is not None:
        engine.work_on(worker, run)
        rotated += 1
    return rotated


def _delete_expired_sessions(now: datetime) -> int:
    return _delete_some(_expired_sessions(now))


def _expired_sessions(now: datetime) -> "QuerySet[Session]":
    return Session.objects.filter(expire_date__lte=now)


def _delete_some(rows: "QuerySet[Session]") -> int:
    return rows.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:_BATCH])).delete()[0]


def _checkpoint(_worker: Worker) -> int:
    write_ahead_log.checkpoint()
    return 0


# Rotations run in threads of their own: a slow function holds up nothing but itself.
ROTATION = Pass(
    "rotation",
    "Rotation",
    "The steps of the rotations under way, each by its function.",
    _OFTEN,
    rotate,
    lambda now: RotationRun.objects.filter(state=RotationRun.State.RUNNING, due_at__lte=now),
    alone=False,
)

# In the order in which one may lead to another.
PASSES = (
    Pass(
        "bulk-changes",
        "Changes of many secrets",
        "Tagging, rotating, replicating and deleting what was chosen in the list of secrets.",
        _OFTEN,
        lambda worker: bulk_changes.run_due(worker.clock, worker.owner),
        lambda _now: BulkChange.objects.filter(finished_at=None),
        alone=False,
    ),
    Pass(
        "rotation-windows",
        "Rotation windows",
        "Starts the rotation of secrets whose window has opened.",
        _OFTEN,
        lambda worker: due.open_windows(worker.clock()),
        lambda now: RotationConfiguration.objects.filter(
            enabled=True, next_window_start__lte=now, secret__deleted_at=None
        ),
        alone=False,
    ),
    Pass(
        "replication",
        "Replication to Regions",
        "Brings replicas in other Regions up to date.",
        _OFTEN,
        lambda worker: replication.run_due(worker.clock(), worker.owner),
        lambda now: Replica.objects.filter(due_at__lte=now),
        alone=False,
    ),
    Pass(
        "replication-accounts",
        "Replication to accounts",
        "Brings replicas in other accounts up to date.",
        _OFTEN,
        lambda worker: cross_account_replication.run_due(worker.clock(), worker.owner),
        lambda now: CrossAccountReplica.objects.filter(due_at__lte=now),
        alone=False,
    ),
    Pass(
        "purge",
        "Deletion of secrets",
        "Removes for good what is over its recovery window.",
        timedelta(seconds=5),
        lambda worker: deletion.purge_secrets(worker.clock()),
        deletion.secrets_to_purge,
    ),
    Pass(
        "key-deletion",
        "Deletion of keys",
        "Destroys the material of keys whose waiting period is over.",
        timedelta(seconds=5),
        lambda worker: deletion.purge_keys(worker.clock()),
        deletion.keys_to_purge,
    ),
    Pass(
        "key-rotation",
        "Rotation of keys",
        "New material for keys whose rotation is enabled, and every year for those that AWS manages.",
        _NOW_AND_THEN,
        lambda worker: yearly_rotation.rotate_due(worker.clock()),
        yearly_rotation.due,
    ),
    Pass(
        "version-pruning",
        "Outdated versions",
        "Removes versions without a staging label, older than 24 hours, of secrets with more than 100.",
        _SELDOM,
        lambda worker: versions.prune(worker.clock()),
        lambda _now: versions.secrets_with_too_many(),
    ),
    Pass(
        "credentials",
        "Temporary credentials",
        "Removes those that have expired; they stopped working at that moment.",
        _NOW_AND_THEN,
        lambda worker: credentials.delete_expired(worker.clock()),
        lambda now: AccessKey.objects.filter(expires_at__lte=now),
    ),
    Pass(
        "sessions",
        "Console sessions",
        "Removes those that have expired; they stopped working at that moment.",
        _SELDOM,
        lambda worker: _delete_expired_sessions(worker.clock()),
        _expired_sessions,
    ),
    Pass(
        "drafts",
        "Drafts of secrets",
        "Removes what was begun in \N{LEFT DOUBLE QUOTATION MARK}Store a new secret\N{RIGHT DOUBLE QUOTATION MARK} "
        "and left.",
        _NOW_AND_THEN,
        lambda worker: drafts.delete_expired(worker.clock()),
        lambda now: SecretDraft.objects.filter(expires_at__lte=now),
    ),
    Pass(
        "write-ahead-log",
        "Write-ahead log",
        "Moves what was written into the database file, on SQLite.",
        _OFTEN,
        _checkpoint,
        None,
        alone=False,
    ),
)
