"""MySQL and MariaDB, by PyMySQL."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql

from .database import CONNECT_SECONDS, Connection, Login, LoginRefused, authorities

_STATEMENT_SECONDS = 30
# The account that a statement of SHOW GRANTS is about is the last one in it; a name may look like anything, quoted.
_QUOTED = r"`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'"
_ACCOUNT_OR_QUOTED = re.compile(rf"(?P<account>(?:{_QUOTED})@(?:{_QUOTED}))|{_QUOTED}", re.DOTALL)
# Of a user whose grants are not complete yet. Nobody has such a certificate, so nobody can log in as one.
_UNFINISHED = "/CN=rotation-has-not-finished-this-user"


class MySQL:
    engines: tuple[str, ...] = ("mysql", "mariadb", "aurora-mysql")
    default_port = 3306
    default_database = ""
    excluded_characters = "/@\"'\\"

    def connect(self, login: Login, *, tls: bool) -> Connection:
        try:
            return _Connection(
                pymysql.connect(
                    host=login.host,
                    port=login.port,
                    user=login.username,
                    password=login.password,
                    database=login.database or None,
                    charset="utf8mb4",
                    autocommit=True,
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=_STATEMENT_SECONDS,
                    write_timeout=_STATEMENT_SECONDS,
                    **({"ssl": _trusting()} if tls else {"ssl_disabled": True}),
                )
            )
        except (pymysql.Error, OSError, RuntimeError) as error:  # RuntimeError: a password that needs TLS, or a library
            raise LoginRefused(_said(error)) from None

    def check_username(self, username: str) -> None:
        """How long a name may be is different everywhere, and the server refuses what is too long."""


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=authorities() or None)


class _Connection:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def ask(self) -> None:
        self._rows("SELECT NOW()")

    def account(self) -> str:
        """NAME@HOST: which of the accounts of this name the server took."""
        return str(self._rows("SELECT CURRENT_USER()")[0][0])

    def set_own_password(self, password: str) -> None:
        with _changing("the password"):
            if self._is_mariadb():
                self._rows("SET PASSWORD = PASSWORD(%s)", password)
            else:
                self._rows("ALTER USER USER() IDENTIFIED BY %s", password)

    def set_up_user(self, username: str, password: str, *, like: str) -> None:
        """No transaction holds this together: a new user can't log in until everything is granted to it, and one that
        an earlier attempt left like that is made anew."""
        original, _, host = like.rpartition("@")
        with _changing(f"the user {username}"):
            # Names and texts are quoted in one way, whatever the server was told.
            self._rows("SET SESSION sql_mode = '', SESSION sql_quote_show_create = 1")
            known = self._requirement(username, host)
            if known == _UNFINISHED:
                self._rows("DROP USER %s@%s", username, host)
            if known in (None, _UNFINISHED):
                self._clone(username, original, host, password)
            else:
                self._rows("ALTER USER %s@%s IDENTIFIED BY %s", username, host, password)

    def _clone(self, username: str, original: str, host: str, password: str) -> None:
        self._rows("CREATE USER %s@%s IDENTIFIED BY %s REQUIRE SUBJECT %s", username, host, password, _UNFINISHED)
        for (grant,) in self._rows("SHOW GRANTS FOR %s@%s", original, host):
            if statement := for_another_account(grant):
                self._rows(statement, username, host)
        if not self._is_mariadb():
            self._copy_default_roles(username, original, host)
        tls = self._rows("SELECT ssl_type FROM mysql.user WHERE User = %s AND Host = %s", original, host)[0][0]
        requirement = "SSL" if tls else "NONE"
        self._rows(f"ALTER USER %s@%s IDENTIFIED BY %s REQUIRE {requirement}", username, host, password)

    def _copy_default_roles(self, username: str, original: str, host: str) -> None:
        """MariaDB has them among the grants."""
        roles = self._rows(
            "SELECT DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles WHERE USER = %s AND HOST = %s",
            *(original, host),
        )
        if roles:
            names = ", ".join(["%s@%s"] * len(roles))
            parts = [text for role in roles for text in role]
            self._rows(f"ALTER USER %s@%s DEFAULT ROLE {names}", username, host, *parts)

    def _requirement(self, username: str, host: str) -> str | None:
        """What the account must prove besides its password: the subject of a certificate, or ""; None: no account."""
        rows = self._rows("SELECT x509_subject FROM mysql.user WHERE User = %s AND Host = %s", username, host)
        return _text(rows[0][0]) if rows else None

    def _is_mariadb(self) -> bool:
        return "mariadb" in _text(self._rows("SELECT VERSION()")[0][0]).lower()

    def _rows(self, statement: str, *values: str) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def for_another_account(grant: str) -> str:
    """A statement of SHOW GRANTS with %s@%s for its account, and nothing after it but the options of the grant.

    What else stands there is the account's own: its password, and what it must prove (MariaDB, old MySQL). "" for what
    is not granted to an account, but to everybody.
    """
    account = next((found for found in reversed(list(_ACCOUNT_OR_QUOTED.finditer(grant))) if found["account"]), None)
    if account is None:
        return ""
    rest = _ACCOUNT_OR_QUOTED.sub("", grant[account.end() :]).upper()
    option = next((f" WITH {option}" for option in ("GRANT OPTION", "ADMIN OPTION") if option in rest), "")
    return grant[: account.start()].replace("%", "%%") + "%s@%s" + option


@contextmanager
def _changing(what: str) -> Iterator[None]:
    try:
        yield
    except pymysql.Error as error:
        raise ValueError(f"The database refused to change {what}: {_said(error)}") from None


def _said(error: Exception) -> str:
    """A syntax error would quote the statement, and with it perhaps a password."""
    code, text = (*error.args, "", "")[:2]
    return f"error {code}" if code in (1064, 1149) else f"{text or code or type(error).__name__}"


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
