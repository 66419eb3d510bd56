"""API keys that our own programs hand out: as text, and under a key of a JSON object."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from tests.secrets_app.rotation.bundled.stage import Stage

NewStage = Callable[..., Stage]
LETTERS_AND_DIGITS = set(string.ascii_letters + string.digits)


def test_a_text_is_a_token_as_a_whole(stage: NewStage) -> None:
    secret = stage("token", "old-token")

    secret.rotate()

    assert len(secret.text()) == 40
    assert set(secret.text()) <= LETTERS_AND_DIGITS
    assert secret.text("AWSPREVIOUS") == "old-token"


@pytest.mark.parametrize("key", ["token", "api_key", "apiKey", "apikey", "key"])
def test_an_object_keeps_everything_but_its_token(stage: NewStage, key: str) -> None:
    new = stage("token", {key: "old", "url": "https://api.example.com"}).rotated()

    assert new.keys() == {key, "url"}
    assert new["url"] == "https://api.example.com"
    assert set(new[key]) <= LETTERS_AND_DIGITS


def test_key_prefix_and_length_are_the_environments(stage: NewStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_KEY", "live")
    monkeypatch.setenv("TOKEN_PREFIX", "sk_live_")
    monkeypatch.setenv("TOKEN_LENGTH", "64")

    new = stage("token", {"live": "old", "token": "kept"}).rotated()

    assert new["token"] == "kept"
    assert new["live"].startswith("sk_live_")
    assert len(new["live"]) == len("sk_live_") + 64


def test_an_object_without_a_token_is_refused_without_quoting_it(stage: NewStage) -> None:
    assert stage("token", {"password": "hidden"}).refused() == (
        "createSecret step: ValueError: The secret value has no text under token, api_key, apiKey, apikey, key: "
        "name its key by TOKEN_KEY"
    )
