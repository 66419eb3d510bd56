"""What each bundled function is for: how it is offered, and under which name an account gets it."""

from dataclasses import dataclass
from typing import Literal

Strategy = Literal["", "single-user", "alternating-users"]
_POSTGRESQL = ("postgres", "aurora-postgresql")
_MYSQL = ("mysql", "mariadb", "aurora-mysql")


@dataclass(frozen=True, slots=True)
class Bundled:
    """module: of this package. engines: of the secrets it rotates; () for secrets of no database."""

    module: str
    name: str
    description: str
    engines: tuple[str, ...] = ()
    strategy: Strategy = ""

    @property
    def handler(self) -> str:
        return f"secrets_app.rotation.bundled.{self.module}:lambda_handler"


CATALOGUE = (
    Bundled(
        "random_password",
        "SecretsManagerRandomPassword",
        "Gives a JSON secret a new random password",
    ),
    Bundled(
        "token",
        "SecretsManagerToken",
        "Gives an API key, as text or in a JSON secret, a new random value",
    ),
    Bundled(
        "postgresql_single_user",
        "SecretsManagerPostgreSQLSingleUser",
        "PostgreSQL, single user: the user changes its own password",
        _POSTGRESQL,
        "single-user",
    ),
    Bundled(
        "postgresql_alternating_users",
        "SecretsManagerPostgreSQLAlternatingUsers",
        "PostgreSQL, alternating users: a superuser sets up two, who take turns",
        _POSTGRESQL,
        "alternating-users",
    ),
    Bundled(
        "mysql_single_user",
        "SecretsManagerMySQLSingleUser",
        "MySQL and MariaDB, single user: the user changes its own password",
        _MYSQL,
        "single-user",
    ),
    Bundled(
        "mysql_alternating_users",
        "SecretsManagerMySQLAlternatingUsers",
        "MySQL and MariaDB, alternating users: a superuser sets up two, who take turns",
        _MYSQL,
        "alternating-users",
    ),
)


def for_engine(engine: str) -> list[Bundled]:
    """Those that rotate the credentials of this database."""
    return [bundled for bundled in CATALOGUE if engine in bundled.engines]


def by_name(name: str) -> Bundled | None:
    return next((bundled for bundled in CATALOGUE if bundled.name == name), None)
