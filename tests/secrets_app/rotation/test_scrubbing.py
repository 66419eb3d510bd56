"""What a rotation function said, without the secret's values in it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.rotation.scrubbing import mask, storable, without_values
from tests.secrets_app.rotation.fakes import FIRST_VERSION, SECOND_VERSION

AWKWARD = 'q"uo\\te é/ñ 1'


@pytest.mark.parametrize(
    "spoken",
    [
        AWKWARD,
        json.dumps(AWKWARD),
        repr(AWKWARD),
        quote(AWKWARD, safe=""),
        base64.b64encode(AWKWARD.encode()).decode(),
        json.dumps({"list": [AWKWARD]}),
    ],
)
def test_a_value_is_found_in_any_usual_form(call: Call, spoken: str) -> None:
    secret = operations.create_secret(
        call, name="s", client_request_token=FIRST_VERSION, secret_string=json.dumps({"deep": [{"er": AWKWARD}]})
    ).secret

    (text,) = without_values([f"before {spoken} after"], secret)

    assert "***" in text
    assert text.startswith("before ")
    assert text.endswith(" after")
    assert "uo" not in text


def test_plain_text_binary_and_numbers_are_values_too(call: Call) -> None:
    for name, value in (
        ("text", {"secret_string": "plain-text-value"}),
        ("bytes", {"secret_binary": b"\x00\xffbytes"}),
    ):
        operations.create_secret(call, name=name, client_request_token=FIRST_VERSION, **value)
    text = operations.describe_secret(call, secret_id="text").secret
    binary = operations.describe_secret(call, secret_id="bytes").secret

    assert without_values(["got plain-text-value"], text) == ["got ***"]
    assert without_values([f"got {base64.b64encode(bytes([0, 255]) + b'bytes').decode()}"], binary) == ["got ***"]


def test_earlier_and_pending_values_are_masked_as_well(call: Call) -> None:
    secret = operations.create_secret(
        call, name="s", client_request_token=FIRST_VERSION, secret_string='{"pin": 12345678}'
    ).secret
    operations.put_secret_value(
        call, secret_id="s", client_request_token=SECOND_VERSION, secret_string='{"pin": 87654321}'
    )

    assert without_values(["12345678 87654321"], secret) == ["*** ***"]


@pytest.mark.parametrize("value", ["[" * 30_000, '{"a":' * 900 + '"hunter22"' + "}" * 900])
def test_words_about_a_value_nested_too_deep_to_search_are_withheld(call: Call, value: str) -> None:
    secret = operations.create_secret(call, name="s", client_request_token=FIRST_VERSION, secret_string=value).secret

    (text,) = without_values(["it was hunter22"], secret)

    assert "hunter22" not in text


def test_a_number_of_many_digits_does_not_stop_the_search(call: Call) -> None:
    digits = "1" * 5_000
    secret = operations.create_secret(
        call, name="s", client_request_token=FIRST_VERSION, secret_string=f'{{"p": "hunter22", "n": {digits}}}'
    ).secret

    assert without_values([f"hunter22 {digits}"], secret) == ["*** ***"]


def test_short_values_are_left_alone_because_they_are_in_every_text(call: Call) -> None:
    secret = operations.create_secret(
        call, name="s", client_request_token=FIRST_VERSION, secret_string='{"a": "in", "b": true, "c": 42}'
    ).secret

    assert without_values(["in line 42: true"], secret) == ["in line 42: true"]


def test_the_longer_of_two_values_is_masked_first() -> None:
    assert mask("prefix-and-more", {"prefix", "prefix-and-more"}) == "***"


def test_halves_of_characters_in_a_value_hide_nothing(call: Call) -> None:
    """They made the search fail with an error of its own, and the step with it."""
    secret = operations.create_secret(
        call,
        name="s",
        client_request_token=FIRST_VERSION,
        secret_string=json.dumps({"password": "\ud83dhunter2", "user": "somebody"}),
    ).secret

    assert without_values(["\ud83dhunter2 of somebody"], secret) == ["*** of ***"]
    assert storable("a\ud83db\0c") == "a?b\N{REPLACEMENT CHARACTER}c"
