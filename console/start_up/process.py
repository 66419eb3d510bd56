"""What a server process does to itself: leave no memory image behind, and never outlive its parent."""

import ctypes
import os
import resource
import signal
import sys

from secrets_app import root_key

# <linux/prctl.h>
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def leave_no_core_dump() -> None:
    """Keys and values are in memory: no core file, and no other process of the same user may attach and read them."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with(parent: int) -> None:
    """Get SIGTERM when the parent ends, however it ends. Linux only; elsewhere the parent's own clean-up has to do."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(0)


def forget_secrets_of_environment() -> None:
    """Once the settings are read: nothing this process starts, and no request's environ, needs to hold them."""
    root_key.current()  # reads the settings, too, if nothing has yet
    for name in ("ROOT_KEY", "SECRET_KEY", "DEMO_PASSWORD", "DATABASE_URL"):
        os.environ.pop(name, None)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
