"""PostgreSQL, by psycopg 3. New passwords go to the server hashed, so that they are in no log and no history of its."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import pq, sql

from .database import CONNECT_SECONDS, Connection, Login, LoginRefused, authorities

_LONGEST_NAME_BYTES = 63  # longer ones are cut without a word
# Settings that are lists of names (GUC_LIST_QUOTE in the server's source): one literal would become one name.
_LISTS = ("search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries")


class PostgreSQL:
    engines: tuple[str, ...] = ("postgres", "aurora-postgresql")
    default_port = 5432
    default_database = "postgres"
    excluded_characters = ":/@\"'\\"

    def connect(self, login: Login, *, tls: bool) -> Connection:
        try:
            return _Connection(
                psycopg.connect(
                    host=login.host,
                    port=login.port,
                    user=login.username,
                    password=login.password,
                    dbname=login.database,
                    client_encoding="utf8",
                    connect_timeout=CONNECT_SECONDS,
                    **(_tls() if tls else {"sslmode": "disable"}),
                    **_required_authentication(tls),
                )
            )
        except psycopg.Error as error:
            raise LoginRefused(" ".join(str(error).split())) from None

    def check_username(self, username: str) -> None:
        if len(username.encode()) > _LONGEST_NAME_BYTES:
            raise ValueError(f"The user name of the clone would be longer than {_LONGEST_NAME_BYTES} bytes")


def _tls() -> dict[str, Any]:
    return {"sslmode": "verify-full", "sslrootcert": authorities() or "system"}


def _required_authentication(tls: bool) -> dict[str, Any]:
    """A server that asks for no password would accept any, and prove nothing; and in clear no password goes to one
    that wants it in clear. libpq knows this since version 16."""
    methods = "scram-sha-256,md5,password" if tls else "scram-sha-256,md5"
    return {"require_auth": methods} if pq.version() >= 160000 else {}


class _Connection:
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def ask(self) -> None:
        self._connection.execute("SELECT pg_catalog.now()")

    def account(self) -> str:
        return str(self._rows("SELECT session_user")[0][0])

    def set_own_password(self, password: str) -> None:
        with self._changing("the password"):
            self._set_password(self.account(), password)

    def set_up_user(self, username: str, password: str, *, like: str) -> None:
        with self._changing(f"the user {username}"):
            # What the statements below mean must not depend on what others put into the database's search path.
            self._connection.execute("SELECT pg_catalog.set_config('search_path', '', false)")
            if not self._rows("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", username):
                self._clone(username, like)
            self._set_password(username, password)

    def _clone(self, username: str, original: str) -> None:
        """A member of the original, that becomes it at every login: it may do what the original may, now and later,
        and what either makes belongs to both."""
        limit = self._rows("SELECT rolconnlimit FROM pg_catalog.pg_roles WHERE rolname = %s", original)[0][0]
        new, old = sql.Identifier(username), sql.Identifier(original)
        self._run("CREATE ROLE {} LOGIN INHERIT CONNECTION LIMIT {}", new, sql.Literal(limit))
        self._run("GRANT {} TO {}", old, new)
        for name, values in {"role": [original], **self._settings(original)}.items():
            setting = sql.Identifier(*name.split("."))
            self._run("ALTER ROLE {} SET {} TO {}", new, setting, sql.SQL(", ").join(map(sql.Literal, values)))

    def _settings(self, username: str) -> dict[str, list[str]]:
        """Those of ALTER ROLE ... SET, in all databases."""
        rows = self._rows(
            "SELECT pg_catalog.unnest(setconfig) FROM pg_catalog.pg_db_role_setting"
            " WHERE setdatabase = 0 AND setrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = %s)",
            username,
        )
        settings = (str(row[0]).partition("=") for row in rows)
        return {name: _names(value) if name in _LISTS else [value] for name, _, value in settings}

    def _set_password(self, username: str, password: str) -> None:
        hashed = self._connection.pgconn.encrypt_password(password.encode(), username.encode()).decode()
        self._run("ALTER ROLE {} PASSWORD {}", sql.Identifier(username), sql.Literal(hashed))

    def _run(self, statement: LiteralString, *parts: sql.Composable) -> None:
        self._connection.execute(sql.SQL(statement).format(*parts))

    def _rows(self, question: LiteralString, *values: str) -> list[Any]:
        return self._connection.execute(question, values).fetchall()

    @contextmanager
    def _changing(self, what: str) -> Iterator[None]:
        """All of it or nothing."""
        try:
            yield
            self._connection.commit()
        except psycopg.Error as error:
            # Not the whole text, which may quote the statement.
            reason = error.diag.message_primary or type(error).__name__
            raise ValueError(f"The database refused to change {what}: {reason}") from None


def _names(setting: str) -> list[str]:
    """The names of a list as the server keeps it: "$user", public"""
    found = re.findall(r'"((?:[^"]|"")*)"|([^\s,"]+)', setting)
    return [quoted.replace('""', '"') or plain for quoted, plain in found] or [""]
