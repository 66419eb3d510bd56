"""The alternating-users strategy: two users take turns, and the one in use keeps its password until the next turn.

A superuser, whose secret "masterarn" names, makes the second user at the first rotation: NAME_clone, which may do what
NAME may. What NAME is granted later must be granted to NAME_clone as well, unless the database shares it by itself.
"""

import json
from collections.abc import Mapping

from . import database, single_user
from .database import Database, LoginRefused
from .steps import CURRENT, PENDING, Rotation, as_object, new_password, run

_CLONE = "_clone"


def rotate(kind: Database, event: Mapping[str, str]) -> None:
    run(
        event,
        new_value=lambda rotation: new_value(kind, rotation),
        set_secret=lambda rotation: set_secret(kind, rotation),
        test_secret=lambda rotation: single_user.test_secret(kind, rotation),
        check_secret=lambda rotation: check_secret(kind, rotation),
    )


def new_value(kind: Database, rotation: Rotation) -> str:
    value = rotation.value(CURRENT)
    username = other_user(database.login(kind, value).username)
    kind.check_username(username)
    _superuser_arn(value)
    password = new_password(rotation.client, exclude=kind.excluded_characters)
    return json.dumps({**value, "username": username, "password": password})


def set_secret(kind: Database, rotation: Rotation) -> None:
    pending = database.login(kind, rotation.value(PENDING))
    value = rotation.value(CURRENT)
    current = database.login(kind, value)
    if (pending.server, pending.username) != (current.server, other_user(current.username)):
        raise ValueError("The pending value is not for the other one of the two users, or for another server")
    if database.accepts(kind, pending):
        print("setSecret: the pending password is set already.")
        return
    account = _proven_account(kind, rotation)
    try:
        with database.connected(kind, _superuser(kind, rotation)) as connection:
            connection.set_up_user(pending.username, pending.password, like=account)
    except LoginRefused as refusal:
        raise ValueError(f"The database does not accept the superuser's secret. It said: {refusal}") from None
    print(f"setSecret: set the password of {pending.username} on {pending.host}:{pending.port}.")


def check_secret(kind: Database, rotation: Rotation) -> None:
    """Both logins that the next rotation needs."""
    single_user.check_secret(kind, rotation)
    try:
        with database.connected(kind, _superuser(kind, rotation)) as connection:
            connection.ask()
    except LoginRefused as refusal:
        raise ValueError(f"The database does not accept the superuser's secret. It said: {refusal}") from None


def other_user(username: str) -> str:
    return username.removesuffix(_CLONE) if username.endswith(_CLONE) else username + _CLONE


def _proven_account(kind: Database, rotation: Rotation) -> str:
    """Who the current value is on the server. It must be good there: nobody gets a user cloned by naming it."""
    try:
        with database.connected(kind, database.login(kind, rotation.value(CURRENT))) as connection:
            return connection.account()
    except LoginRefused as refusal:
        raise ValueError(
            "The database does not accept the current value, so no other user is set up by it: store the password "
            f"that the database has. It said: {refusal}"
        ) from None


def _superuser(kind: Database, rotation: Rotation) -> database.Login:
    value = rotation.value(CURRENT)
    answer = rotation.client.get_secret_value(SecretId=_superuser_arn(value))
    superuser = as_object(answer.get("SecretString", ""), "The superuser's secret value")
    return database.superuser_login(kind, superuser, database.login(kind, value))


def _superuser_arn(value: Mapping[str, object]) -> str:
    arn = value.get("masterarn")
    if not isinstance(arn, str) or not arn:
        raise ValueError('The secret value has no "masterarn": the ARN of the secret with a superuser\'s credential')
    return arn
