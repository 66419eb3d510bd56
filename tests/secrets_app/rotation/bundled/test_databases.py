"""What the bundled functions promise for every database: tried on a real PostgreSQL and a real MariaDB."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

import pytest

from secrets_app.rotation.engine import Worker
from secrets_app.rotation.functions import Answer
from tests.live.databases import Database
from tests.secrets_app.rotation.bundled.stage import Stage

pytestmark = pytest.mark.live

NewStage = Callable[..., Stage]


def run_twice(secret: Stage) -> None:
    """Every step, from now on."""
    once = secret.worker.invoke

    def twice(*arguments: Any) -> Answer:
        first = once(*arguments)
        return once(*arguments) if not first.error else first

    secret.worker = Worker("worker-1", secret.worker.clock, twice)


# --- one user ------------------------------------------------------------------------------------


def test_a_single_user_changes_its_own_password(database: Database, single: Any) -> None:
    user = database.new_user()
    secret = single(user)

    new = secret.rotated()

    assert {**new, "password": ""} == {**user, "password": ""}
    assert len(new["password"]) == 32
    assert all(set(new["password"]) & set(kind) for kind in (string.ascii_lowercase, string.ascii_uppercase))
    assert not set(new["password"]) & set("/@\"'\\")
    assert database.lets_in(new)
    assert not database.lets_in(user)


def test_names_and_passwords_may_hold_anything(
    database: Database, single: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All punctuation is allowed here, so that every password has some of it: 200 characters."""
    monkeypatch.setenv("EXCLUDE_CHARACTERS", "")
    monkeypatch.setenv("PASSWORD_LENGTH", "200")
    user = database.new_user(suffix=" é%s;-- x")
    secret = single(user)

    new = [secret.rotated(), secret.rotated(), secret.rotated()]

    assert database.lets_in(new[-1])
    assert {"'", '"', "\\"} & {character for value in new for character in value["password"]}


def test_a_rotation_that_stopped_after_the_database_was_changed_goes_on(database: Database, single: Any) -> None:
    """The scheduler died after setSecret: all the steps are run again, with the same version."""
    secret = single(database.new_user())
    run_twice(secret)

    assert database.lets_in(secret.rotated())


def test_the_previous_password_is_tried_as_well(database: Database, single: Any) -> None:
    """The secret was changed by hand and the database was not."""
    user = database.new_user()
    secret = single(user)
    secret.put({**user, "password": "never-set-anywhere"})

    assert database.lets_in(secret.rotated())


def test_a_database_that_accepts_no_known_password_keeps_its_own(database: Database, single: Any) -> None:
    user = database.new_user()
    secret = single({**user, "password": "wrong-Passw0rd"})

    reason = secret.refused()

    assert reason.startswith(
        "setSecret step: ValueError: The database accepts neither the pending, nor the current, nor the previous "
        "password of the secret: store the one that the database has. It said: "
    )
    assert "password authentication failed" in reason or "Access denied for user" in reason
    assert "wrong-Passw0rd" not in reason
    assert secret.value()["password"] == "wrong-Passw0rd"
    assert database.lets_in(user)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"engine": "oracle"}, "The engine of the secret must be "),
        ({"engine": None}, 'The secret value has no "engine"'),
        ({"username": ""}, 'The secret value has no "username"'),
        ({"host": None}, 'The secret value has no "host"'),
        ({"host": "/var/run/mysqld"}, 'The "host" of the secret must be one host name or address'),
        ({"host": "db1.example.com,db2.example.com"}, 'The "host" of the secret must be one host name or address'),
        ({"port": "many"}, 'The "port" of the secret is not a port number'),
        ({"port": 70000}, 'The "port" of the secret is not a port number'),
    ],
)
def test_a_value_that_is_no_login_is_refused_at_the_first_step(
    database: Database, single: Any, changes: dict[str, Any], reason: str
) -> None:
    value = {key: item for key, item in {**database.superuser, **changes}.items() if item is not None}

    assert single(value).refused().startswith(f"createSecret step: ValueError: {reason}")


def test_a_server_that_is_not_there_is_said_to_be(database: Database, single: Any) -> None:
    reason = single({**database.new_user(), "port": 1}).refused()

    assert "connection refused" in reason.lower()


# --- two users -----------------------------------------------------------------------------------


def test_two_users_take_turns_and_both_stay_good(database: Database, alternating: Any) -> None:
    user = database.new_user()
    secret = alternating(user)

    first, second, third = secret.rotated(), secret.rotated(), secret.rotated()

    names = [value["username"] for value in (first, second, third)]
    assert names == [f"{user['username']}_clone", user["username"], f"{user['username']}_clone"]
    assert [database.lets_in(value) for value in (user, first, second, third)] == [False, False, True, True]
    assert third.keys() == {*user, "masterarn"}


def test_a_secret_that_starts_with_the_clone_gets_the_other_one(database: Database, alternating: Any) -> None:
    user = database.new_user(suffix="_clone")

    new = alternating(user).rotated()

    assert new["username"] == user["username"].removesuffix("_clone")
    assert database.lets_in(new)


def test_two_users_with_odd_names_take_turns(database: Database, alternating: Any) -> None:
    secret = alternating(database.new_user(suffix=" é%s`'\"--"))

    assert database.lets_in(secret.rotated())
    assert database.lets_in(secret.rotated())


def test_every_step_of_two_users_may_be_run_again(database: Database, alternating: Any) -> None:
    secret = alternating(database.new_user())
    run_twice(secret)

    assert database.lets_in(secret.rotated())
    assert database.lets_in(secret.rotated())


def test_who_cannot_log_in_gets_nobody_cloned(database: Database, alternating: Any) -> None:
    """Otherwise whoever may write a secret and rotate it would get any user's rights by naming it."""
    victim = database.new_user()

    reason = alternating({**victim, "password": "guessed-Passw0rd"}).refused()

    assert reason.startswith("setSecret step: ValueError: The database does not accept the current value")
    assert "guessed-Passw0rd" not in reason
    assert f"{victim['username']}_clone" not in str(database.admin(_ALL_USERS[database.engine]))


def test_the_superuser_is_never_sent_to_another_server(database: Database, alternating: Any) -> None:
    elsewhere = {**database.superuser, "host": "localhost"}

    assert alternating(database.new_user(), elsewhere).refused() == (
        "setSecret step: ValueError: The superuser's secret is for another server than the secret to rotate"
    )


def test_a_superuser_secret_without_a_host_is_refused(database: Database, alternating: Any) -> None:
    """As RDS makes them: only RDS knows its host."""
    superuser = {key: database.superuser[key] for key in ("username", "password")}

    assert alternating(database.new_user(), superuser).refused().startswith("setSecret step: ValueError: The secret")


def test_a_superuser_whose_password_is_wrong_is_told_apart(database: Database, alternating: Any) -> None:
    wrong = {**database.superuser, "password": "wrong-Passw0rd"}

    reason = alternating(database.new_user(), wrong).refused()

    assert reason.startswith("setSecret step: ValueError: The database does not accept the superuser's secret.")
    assert "wrong-Passw0rd" not in reason


def test_a_superuser_who_may_not_is_told_what_the_database_said(database: Database, alternating: Any) -> None:
    reason = alternating(database.new_user(), database.new_user()).refused()

    assert reason.startswith("setSecret step: ValueError: The database refused to change the user ")


def test_without_masterarn_nothing_is_made(database: Database, stage: NewStage) -> None:
    secret = stage(f"{database.module}_alternating_users", database.new_user())

    assert secret.refused() == (
        'createSecret step: ValueError: The secret value has no "masterarn": the ARN of the secret with a '
        "superuser's credential"
    )


_ALL_USERS = {"postgres": "SELECT rolname FROM pg_roles", "mariadb": "SELECT User FROM mysql.user"}
