"""GetRandomPassword."""

import secrets
import string

from secrets_app.call import Call
from secrets_app.errors import InvalidParameterException
from secrets_app.operations._operation import operation

DEFAULT_LENGTH = 32


@operation("GetRandomPassword", changes=False)
def get_random_password(
    call: Call,
    /,
    *,
    password_length: int | None = None,
    exclude_characters: str | None = None,
    exclude_numbers: bool | None = None,
    exclude_punctuation: bool | None = None,
    exclude_uppercase: bool | None = None,
    exclude_lowercase: bool | None = None,
    include_space: bool | None = None,
    require_each_included_type: bool | None = None,
) -> str:
    """A password of 32 characters by default, from lower case, upper case, digits and the 32 ASCII punctuation marks,
    at least one of each unless require_each_included_type is False."""
    call.authorize()
    types = [
        "" if exclude_lowercase else string.ascii_lowercase,
        "" if exclude_uppercase else string.ascii_uppercase,
        "" if exclude_numbers else string.digits,
        "" if exclude_punctuation else string.punctuation,
    ]
    unwanted = set(exclude_characters or "")
    types = [left for left in ("".join(c for c in group if c not in unwanted) for group in types) if left]
    alphabet = "".join(types) + (" " if include_space and " " not in unwanted else "")
    length = DEFAULT_LENGTH if password_length is None else password_length
    if not alphabet:
        raise InvalidParameterException(
            "No characters are left to build a password from.", parameter="ExcludeCharacters"
        )
    required = types if require_each_included_type is not False else []
    if length < len(required):
        raise InvalidParameterException(
            "Password length is too short based on the required types.", parameter="PasswordLength"
        )
    picked = [secrets.choice(group) for group in required]
    picked += [secrets.choice(alphabet) for _ in range(length - len(required))]
    secrets.SystemRandom().shuffle(picked)
    return "".join(picked)
