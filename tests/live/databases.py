"""Real database servers, private ones: what the tests of rotation ask of them, whichever it is."""

from __future__ import annotations

import os
import tempfile
import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from console.private_servers import mariadb, postgresql
from console.private_servers.server import Server
from tests.live import certificates
from tests.live.certificates import Certificates


def folder() -> Path:
    """Not pytest's: when root runs the tests, the server runs as another user, who must get there."""
    made = Path(tempfile.mkdtemp(prefix="secrets-console-database-"))
    made.chmod(0o711)
    return made / "server"


def certificates_for(server: Server) -> Certificates:
    """Of our own authority, for 127.0.0.1, where the server can read them."""
    server.make_folder()
    made = certificates.make(server.folder)
    for path in (made.certificate, made.key):
        server.give(path)
    made.authority.chmod(0o644)
    return made


def absent(name: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true and there is no {name} on this machine: its tests must not be skipped.")
    pytest.skip(f"there is no {name} on this machine")


def quoted(name: str, mark: str) -> str:
    return mark + name.replace(mark, mark * 2) + mark


class Database(ABC):
    """engine: as the secret says it. module: first part of its bundled functions' names."""

    engine: str
    module: str
    port: int
    tls: Certificates  # that the server shows

    @abstractmethod
    def admin(self, *statements: str) -> list[Any]:
        """The rows of the last statement."""

    @abstractmethod
    def login(self, user: dict[str, Any], question: str = "SELECT 1") -> list[Any]:
        """The rows; raises whatever the driver raises."""

    @abstractmethod
    def create_user(self, name: str, password: str) -> None: ...

    @abstractmethod
    def require_tls(self, user: dict[str, Any]) -> None: ...

    @property
    @abstractmethod
    def superuser(self) -> dict[str, Any]: ...

    def new_user(self, *, suffix: str = "") -> dict[str, Any]:
        """A user of the database that nobody else has, as a secret has it."""
        name = f"u{uuid.uuid4().hex[:12]}{suffix}"
        self.create_user(name, "first-Passw0rd%s")
        return self.credential(name, "first-Passw0rd%s")

    def credential(self, username: str, password: str) -> dict[str, Any]:
        return {
            **{"engine": self.engine, "host": "127.0.0.1", "port": self.port, "ssl": False},
            **{"username": username, "password": password},
        }

    def lets_in(self, user: dict[str, Any]) -> bool:
        try:
            self.login(user)
        except (psycopg.Error, pymysql.Error):
            return False
        return True


class PostgreSQLDatabase(Database):
    engine, module = "postgres", "postgresql"

    def __init__(self, server: postgresql.PostgreSQL, tls: Certificates) -> None:
        self.server, self.port, self.tls = server, server.port, tls
        self.admin("CREATE ROLE by_tls")
        self.allow_in("hostnossl all +by_tls all reject")

    def admin(self, *statements: str) -> list[Any]:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            cursors = [connection.execute(statement.encode()) for statement in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    def login(self, user: dict[str, Any], question: str = "SELECT 1") -> list[Any]:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user["username"],
            password=user["password"],
            dbname=user.get("dbname", "postgres"),
            autocommit=True,
        ) as connection:
            cursor = connection.execute(question.encode())
            return cursor.fetchall() if cursor.description else []

    def create_user(self, name: str, password: str) -> None:
        self.admin("CREATE ROLE " + quoted(name, '"') + f" LOGIN PASSWORD '{password}'")

    def require_tls(self, user: dict[str, Any]) -> None:
        """Members of by_tls are let in by no other way, as pg_hba.conf says."""
        self.admin(f'GRANT by_tls TO "{user["username"]}"')

    def allow_in(self, rule: str) -> None:
        """rule: a line of pg_hba.conf, before all others."""
        rules = self.server.data / "pg_hba.conf"
        rules.write_text(f"{rule}\n{rules.read_text()}")
        self.admin("SELECT pg_reload_conf()")

    @property
    def superuser(self) -> dict[str, Any]:
        return self.credential(postgresql.SUPERUSER, self.server.password)


class MariaDBDatabase(Database):
    engine, module = "mariadb", "mysql"

    def __init__(self, server: mariadb.MariaDB, tls: Certificates) -> None:
        self.server, self.port, self.tls = server, server.port, tls

    def admin(self, *statements: str) -> list[Any]:
        return self._run(self.superuser, *statements)

    def login(self, user: dict[str, Any], question: str = "SELECT 1") -> list[Any]:
        return self._run(user, question)

    def create_user(self, name: str, password: str) -> None:
        self.admin(f"CREATE USER {quoted(name, '`')}@`127.0.0.%` IDENTIFIED BY '{password}'")

    def require_tls(self, user: dict[str, Any]) -> None:
        self.admin(f"ALTER USER `{user['username']}`@`127.0.0.%` REQUIRE SSL")

    @property
    def superuser(self) -> dict[str, Any]:
        return self.credential(mariadb.SUPERUSER, self.server.password)

    def _run(self, user: dict[str, Any], *statements: str) -> list[Any]:
        connection = pymysql.connect(
            host="127.0.0.1", port=self.port, user=user["username"], password=user["password"], autocommit=True
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())
