"""The single-user strategy: the user changes its own password.

Between setSecret and finishSecret the database knows only the new password, and clients only the old one: for a moment
new connections are refused. Where that matters, alternate users.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from . import database
from .database import Database, Login, LoginRefused
from .steps import CURRENT, PENDING, PREVIOUS, Rotation, new_password, run


def rotate(kind: Database, event: Mapping[str, str]) -> None:
    run(
        event,
        new_value=lambda rotation: new_value(kind, rotation),
        set_secret=lambda rotation: set_secret(kind, rotation),
        test_secret=lambda rotation: test_secret(kind, rotation),
        check_secret=lambda rotation: check_secret(kind, rotation),
    )


def new_value(kind: Database, rotation: Rotation) -> str:
    value = rotation.value(CURRENT)
    database.login(kind, value)
    return json.dumps({**value, "password": new_password(rotation.client, exclude=kind.excluded_characters)})


def set_secret(kind: Database, rotation: Rotation) -> None:
    """Set by an earlier attempt already? Otherwise by the current password, or by the previous one: where a rotation
    was given up, the database may have gone on with another than the secret."""
    pending = database.login(kind, rotation.value(PENDING))
    current = database.login(kind, rotation.value(CURRENT))
    if not _same_user(pending, current):
        raise ValueError("The pending value is for another user or server than the current one")
    if database.accepts(kind, pending):
        print("setSecret: the pending password is set already.")
        return
    candidates = [current, *_previous(kind, rotation, current)]
    refusals = []
    for login in candidates:
        try:
            with database.connected(kind, login) as connection:
                connection.set_own_password(pending.password)
        except LoginRefused as refusal:
            refusals.append(str(refusal))
        else:
            print(f"setSecret: changed the password of {pending.username} on {pending.host}:{pending.port}.")
            return
    raise ValueError(
        "The database accepts neither the pending, nor the current, nor the previous password of the secret: store "
        f"the one that the database has. It said: {refusals[0]}"
    )


def test_secret(kind: Database, rotation: Rotation) -> None:
    """Log in with the new value, and ask something."""
    _prove(kind, database.login(kind, rotation.value(PENDING)), "pending")
    print("testSecret: the database accepts the pending value.")


def check_secret(kind: Database, rotation: Rotation) -> None:
    """Whether secret and database agree, without changing either."""
    _prove(kind, database.login(kind, rotation.value(CURRENT)), "current")


def _prove(kind: Database, login: Login, which: str) -> None:
    try:
        with database.connected(kind, login) as connection:
            connection.ask()
    except LoginRefused as refusal:
        raise ValueError(f"The database does not accept the {which} value. It said: {refusal}") from None


def _previous(kind: Database, rotation: Rotation, current: Login) -> list[Login]:
    """The same user's previous login; none where the previous value is something else."""
    if not rotation.has(PREVIOUS):
        return []
    try:
        previous = database.login(kind, rotation.value(PREVIOUS))
    except ValueError:
        return []
    return [replace(current, password=previous.password)] if _same_user(previous, current) else []


def _same_user(one: Login, other: Login) -> bool:
    return (one.server, one.username) == (other.server, other.username)
