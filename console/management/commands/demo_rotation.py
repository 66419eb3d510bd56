"""`make demo-rotation`: ten rotations of a real database's credential, under a client that keeps connecting."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3
from django.conf import settings
from django.core.management.base import BaseCommand

from console import rotation_demo
from console.private_servers import mariadb, postgresql
from console.private_servers.server import CannotRun, free_port
from console.start_up import aws_files

_LONGEST_START_SECONDS = 60


class Command(BaseCommand):
    help = "Show rotation: start private databases and a server, all of it gone afterwards, and rotate under load."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rotation-demo-")))
            folder.chmod(0o711)  # database servers run as another user if this is root
            try:
                databases = self._databases(stack, folder)
            except CannotRun as refusal:
                sys.exit(str(refusal))
            if not databases:
                sys.exit(
                    "There is neither PostgreSQL nor MariaDB on this machine: install one "
                    "(Debian and Ubuntu: apt-get install postgresql mariadb-server)."
                )
            self._say("Starting a server ...")
            data_dir = stack.enter_context(_server(folder / "server"))
            for database in databases:
                self._show(data_dir, database)

    def _databases(self, stack: ExitStack, folder: Path) -> list[rotation_demo.Database]:
        databases: list[rotation_demo.Database] = []
        if postgresql.is_installed():
            self._say("Starting a private PostgreSQL ...")
            server = postgresql.PostgreSQL(folder / "postgresql")
            stack.callback(server.remove)
            server.start()
            databases.append(rotation_demo.PostgreSQLDatabase(server))
        if mariadb.is_installed():
            self._say("Starting a private MariaDB ...")
            other = mariadb.MariaDB(folder / "mariadb")
            stack.callback(other.remove)
            other.start()
            databases.append(rotation_demo.MariaDBDatabase(other))
        return databases

    def _show(self, data_dir: Path, database: rotation_demo.Database) -> None:
        for function in rotation_demo.strategies(database):
            self._say(f"\n{database.title}, {function.strategy.replace('-', ' ')} ({function.name})")
            figures = rotation_demo.run(lambda: _client(data_dir), database, function, self._say)
            self._say(f"    {figures}")
            if figures.refused and function.strategy == "single-user":
                self._say("    A single user's old password is refused until the secret has the new one.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


@contextmanager
def _server(data_dir: Path) -> Iterator[Path]:
    """`manage.py serve` with a data directory and a port of its own, until it answers."""
    port = free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    log = data_dir.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  this program once more
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR,
            env={**kept, "DATA_DIR": str(data_dir), "PORT": str(port)},
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for this process, which then stops it
        )
    try:
        deadline = time.monotonic() + _LONGEST_START_SECONDS
        while not _is_answering(port):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield data_dir
    finally:
        process.terminate()
        process.wait()


def _is_answering(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _client(data_dir: Path) -> Any:
    """With the keys and the endpoint that the server has written."""
    os.environ["AWS_CONFIG_FILE"] = str(aws_files.config_file(data_dir))
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(aws_files.credentials_file(data_dir))
    return boto3.Session().client("secretsmanager")
