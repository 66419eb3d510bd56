"""The web server: granian, with as many worker processes as serve the database best."""

import gc
import os
from typing import Any

from django.db import connection

from . import process
from .refusal import CannotStart


def number_of_workers() -> int:
    given = os.environ.get("WORKERS", "")
    if not given:
        # SQLite has one writer, and each process's commits cost the others their caches: one is faster than two.
        return 1 if connection.vendor == "sqlite" else min(2, os.cpu_count() or 1)
    if not given.isdecimal() or not 0 < int(given) <= 64:
        raise CannotStart(f"WORKERS must be a number from 1 to 64, not {given!r}.")
    return int(given)


def serve(host: str, port: int, workers: int) -> None:
    """Until SIGTERM. Request lines carry secrets' names, so there is no access log."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "console.rsgi:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        respawn_failed_workers=True,
        workers_kill_timeout=3,
        log_access=False,
        log_level=LogLevels.error,
        websockets=False,
    )
    server.serve(target_loader=_in_worker, wrap_loader=False)


def load() -> Any:
    """The application with all its pages, so that the first request waits for nothing."""
    from django.urls import get_resolver

    from console.rsgi import application

    get_resolver().url_patterns  # noqa: B018  reading them imports every page
    # What is loaded now stays for good: the garbage collector need not look at it again with every few requests.
    gc.collect()
    gc.freeze()
    return application


def _in_worker() -> Any:
    """What each worker runs first, in its own process."""
    process.leave_no_core_dump()
    process.die_with(os.getppid())
    application = load()
    process.forget_secrets_of_environment()  # granian copies the environment into every request
    return application
