"""Does the stored credential still work? Asked of the bundled functions that can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from secrets_app.principals import NewAccessKey
from secrets_app.rotation import bundled
from tests.factories import Person
from tests.live.databases import Database
from tests.secrets_app.rotation.bundled.stage import Stage

pytestmark = pytest.mark.live


def check(secret: Stage, key: NewAccessKey) -> str:
    """The function's error, asked as the server asks; "" if all is well."""
    event: Any = {"Step": "checkSecret", "SecretId": secret.arn}
    return secret.worker.invoke(secret.function, event, key, lambda: True).error


@pytest.mark.parametrize("strategy", ["single", "alternating"])
def test_a_check_changes_nothing_and_is_silent_while_all_is_well(
    database: Database, request: pytest.FixtureRequest, alice: Person, strategy: str
) -> None:
    user = database.new_user()
    secret = request.getfixturevalue(strategy)(user)

    assert check(secret, alice.access_key) == ""
    assert secret.value()["password"] == user["password"]
    assert database.lets_in(user)


@pytest.mark.parametrize("strategy", ["single", "alternating"])
def test_a_check_says_that_secret_and_database_disagree(
    database: Database, request: pytest.FixtureRequest, alice: Person, strategy: str
) -> None:
    secret = request.getfixturevalue(strategy)({**database.new_user(), "password": "wrong-Passw0rd"})

    assert check(secret, alice.access_key).startswith(
        "ValueError: The database does not accept the current value. It said: "
    )


def test_a_check_of_two_users_looks_at_the_superuser_as_well(
    database: Database, alternating: Any, alice: Person
) -> None:
    secret = alternating(database.new_user(), {**database.superuser, "password": "wrong-Passw0rd"})

    assert check(secret, alice.access_key).startswith(
        "ValueError: The database does not accept the superuser's secret."
    )


def test_every_function_for_databases_can_check_and_no_other() -> None:
    modules = {path.stem for path in Path(bundled.__path__[0]).glob("*sql_*_user*.py")}

    assert modules == bundled.CAN_CHECK
