"""The web server: granian, as many workers as cores, each answering one request at a time."""

import gc
import os
from collections.abc import Callable
from typing import Any

from . import process
from .refusal import CannotStart


def number_of_workers() -> int:
    given = os.environ.get("WORKERS", "")
    if not given:
        return min(2, os.cpu_count() or 1)
    if not given.isdecimal() or not 0 < int(given) <= 64:
        raise CannotStart(f"WORKERS must be a number from 1 to 64, not {given!r}.")
    return int(given)


def serve(host: str, port: int, workers: int) -> None:
    """Until SIGTERM. Request lines carry secrets' names, so there is no access log."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "console.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
    )
    server.serve(target_loader=_in_worker, wrap_loader=False)


def load() -> Callable[..., Any]:
    """The application with all its pages, so that the first request waits for nothing."""
    from django.urls import get_resolver

    from console.wsgi import application

    get_resolver().url_patterns  # noqa: B018  reading them imports every page
    # What is loaded now stays for good: the garbage collector need not look at it again with every few requests.
    gc.collect()
    gc.freeze()
    return application


def _in_worker() -> Callable[..., Any]:
    """What each worker runs first, in its own process."""
    from console import slow_clients

    process.leave_no_core_dump()
    process.die_with(os.getppid())
    application = load()
    slow_clients.watch()
    process.forget_secrets_of_environment()  # granian copies the environment into every request
    return application
