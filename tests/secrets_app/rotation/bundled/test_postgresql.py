"""What the clone of a PostgreSQL user is, and what PostgreSQL has of its own."""

from __future__ import annotations

from typing import Any

import pytest

from secrets_app.rotation.bundled import postgresql
from tests.live.databases import PostgreSQLDatabase

pytestmark = pytest.mark.live


@pytest.fixture
def database(postgresql_database: PostgreSQLDatabase) -> PostgreSQLDatabase:
    return postgresql_database


def test_the_clone_may_do_what_the_user_may(database: PostgreSQLDatabase, alternating: Any) -> None:
    """Grants, memberships, and what is granted after it was cloned; what either makes is both's."""
    user = database.new_user()
    name, group = user["username"], f"group_{user['username']}"
    database.admin(
        f"CREATE ROLE {group}",
        f"GRANT {group} TO {name}",
        f"CREATE SCHEMA {name} AUTHORIZATION {name}",
        f"CREATE TABLE {name}.of_group (n int)",
        f"GRANT SELECT ON {name}.of_group TO {group}",
        f"CREATE TABLE {name}.later (n int)",
    )

    clone = alternating(user).rotated()
    database.admin(f"GRANT SELECT ON {name}.later TO {name}")
    database.login(clone, f"CREATE TABLE {name}.made (n int)")

    assert clone["username"] == f"{name}_clone"
    assert database.login(clone, f"SELECT * FROM {name}.of_group, {name}.later") == []
    assert database.login(user, f"INSERT INTO {name}.made VALUES (1) RETURNING n") == [(1,)]
    assert database.login(clone, "SELECT session_user, current_user") == [(f"{name}_clone", name)]


def test_the_clone_has_the_users_settings_and_limit(database: PostgreSQLDatabase, alternating: Any) -> None:
    user = database.new_user()
    name = user["username"]
    database.admin(
        f"ALTER ROLE {name} CONNECTION LIMIT 7",
        f'ALTER ROLE {name} SET search_path TO "$user", "odd, ""name", public',
        f"ALTER ROLE {name} SET statement_timeout TO '12s'",
        f"ALTER ROLE {name} SET app.tenant TO 'it''s, this'",
    )

    clone = alternating(user).rotated()

    for setting in ("search_path", "statement_timeout", "app.tenant"):
        assert database.login(clone, f"SHOW {setting}") == database.login(user, f"SHOW {setting}")
    assert database.login(clone, "SHOW statement_timeout") == [("12s",)]
    limit = f"SELECT rolconnlimit FROM pg_roles WHERE rolname = '{clone['username']}'"
    assert database.admin(limit) == [(7,)]


def test_a_role_that_the_user_takes_on_is_taken_on_by_the_clone(database: PostgreSQLDatabase, alternating: Any) -> None:
    user = database.new_user()
    owner = f"owner_{user['username']}"
    database.admin(
        f"CREATE ROLE {owner}",
        f"GRANT {owner} TO {user['username']}",
        f"ALTER ROLE {user['username']} SET role TO {owner}",
    )

    clone = alternating(user).rotated()

    assert database.login(clone, "SELECT current_user") == [(owner,)]


def test_what_others_put_into_the_search_path_is_not_run_by_the_superuser(
    database: PostgreSQLDatabase, alternating: Any
) -> None:
    """The owner of a database decides its search path: an operator of theirs must not run with a superuser's rights."""
    user = database.new_user()
    name = user["username"]
    database.admin(f"CREATE DATABASE {name} OWNER {name}")
    there = {**user, "dbname": name}
    for statement in (
        f"CREATE FUNCTION public.trap(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
        f" IF (SELECT usesuper FROM pg_catalog.pg_user WHERE usename = current_user)"
        f" THEN ALTER ROLE {name} SUPERUSER; END IF; RETURN true; END $$",
        "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, PROCEDURE = public.trap)",
        f"ALTER DATABASE {name} SET search_path TO public, pg_catalog",
    ):
        database.login(there, statement)

    alternating(there, {**database.superuser, "dbname": name}).rotated()

    assert database.admin(f"SELECT rolsuper FROM pg_roles WHERE rolname = '{name}'") == [(False,)]


def test_a_failed_clone_leaves_nobody_behind(database: PostgreSQLDatabase, alternating: Any) -> None:
    """A superuser's secret whose user may make users, and may not give them this one's rights."""
    user, maker = database.new_user(), database.new_user()
    database.admin(
        f"ALTER ROLE {maker['username']} CREATEROLE",
        f"ALTER ROLE {user['username']} SUPERUSER",
    )

    reason = alternating(user, maker).refused()

    assert "The database refused to change the user " in reason
    assert database.admin(f"SELECT 1 FROM pg_roles WHERE rolname = '{user['username']}_clone'") == []


def test_a_name_that_postgresql_would_cut_is_refused(database: PostgreSQLDatabase, alternating: Any) -> None:
    user = database.new_user(suffix="x" * 45)

    assert alternating(user).refused() == (
        "createSecret step: ValueError: The user name of the clone would be longer than 63 bytes"
    )


def test_a_server_that_asks_for_no_password_proves_nothing(database: PostgreSQLDatabase, single: Any) -> None:
    """Otherwise any pending password would count as set already."""
    user = database.new_user()
    database.allow_in(f"host all {user['username']} all trust")

    assert "accepts neither" in single(user).refused()


def test_passwords_reach_the_server_hashed(database: PostgreSQLDatabase, single: Any) -> None:
    log = database.server.folder / "server.log"
    user = database.new_user()
    database.admin(f"ALTER ROLE {user['username']} SET log_statement TO 'all'")

    new = single(user).rotated()

    assert f'ALTER ROLE "{user["username"]}" PASSWORD \'SCRAM-SHA-256$' in log.read_text()
    assert new["password"] not in log.read_text()


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ('"$user", public', ["$user", "public"]),
        ('"odd, ""name", x', ['odd, "name', "x"]),
        ('""', [""]),
        ("", [""]),
    ],
)
def test_lists_of_names_are_read_as_postgresql_writes_them(setting: str, names: list[str]) -> None:
    assert postgresql._names(setting) == names
