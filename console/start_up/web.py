"""The web server: as many processes as serve the database best."""

import gc
import os
import socket

from django.db import connection

from . import process
from .refusal import CannotStart


def number_of_workers() -> int:
    # SQLite has one writer, and each process's commits cost the others their caches: one is faster than two.
    return _number("WORKERS", 1 if connection.vendor == "sqlite" else min(2, os.cpu_count() or 1), least=1)


def number_of_schedulers() -> int:
    """None where background work is done by `manage.py run_scheduler`, as services of their own."""
    return _number("SCHEDULERS", 1, least=0)


def _number(name: str, default: int, *, least: int) -> int:
    given = os.environ.get(name, "")
    if not given:
        return default
    if not given.isdecimal() or not least <= int(given) <= 64:
        raise CannotStart(f"{name} must be a number from {least} to 64, not {given!r}.")
    return int(given)


def serve(host: str, port: int, workers: int) -> None:
    """One of them, until SIGTERM."""
    from console.serving import server

    process.forget_secrets_of_environment()
    server.serve(_listening(host, port, shared=workers > 1))


def load() -> None:
    """All that serves, with all the pages, so that the first request waits for nothing."""
    from django.urls import get_resolver

    import console.serving.server  # noqa: F401

    get_resolver().url_patterns  # noqa: B018  reading them imports every page
    # What is loaded now stays for good: the garbage collector need not look at it again with every few requests.
    gc.collect()
    gc.freeze()


def _listening(host: str, port: int, *, shared: bool) -> socket.socket:
    """shared: each worker has a socket of its own on the port, and the kernel deals the connections out."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    listening.listen(2048)
    listening.setblocking(False)
    return listening
