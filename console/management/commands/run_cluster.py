"""`make run-cluster`: one PostgreSQL, several web processes and several workers behind one port, to try it."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from console.private_servers.postgresql import PostgreSQL
from console.private_servers.server import CannotRun, folder_beside

_DATABASE = "secrets_console"
_SIZE = {"WORKERS": "3", "SCHEDULERS": "2"}


class Command(BaseCommand):
    help = "Serve from several web processes and workers on PostgreSQL: DATABASE_URL's, or a private one."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        with ExitStack() as stack:
            try:
                url = os.environ.get("DATABASE_URL") or self._private_postgresql(stack)
            except CannotRun as refusal:
                sys.exit(f"{refusal} Or name a server by DATABASE_URL=postgres://...")
            size = {name: os.environ.get(name) or default for name, default in _SIZE.items()}
            self._say(f"{size['WORKERS']} web processes and {size['SCHEDULERS']} workers, on one port.")
            sys.exit(_serve({**os.environ, **size, "DATABASE_URL": url}))

    def _private_postgresql(self, stack: ExitStack) -> str:
        """Its data stays for the next time."""
        folder = folder_beside(settings.DATA_DIR, "postgresql")
        server = PostgreSQL(folder)
        stack.callback(server.stop)
        self._say(f"Starting a private PostgreSQL, whose data is in {folder} ...")
        server.start()
        server.create_database(_DATABASE)
        return server.url(_DATABASE)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _serve(environment: dict[str, str]) -> int:
    """`manage.py serve`, until it ends; told to, as this process is. PostgreSQL is stopped after it."""
    server = subprocess.Popen(  # noqa: S603  this program once more
        [sys.executable, "manage.py", "serve"], cwd=settings.BASE_DIR, env=environment, start_new_session=True
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: server.send_signal(number))
    return server.wait()
