"""A rotation function for any JSON secret with a "password": gives it a new random one and keeps all other keys.

There is nothing to log in to: setSecret has nothing to set, and testSecret reads the new value back.
"""

import json
from collections.abc import Mapping

from .steps import CURRENT, PENDING, Rotation, new_password, run


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    run(event, new_value=new_value, test_secret=test_secret)


def new_value(rotation: Rotation) -> str:
    return json.dumps({**rotation.value(CURRENT), "password": new_password(rotation.client)})


def test_secret(rotation: Rotation) -> None:
    """The new value can be read, and has a password and the same keys as the current one."""
    if rotation.value(PENDING).keys() != rotation.value(CURRENT).keys():
        raise ValueError("The pending value has other keys than the current one")
