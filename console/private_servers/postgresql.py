"""A PostgreSQL server of one's own, of what the system has: Debian's packages, or whatever is on the search path."""

import signal
from collections.abc import Sequence
from pathlib import Path

import psycopg

from .server import CannotRun, Server, program

SUPERUSER = "postgres"
_OLDEST = 14
_INSTALL = "install it (Debian and Ubuntu: apt-get install postgresql)"
# For servers whose data nobody misses: tests.
IN_A_HURRY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgreSQL(Server):
    stop_signal = signal.SIGINT  # PostgreSQL's "fast shutdown": clients are cut off, nothing is lost

    def __init__(self, folder: Path, port: int = 0, settings: Sequence[str] = ()) -> None:
        """settings: NAME=VALUE, each as in postgresql.conf."""
        super().__init__(folder, port)
        self.settings = tuple(settings)

    def url(self, database: str = "postgres") -> str:
        return f"postgres://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def install(self) -> None:
        self.run(
            *(_found("initdb"), "--pgdata", self.data, "--username", SUPERUSER, "--pwfile", self.folder / "password"),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )

    def command(self) -> list[str | Path]:
        return [
            *(_found("postgres"), "-D", self.data, "-p", str(self.port), "-k", "", "-h", "127.0.0.1"),
            *(part for setting in self.settings for part in ("-c", setting)),
        ]

    def is_answering(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str) -> None:
        """Unless it is there."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))


def is_installed() -> bool:
    return program("initdb", *_folders()) is not None


def _found(name: str) -> Path:
    path = program(name, *_folders())
    if path is None:
        raise CannotRun(f"There is no PostgreSQL on this machine: {_INSTALL}.")
    return path.resolve()


def _folders() -> list[Path]:
    """Debian's, newest first: they are not on the search path."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()]
    new_enough = [path for path in versions if int(path.parent.name) >= _OLDEST]
    return sorted(new_enough, key=lambda path: int(path.parent.name), reverse=True)
