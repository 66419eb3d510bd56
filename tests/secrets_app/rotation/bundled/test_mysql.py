"""What the clone of a MariaDB user is; and of MySQL's statements, how they read."""

from __future__ import annotations

from typing import Any

import pytest

from secrets_app.rotation.bundled.mysql import for_another_account
from tests.live.databases import MariaDBDatabase

pytestmark = pytest.mark.live


@pytest.fixture
def database(mariadb_database: MariaDBDatabase) -> MariaDBDatabase:
    return mariadb_database


def grants(database: MariaDBDatabase, name: str) -> list[str]:
    """As the server tells them, without account and password."""
    rows = database.admin(f"SHOW GRANTS FOR `{name}`@`127.0.0.%`")
    return [row[0].replace(f"`{name}`@", "USER@").partition(" IDENTIFIED")[0] for row in rows]


def test_the_clone_may_do_what_the_user_may(database: MariaDBDatabase, alternating: Any) -> None:
    user = database.new_user()
    name = user["username"]
    account = f"`{name}`@`127.0.0.%`"
    database.admin(
        f"CREATE DATABASE `{name}`",
        f"CREATE TABLE `{name}`.t (n INT, other INT)",
        f"CREATE DATABASE `{name} TO ``a``@'%'%s`",
        f"CREATE ROLE role_{name}",
        f"GRANT SELECT, INSERT ON `{name}`.* TO {account} WITH GRANT OPTION",
        f"GRANT UPDATE (n) ON `{name}`.t TO {account}",
        f"GRANT SELECT ON `{name} TO ``a``@'%'%s`.* TO {account}",
        f"GRANT PROCESS ON *.* TO {account}",
        f"GRANT role_{name} TO {account} WITH ADMIN OPTION",
        f"SET DEFAULT ROLE role_{name} FOR {account}",
    )

    clone = alternating(user).rotated()

    assert len(grants(database, name)) == 6
    assert grants(database, clone["username"]) == grants(database, name)
    assert database.login(clone, "SELECT CURRENT_ROLE()") == [(f"role_{name}",)]


def test_the_clone_logs_in_from_where_the_user_does(database: MariaDBDatabase, alternating: Any) -> None:
    clone = alternating(database.new_user()).rotated()

    hosts = database.admin(f"SELECT Host FROM mysql.user WHERE User = '{clone['username']}'")
    assert hosts == [("127.0.0.%",)]


def test_the_clone_needs_tls_where_the_user_does(
    database: MariaDBDatabase, alternating: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLS_CA_FILE", str(database.tls.authority))
    user = database.new_user()
    database.require_tls(user)

    clone = alternating({**user, "ssl": True}, {**database.superuser, "ssl": True}).rotated()

    requirement = f"SELECT ssl_type, x509_subject FROM mysql.user WHERE User = '{clone['username']}'"
    assert database.admin(requirement) == [("ANY", "")]


def test_a_clone_whose_grants_an_earlier_attempt_left_incomplete_is_made_anew(
    database: MariaDBDatabase, alternating: Any
) -> None:
    """The superuser lacks a grant at first, and MariaDB undoes nothing: nobody can log in as what it leaves."""
    user, superuser = database.new_user(), database.new_user()
    name = user["username"]
    by = f"`{superuser['username']}`@`127.0.0.%`"
    database.admin(
        f"GRANT CREATE USER, SELECT ON *.* TO {by} WITH GRANT OPTION",
        f"GRANT SELECT ON *.* TO `{name}`@`127.0.0.%`",
        f"CREATE DATABASE `{name}`",
        f"GRANT INSERT ON `{name}`.* TO `{name}`@`127.0.0.%`",
    )
    secret = alternating(user, superuser)
    assert "The database refused to change the user " in secret.refused()
    assert not database.lets_in(secret.value("AWSPENDING"))

    database.admin(f"GRANT INSERT ON `{name}`.* TO {by} WITH GRANT OPTION")
    clone = secret.rotated_again()

    assert grants(database, clone["username"]) == grants(database, name)
    assert database.lets_in(clone)


@pytest.mark.parametrize(
    ("grant", "rewritten"),
    [
        ("GRANT SELECT ON `d`.* TO `app`@`%`", "GRANT SELECT ON `d`.* TO %s@%s"),
        ("GRANT SELECT ON `d%`.* TO 'app'@'10.%'", "GRANT SELECT ON `d%%`.* TO %s@%s"),
        (
            "GRANT ALL PRIVILEGES ON *.* TO `a`@`%` WITH GRANT OPTION",
            "GRANT ALL PRIVILEGES ON *.* TO %s@%s WITH GRANT OPTION",
        ),
        (
            "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*WITH GRANT OPTION' REQUIRE SSL",
            "GRANT USAGE ON *.* TO %s@%s",
        ),
        (
            "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*12' WITH GRANT OPTION MAX_QUERIES_PER_HOUR 9",
            "GRANT USAGE ON *.* TO %s@%s WITH GRANT OPTION",
        ),
        ("GRANT `r`@`%`,`s`@`%` TO `a`@`%` WITH ADMIN OPTION", "GRANT `r`@`%%`,`s`@`%%` TO %s@%s WITH ADMIN OPTION"),
        ("REVOKE SELECT ON `mysql`.* FROM `a`@`%`", "REVOKE SELECT ON `mysql`.* FROM %s@%s"),
        ("SET DEFAULT ROLE `r` FOR `a`@`%`", "SET DEFAULT ROLE `r` FOR %s@%s"),
        ("GRANT PROXY ON ''@'%' TO 'a'@'%'", "GRANT PROXY ON ''@'%%' TO %s@%s"),
        ("GRANT SELECT ON `x`` TO ``y``@``z`.* TO `a`@`%`", "GRANT SELECT ON `x`` TO ``y``@``z`.* TO %s@%s"),
        ("GRANT SELECT ON `d`.* TO PUBLIC", ""),
    ],
)
def test_a_grant_is_rewritten_for_another_account(grant: str, rewritten: str) -> None:
    """As MariaDB 10.11 shows them, and as MySQL's reference manual does (SHOW GRANTS; roles; partial revokes)."""
    assert for_another_account(grant) == rewritten
