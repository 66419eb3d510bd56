"""What rotating a database's credential takes, whatever the database: the secret's structure, and who may log in.

The structure is AWS's (JSON structure of Secrets Manager secrets): engine, host, username and password; port, dbname
and ssl, which have defaults; and masterarn, the superuser's secret, for alternating users.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

CONNECT_SECONDS = 5
# Where systems keep the authorities they trust: Debian, and Amazon Linux with Lambda.
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem")


class LoginRefused(Exception):  # noqa: N818  what the database said
    """The database was reached or not, and let nobody in. The text is the driver's: it names user and host."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in where. tls: True and False are fixed by the secret; None means TLS if the server has it."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    database: str
    tls: bool | None

    @property
    def server(self) -> tuple[str, int]:
        return self.host, self.port


class Connection(Protocol):
    """An open one, in whose own transaction or none everything runs that changes users."""

    def close(self) -> None: ...

    def ask(self) -> None:
        """Prove that statements are answered."""

    def set_own_password(self, password: str) -> None: ...

    def account(self) -> str:
        """The server's own name of who is logged in."""

    def set_up_user(self, username: str, password: str, *, like: str) -> None:
        """Give `username` this password; where there is no such user, make it as the account `like` is."""


class Database(Protocol):
    engines: tuple[str, ...]
    default_port: int
    default_database: str
    excluded_characters: str

    def connect(self, login: Login, *, tls: bool) -> Connection:
        """Raises LoginRefused. With tls, only to a server that proves to be `login.host`."""

    def check_username(self, username: str) -> None:
        """Raises ValueError if the server would not keep this name as it is."""


def login(database: Database, value: Mapping[str, Any]) -> Login:
    """Raises ValueError, which says what is missing."""
    for key in ("engine", "host", "username", "password"):
        if not isinstance(value.get(key), str) or not value[key]:
            raise ValueError(f'The secret value has no "{key}"')
    if value["engine"] not in database.engines:
        raise ValueError(f"The engine of the secret must be {' or '.join(database.engines)} for this function")
    return Login(
        host=_one_host(value["host"]),
        port=_port(value.get("port"), database.default_port),
        username=value["username"],
        password=value["password"],
        database=str(value.get("dbname") or database.default_database),
        tls=_tls(value.get("ssl")),
    )


def superuser_login(database: Database, value: Mapping[str, Any], of: Login) -> Login:
    """The superuser's, on the secret's own server and no other: whoever may write one of the two secrets could
    otherwise have the other's password sent to a server of theirs.

    A secret that RDS made names no host, and only RDS knows it; for one of those, store a superuser of your own.
    """
    superuser = login(database, value)
    if superuser.server != of.server:
        raise ValueError("The superuser's secret is for another server than the secret to rotate")
    # What the secret says of its own database holds for both, where the superuser's leaves it open.
    return replace(superuser, tls=of.tls if superuser.tls is None else superuser.tls)


@contextmanager
def connected(database: Database, login: Login) -> Iterator[Connection]:
    """Raises LoginRefused."""
    with closing(_connect(database, login)) as connection:
        yield connection


def accepts(database: Database, login: Login) -> bool:
    try:
        with connected(database, login) as connection:
            connection.ask()
    except LoginRefused:
        return False
    return True


def authorities() -> str:
    """The file of certificate authorities to trust. TLS_CA_FILE names one's own, as RDS and private servers need."""
    known = (os.environ.get("TLS_CA_FILE"), *_AUTHORITIES, ssl.get_default_verify_paths().cafile)
    return next((path for path in known if path and Path(path).is_file()), "")


def _connect(database: Database, login: Login) -> Connection:
    if login.tls is not None:
        return database.connect(login, tls=login.tls)
    try:
        return database.connect(login, tls=True)
    except LoginRefused as with_tls:
        try:
            return database.connect(login, tls=False)
        except LoginRefused as without:
            raise LoginRefused(f"{without} (with TLS: {with_tls})") from None


def _one_host(host: str) -> str:
    """Drivers know more than names: libpq takes lists, and paths of sockets, where the operating system's user of this
    process could be let in without a password."""
    if host.startswith(("/", "@")) or "," in host or "\0" in host:
        raise ValueError('The "host" of the secret must be one host name or address')
    return host


def _port(given: Any, default: int) -> int:
    if given in (None, ""):
        return default
    try:
        port = int(given)
    except (TypeError, ValueError):
        port = 0
    if not 0 < port < 65536:
        raise ValueError('The "port" of the secret is not a port number')
    return port


def _tls(given: Any) -> bool | None:
    """true and false, as such or as text, are fixed; anything else leaves it to the server (rotation.md 2.2)."""
    if isinstance(given, bool):
        return given
    return {"true": True, "false": False}.get(given.lower()) if isinstance(given, str) else None
