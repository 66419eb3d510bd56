"""Runs passes, one worker among several, and writes down how each went."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q

from secrets_app.models import BackgroundPass
from secrets_app.rotation.engine import Worker

from .passes import Pass

# A dead worker's turn is another's after this long; every pass is bounded to take a small part of it.
_LEASE = timedelta(minutes=5)
# What found nothing to do is written down so seldom: most passes of an idle server find nothing, once a second.
_QUIET_FOR = timedelta(seconds=15)


@dataclass(slots=True)
class _Remembered:
    next_at: datetime
    noted_at: datetime | None = None
    failed: bool = False


@dataclass(slots=True)
class Turns:
    """What one worker remembers of its passes. Not shared between threads."""

    _of: dict[str, _Remembered] = field(default_factory=dict)

    def run_if_due(self, a_pass: Pass, worker: Worker) -> int:
        """Raises what the pass raises, after it was written down."""
        now = worker.clock()
        mine = self._of.setdefault(a_pass.name, _Remembered(now))
        if now < mine.next_at:
            return 0
        mine.next_at = now + a_pass.every
        if a_pass.alone and not _claim(a_pass, worker.owner, now):
            return 0
        return _run(a_pass, worker, mine)


def run_once(a_pass: Pass, worker: Worker) -> int:
    """Now, whether or not it is its turn: done twice at a time, no pass does harm."""
    return _run(a_pass, worker, _Remembered(worker.clock()))


def _claim(a_pass: Pass, owner: str, now: datetime) -> bool:
    """The UPDATE decides, on any database: of two workers one finds the lease free, and the turn not taken yet."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    is_its_turn = Q(next_run_at=None) | Q(next_run_at__lte=now)
    BackgroundPass.objects.get_or_create(name=a_pass.name)
    mine = BackgroundPass.objects.filter(free, is_its_turn, name=a_pass.name)
    return mine.update(lease_owner=owner, lease_until=now + _LEASE) == 1


def _run(a_pass: Pass, worker: Worker, mine: _Remembered) -> int:
    now, began = worker.clock(), time.perf_counter()
    try:
        done = a_pass.run(worker)
    except Exception as error:
        _note(a_pass, now, began, error=type(error).__name__)
        mine.noted_at, mine.failed = now, True
        raise
    is_news = done > 0 or mine.failed or mine.noted_at is None or now - mine.noted_at >= _QUIET_FOR
    if a_pass.alone or is_news:
        _note(a_pass, now, began, done=done)
        mine.noted_at, mine.failed = now, False
    return done


def _note(a_pass: Pass, now: datetime, began: float, *, done: int = 0, error: str = "") -> None:
    told = {
        "last_run_at": now,
        "last_duration_ms": round((time.perf_counter() - began) * 1000),
        "last_done": done,
        "done_in_all": F("done_in_all") + done,
        "next_run_at": now + a_pass.every,
        "lease_owner": "",
        "lease_until": None,
    }
    if error:
        told |= {"last_error": error[:64], "last_error_at": now, "errors_in_all": F("errors_in_all") + 1}
    if not BackgroundPass.objects.filter(name=a_pass.name).update(**told):
        BackgroundPass.objects.get_or_create(name=a_pass.name)
        BackgroundPass.objects.filter(name=a_pass.name).update(**told)
