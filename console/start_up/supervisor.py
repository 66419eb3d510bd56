"""One process above web servers and schedulers: starts them, restarts what falls over, and takes all down with it.

Children are forked after everything was imported, so they start at once and share its memory. Each leads a process
group of its own: Ctrl-C reaches only this process, which then ends them.
"""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

from django.db import connections

from . import process

_GRACE_SECONDS = 6.0
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Child:
    name: str
    run: Callable[[], object]
    pid: int = 0
    started_at: float = 0.0


class Supervisor:
    def __init__(self, web: Sequence[Child], schedulers: Sequence[Child]) -> None:
        self._web = web
        self._schedulers = schedulers
        self._children = [*schedulers, *web]
        self._stop = False
        self._wake_reader, self._wake_writer = os.pipe()

    def run(self, is_answering: Callable[[], bool], when_answering: Callable[[], None]) -> int:
        """Until told to stop; the exit code. when_answering is called once, as soon as a web server answers."""
        process.leave_no_core_dump()
        self._listen_to_signals()
        for web in self._web:
            self._start(web)
        try:
            answering = False
            while not self._stop:
                if not answering and is_answering():
                    answering = True
                    for scheduler in self._schedulers:
                        self._start(scheduler)
                    when_answering()
                self._wait(1.0 if answering else 0.05)
                for child in self._children if answering else self._web:
                    if not self._has_ended(child):
                        continue
                    if not answering:
                        print("The web server ended unexpectedly; its messages are above.", file=sys.stderr)
                        return 1
                    self._restart(child)
            return 0
        finally:
            self._end(self._children)

    def _listen_to_signals(self) -> None:
        os.set_blocking(self._wake_reader, False)
        os.set_blocking(self._wake_writer, False)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in _STOPPING:
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True

    def _wait(self, seconds: float) -> None:
        """Until a signal comes (a child's end is one), or the time is over."""
        if select.select([self._wake_reader], [], [], seconds)[0]:
            os.read(self._wake_reader, 512)

    def _start(self, child: Child) -> None:
        connections.close_all()  # a connection must not be shared with a child
        sys.stdout.flush()
        parent = os.getpid()
        child.started_at = time.monotonic()
        child.pid = os.fork()
        if child.pid == 0:
            self._become(child, parent)

    def _become(self, child: Child, parent: int) -> None:
        """In the child: run it, and never return."""
        code = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (*_STOPPING, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            process.die_with(parent)
            child.run()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        except BaseException:  # the last frame of this process: nothing is above it to tell
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _has_ended(self, child: Child) -> bool:
        if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
            child.pid = 0
        return not child.pid

    def _restart(self, child: Child) -> None:
        """At once after a long life, slowly if it keeps falling over."""
        if time.monotonic() - child.started_at < 5:
            self._wait(5.0)
        if not self._stop:
            print(f"The {child.name} ended unexpectedly and is started again.", file=sys.stderr)
            self._start(child)

    def _end(self, children: list[Child]) -> None:
        """SIGTERM to all, then SIGKILL to whatever of their process groups is still there."""
        running = [child for child in children if child.pid]
        for child in running:
            _signal_group(child.pid, signal.SIGTERM, only_leader=True)
        deadline = time.monotonic() + _GRACE_SECONDS
        groups = [child.pid for child in running]
        while any(not self._has_ended(child) for child in running) and time.monotonic() < deadline:
            self._wait(0.1)
        for group in groups:
            _signal_group(group, signal.SIGKILL)
        for child in running:
            if child.pid:
                os.waitpid(child.pid, 0)


def _signal_group(leader: int, number: signal.Signals, *, only_leader: bool = False) -> None:
    try:
        if only_leader:
            os.kill(leader, number)
        else:
            os.killpg(leader, number)
    except ProcessLookupError:
        pass
