"""Rotation to watch: a real server, a real database, and a client that keeps connecting while its secret is rotated."""

import json
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import psycopg
import pymysql

from console.private_servers.mariadb import SUPERUSER as MARIADB_SUPERUSER
from console.private_servers.mariadb import MariaDB
from console.private_servers.postgresql import SUPERUSER as POSTGRESQL_SUPERUSER
from console.private_servers.postgresql import PostgreSQL
from secrets_app.rotation.bundled import catalogue
from secrets_app.rotation.bundled.catalogue import Bundled

ROTATIONS = 10
_LONGEST_ROTATION_SECONDS = 60.0
_SECONDS_BETWEEN_CONNECTIONS = 0.005


@dataclass
class Figures:
    """refused: what the database said to a client that had the secret's current value a moment before."""

    seconds: list[float] = field(default_factory=list)
    connections: int = 0
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        longest = f"{max(self.seconds):.2f}" if self.seconds else "0"
        return (
            f"{len(self.seconds)} rotations, the longest {longest} s; "
            f"{self.connections:,} connections, {len(self.refused)} refused"
        )


class Database(ABC):
    """What the demonstration needs of a database server of ours."""

    engine: ClassVar[str]
    title: ClassVar[str]
    refusals: ClassVar[tuple[type[Exception], ...]]

    def __init__(self, port: int, superuser: dict[str, str]) -> None:
        self._place: dict[str, Any] = {"engine": self.engine, "host": "127.0.0.1", "port": port}
        self.superuser = {**self._place, **superuser}

    def new_user(self) -> dict[str, Any]:
        """Made in the database, as a secret has it."""
        user: dict[str, Any] = {**self._place, "username": f"app_{uuid.uuid4().hex[:6]}", "password": uuid.uuid4().hex}
        self.create_user(user["username"], user["password"])
        return user

    @abstractmethod
    def create_user(self, name: str, password: str) -> None: ...

    @abstractmethod
    def connect(self, login: dict[str, Any]) -> None:
        """Log in and ask something, as a program does. Raises one of refusals."""


class PostgreSQLDatabase(Database):
    engine, title, refusals = "postgres", "PostgreSQL", (psycopg.OperationalError,)

    def __init__(self, server: PostgreSQL) -> None:
        super().__init__(server.port, {"username": POSTGRESQL_SUPERUSER, "password": server.password})
        self._server = server

    def create_user(self, name: str, password: str) -> None:
        statement = psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            connection.execute(statement.format(psycopg.sql.Identifier(name), psycopg.sql.Literal(password)))

    def connect(self, login: dict[str, Any]) -> None:
        with psycopg.connect(
            host=login["host"],
            port=login["port"],
            user=login["username"],
            password=login["password"],
            dbname="postgres",
        ) as connection:
            connection.execute("SELECT 1")


class MariaDBDatabase(Database):
    engine, title, refusals = "mariadb", "MariaDB", (pymysql.OperationalError,)

    def __init__(self, server: MariaDB) -> None:
        super().__init__(server.port, {"username": MARIADB_SUPERUSER, "password": server.password})

    def create_user(self, name: str, password: str) -> None:
        with self._connected(self.superuser) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE USER %s@'127.0.0.1' IDENTIFIED BY %s", (name, password))

    def connect(self, login: dict[str, Any]) -> None:
        with self._connected(login) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def _connected(self, login: dict[str, Any]) -> Any:
        return pymysql.connect(
            host=login["host"], port=login["port"], user=login["username"], password=login["password"]
        )


def strategies(database: Database) -> list[Bundled]:
    """The functions to show, the one that refuses nobody first."""
    return sorted(catalogue.for_engine(database.engine), key=lambda bundled: bundled.strategy)


def run(new_client: Callable[[], Any], database: Database, bundled: Bundled, say: Callable[[str], object]) -> Figures:
    """Store the credential of a new user, and rotate it ten times under a client that keeps connecting.

    new_client: a boto3 client of Secrets Manager, in whose account and Region the function is.
    """
    aws = new_client()
    user = database.new_user()
    if bundled.strategy == "alternating-users":
        user["masterarn"] = _store(aws, f"{database.engine}/superuser", database.superuser)
    secret = _store(aws, f"{database.engine}/app", user)
    function = ":".join([*secret.split(":")[:2], "lambda", *secret.split(":")[3:5], "function", bundled.name])
    client = _ConnectingClient(new_client(), database, secret)
    client.start()
    try:
        for number in range(1, ROTATIONS + 1):
            client.figures.seconds.append(_rotate(aws, secret, function))
            say(f"    {number:2}  {client.figures.seconds[-1]:.2f} s  {_value(aws, secret)['username']}")
    finally:
        client.stop()
    return client.figures


class _ConnectingClient(threading.Thread):
    """Reads the current value, logs in with it, and again, until it is stopped."""

    def __init__(self, aws: Any, database: Database, secret: str) -> None:
        super().__init__(daemon=True)
        self.figures = Figures()
        self._aws, self._database, self._secret = aws, database, secret
        self._stopping = threading.Event()
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            while not self._stopping.wait(_SECONDS_BETWEEN_CONNECTIONS):
                self._connect()
        except Exception as error:  # for stop() to raise, in the thread that looks
            self._error = error

    def stop(self) -> None:
        """Raises what went wrong, other than a refused connection."""
        self._stopping.set()
        self.join()
        if self._error is not None:
            raise self._error

    def _connect(self) -> None:
        value = _value(self._aws, self._secret)
        self.figures.connections += 1
        try:
            self._database.connect(value)
        except self._database.refusals as refusal:
            self.figures.refused.append(str(refusal))


def _store(aws: Any, name: str, value: dict[str, Any]) -> str:
    secret: str = aws.create_secret(
        Name=f"rotation-demo/{name}-{uuid.uuid4().hex[:6]}", SecretString=json.dumps(value)
    )["ARN"]
    return secret


def _value(aws: Any, secret: str) -> dict[str, Any]:
    return dict(json.loads(aws.get_secret_value(SecretId=secret)["SecretString"]))


def _rotate(aws: Any, secret: str, function: str) -> float:
    """Seconds from the call until the rotation is over."""
    before = aws.describe_secret(SecretId=secret).get("LastRotatedDate")
    started = time.monotonic()
    aws.rotate_secret(SecretId=secret, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})
    while aws.describe_secret(SecretId=secret).get("LastRotatedDate") == before:
        if time.monotonic() - started > _LONGEST_ROTATION_SECONDS:
            raise TimeoutError(f"The rotation of {secret} is not over after {_LONGEST_ROTATION_SECONDS:.0f} seconds")
        time.sleep(0.02)
    return time.monotonic() - started
