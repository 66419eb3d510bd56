"""What a rotation function's process may use, and how everything that it started is ended. Knows no Django.

Two processes stand behind a step: a supervisor of ours, and the function below it. The supervisor adopts whatever the
function leaves behind, also what went into a session of its own, so that nothing outlives the step.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MEMORY_BYTES = 1024**3  # of address space for one process, and in use by all of a step's together
MOST_PROCESSES = 64  # with threads
FILE_BYTES = 32 * 1024**2  # of what it prints, too
_OPEN_FILES = 256
_NICENESS = 10  # who waits for the API's answer comes first

_IS_LINUX = sys.platform == "linux"
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_CAPABILITY_VERSION = 0x20080522


def become_supervisor(parent: int) -> None:
    """A step whose scheduler is gone will be run again by another one; this one must not run beside it."""
    if _IS_LINUX:
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)
    with suppress(OSError):
        os.nice(_NICENESS)


@dataclass(frozen=True, slots=True)
class User:
    """Whom the function runs as, where the server runs as root.

    id: one that nobody else has. may_read_as_root: only its processes are counted under that id, and root's special
    rights are given up, but files are read as root's: for code that only root can read.
    """

    id: int
    may_read_as_root: bool


def confine(seconds: int, user: User | None, supervisor: int) -> None:
    """For good. user: None for whom may not change it."""
    for limit, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _lower(limit, wanted)
    if user is None:
        _limit_processes_of_shared_user()
    else:
        _lower(resource.RLIMIT_NPROC, MOST_PROCESSES)
        _become(user)
    if _IS_LINUX:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        # After the change of user, which would clear it.
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(1)


def _become(user: User) -> None:
    os.setgroups([])
    if user.may_read_as_root:
        os.setresuid(user.id, 0, 0)
        _give_up_capabilities()
    else:
        os.setresgid(user.id, user.id, user.id)
        os.setresuid(user.id, user.id, user.id)


def _give_up_capabilities() -> None:
    """The kernel spares whoever may exceed limits from the limit on processes."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def excess() -> str:
    """Which limit all processes of the step together are over; "" if none. Asked by the supervisor, now and then."""
    found = list(_descendants(os.getpid()))
    if len(found) > MOST_PROCESSES:
        return f"The function started more than {MOST_PROCESSES} processes"
    if sum(map(_bytes_in_use, found)) > MEMORY_BYTES:
        return f"The function used more than {MEMORY_BYTES // 1024**2} MB of memory"
    return ""


def end_descendants() -> None:
    """Stopped first, all of them: what forks faster than it can be killed can't once it stands still."""
    while _has_children():
        stopped: set[int] = set()
        while running := set(_descendants(os.getpid())) - stopped:
            for pid in running:
                _send(pid, signal.SIGSTOP)
            stopped |= running
        for pid in stopped:
            _send(pid, signal.SIGKILL)


def _has_children() -> bool:
    """Orphans become children of this process, so where there is no child there is nothing at all."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return _IS_LINUX  # elsewhere there is no way to find them; the caller ends the process group


def _lower(limit: int, wanted: int) -> None:
    _, hard = resource.getrlimit(limit)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(limit, (allowed, allowed))


def _limit_processes_of_shared_user() -> None:
    """The kernel counts all processes of the user, also those that can't be seen from within a container: so many as
    there are, found out by trying, and as many more as the function may have. It doesn't count root's."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    most = 1_000_000 if hard == resource.RLIM_INFINITY else hard
    now = MOST_PROCESSES
    resource.setrlimit(resource.RLIMIT_NPROC, (min(now, most), hard))
    while now < most and not _can_fork():
        now = min(now * 2, most)
        resource.setrlimit(resource.RLIMIT_NPROC, (now, hard))
    allowed = min(now + MOST_PROCESSES, most)
    resource.setrlimit(resource.RLIMIT_NPROC, (allowed, allowed))


def _can_fork() -> bool:
    try:
        pid = os.fork()
    except BlockingIOError:
        return False
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it ended meanwhile
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found.extend(map(int, (thread / "children").read_text().split()))
    return found


def _bytes_in_use(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _prctl(option: int, value: int) -> None:
    nothing = ctypes.c_ulong(0)
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), nothing, nothing, nothing)
