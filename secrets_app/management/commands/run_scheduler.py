"""The background worker: rotations, replicas, deletions and expired credentials that are due.

All state is in the database, so any number of schedulers may run and any of them may be killed at any moment.
"""

import logging
import os
import signal
import socket
import threading
import uuid
from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection

from secrets_app import accounts
from secrets_app.background import passes, runner
from secrets_app.background.passes import Pass
from secrets_app.rotation.engine import Worker

logger = logging.getLogger(__name__)

ROTATIONS_AT_ONCE = 4
_SECONDS_BETWEEN_PASSES = 1.0


class Command(BaseCommand):
    help = "Rotate what is due, bring replicas up to date, remove what was scheduled for deletion."
    requires_system_checks = ()  # they import every page of the console, which this never shows

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        worker = Worker(owner=_owner(), clock=_utc_now)
        if options["once"]:
            run_once(worker)
            return
        _stop_on_signals(worker.stopping)
        run_until_stopped(worker)


def run_once(worker: Worker) -> None:
    """Everything that is due at this moment, one thing after the other. Errors are the caller's."""
    for a_pass in (*passes.PASSES, passes.ROTATION):
        runner.run_once(a_pass, worker)


def run_until_stopped(worker: Worker) -> None:
    """Rotations run beside the other passes, a few at a time: a slow function holds up nothing but itself."""
    threads = [
        threading.Thread(target=_rotate_until_stopped, args=[replace(worker, owner=f"{worker.owner}:{number}")])
        for number in range(ROTATIONS_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    turns = runner.Turns()
    while not worker.stopping.is_set():
        close_old_connections()
        for a_pass in passes.PASSES:
            _survive(turns, a_pass, worker)
        worker.stopping.wait(_SECONDS_BETWEEN_PASSES)
    connection.close()
    for thread in threads:
        thread.join()


def _rotate_until_stopped(worker: Worker) -> None:
    turns = runner.Turns()
    while not worker.stopping.is_set():
        close_old_connections()
        _survive(turns, passes.ROTATION, worker)
        worker.stopping.wait(_SECONDS_BETWEEN_PASSES)
    connection.close()


def _survive(turns: runner.Turns, a_pass: Pass, worker: Worker) -> None:
    """The one place that goes on after any error: what failed is still due, and nothing else must wait for it."""
    try:
        turns.run_if_due(a_pass, worker)
    except Exception:
        if accounts.were_emptied_lately(_utc_now()):
            logger.info("The scheduler's work was removed under it, by the emptying of the demo account.")
            return
        logger.exception("The scheduler could not do part of its work (%s); it will try again.", a_pass.name)


def _owner() -> str:
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
