"""The password generator of step 1: all the rules of GetRandomPassword, and where in the value its answer goes."""

import json
from typing import Any

from django import forms

from console.forms import AwsForm, limits
from console.store_secret.secret_type_form import EMPTY_VALUE


class PasswordForm(AwsForm):
    password_length = forms.IntegerField(label="Length", initial=32, min_value=1, max_value=4096)
    exclude_characters = forms.CharField(
        label="Exclude characters",
        initial="/@\"'\\",
        help_text="Most databases refuse these.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **limits("GetRandomPassword", "ExcludeCharacters", required=False),
    )
    exclude_lowercase = forms.BooleanField(label="Exclude lowercase letters", required=False)
    exclude_uppercase = forms.BooleanField(label="Exclude uppercase letters", required=False)
    exclude_numbers = forms.BooleanField(label="Exclude numbers", required=False)
    exclude_punctuation = forms.BooleanField(label="Exclude punctuation", required=False)
    include_space = forms.BooleanField(label="Include the space", required=False)
    require_each_included_type = forms.BooleanField(
        label="At least one of each included type", required=False, initial=True
    )
    password_key = forms.CharField(
        label="Key it is stored under",
        initial="password",
        required=False,
        max_length=512,
        help_text="In the key/value pairs. Another value of this key is replaced.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class NotAnObjectError(Exception):
    """The plaintext is no JSON object, and a key can't be put into it."""


def with_password(text: str, key: str, password: str) -> str:
    """The plaintext with the password under this key. Numbers keep their digits, everything its order."""
    if not text.strip() or text == EMPTY_VALUE:
        return json.dumps({key: password}, ensure_ascii=False)
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number)
    except (ValueError, RecursionError):
        raise NotAnObjectError from None
    if not isinstance(pairs, _Pairs):
        raise NotAnObjectError
    kept = [(name, value) for name, value in pairs if name]
    if key in dict(kept):
        kept = [(name, password if name == key else value) for name, value in kept]
    else:
        kept.append((key, password))
    return _written(_Pairs(kept))


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands, a doubled key too."""


class _Number(str):
    """The text of a JSON number."""


def _written(value: Any) -> str:
    if isinstance(value, _Pairs):
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_written(item)}" for key, item in value) + "}"
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
