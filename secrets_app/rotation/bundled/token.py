"""A rotation function for API keys that your own programs hand out and check by reading the secret.

A value that is a JSON object gets a new token under one key: TOKEN_KEY, or else the first of "token", "api_key",
"apiKey", "apikey" and "key" that it has. Any other text is the token itself, as a whole. Whoever checks tokens should
accept AWSCURRENT and AWSPREVIOUS, so that clients have until the next rotation to fetch the new one.

Environment: TOKEN_KEY, TOKEN_PREFIX (none), TOKEN_LENGTH (40: letters and digits, after the prefix).
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from .steps import CURRENT, PENDING, Rotation, new_password, run

_KEYS = ("token", "api_key", "apiKey", "apikey", "key")


def lambda_handler(event: Mapping[str, str], _context: object) -> None:
    run(event, new_value=new_value, test_secret=test_secret)


def new_value(rotation: Rotation) -> str:
    current = _object(rotation.text(CURRENT))
    token = os.environ.get("TOKEN_PREFIX", "") + new_password(
        rotation.client,
        PasswordLength=int(os.environ.get("TOKEN_LENGTH", "40")),
        ExcludeCharacters="",
        ExcludePunctuation=True,
    )
    return token if current is None else json.dumps({**current, _key(current): token})


def test_secret(rotation: Rotation) -> None:
    """The new value can be read, and has the form of the current one."""
    current, pending = _object(rotation.text(CURRENT)), _object(rotation.text(PENDING))
    if (current or {}).keys() != (pending or {}).keys():
        raise ValueError("The pending value has other keys than the current one")


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _key(value: dict[str, Any]) -> str:
    wanted = os.environ.get("TOKEN_KEY", "")
    found = [key for key in ([wanted] if wanted else _KEYS) if isinstance(value.get(key), str)]
    if not found:
        raise ValueError(f"The secret value has no text under {wanted or ', '.join(_KEYS)}: name its key by TOKEN_KEY")
    return found[0]
