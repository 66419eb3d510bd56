"""A MariaDB server of one's own, of the system's package."""

import signal
from collections.abc import Sequence
from pathlib import Path

import pymysql

from .server import CannotRun, Server, program

SUPERUSER = "admin"
_INSTALL = "install it (Debian and Ubuntu: apt-get install mariadb-server)"


class MariaDB(Server):
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, port: int = 0, options: Sequence[str] = ()) -> None:
        """options: --NAME=VALUE, as of mariadbd."""
        super().__init__(folder, port)
        self.options = tuple(options)

    def install(self) -> None:
        self.run(
            *(_found("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}", "--skip-test-db"),
            *("--skip-name-resolve", "--auth-root-authentication-method=normal"),
        )

    def command(self) -> list[str | Path]:
        first = self.folder / "first.sql"
        first.write_text(
            f"CREATE USER IF NOT EXISTS '{SUPERUSER}'@'%' IDENTIFIED BY '{self.password}';\n"
            f"GRANT ALL PRIVILEGES ON *.* TO '{SUPERUSER}'@'%' WITH GRANT OPTION;\n"
            "DROP USER IF EXISTS 'root'@'localhost';\n"
        )
        self.give(first)
        return [
            *(_found("mariadbd"), "--no-defaults", f"--datadir={self.data}", f"--init-file={first}"),
            *("--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={self.folder / 'socket'}"),
            *(f"--pid-file={self.folder / 'pid'}", "--skip-name-resolve"),
            *("--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M", *self.options),
        ]

    def is_answering(self) -> bool:
        try:
            pymysql.connect(
                host="127.0.0.1", port=self.port, user=SUPERUSER, password=self.password, connect_timeout=2
            ).close()
        except pymysql.Error:
            return False
        return True


def is_installed() -> bool:
    return program("mariadbd") is not None and program("mariadb-install-db") is not None


def _found(name: str) -> Path:
    path = program(name)
    if path is None:
        raise CannotRun(
            "There is no MariaDB on this machine: install it (Debian and Ubuntu: apt-get install mariadb-server)."
        )
    return path
