"""The password generator: every rule of GetRandomPassword, and where its answer goes."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.store_secret.password_form import NotAnObjectError, with_password
from secrets_app.models import AuditEvent
from tests.console.store_secret.wizard import DATABASE, OTHER, Wizard
from tests.factories import Person

pytestmark = pytest.mark.django_db

RULES = {"password_length": "20", "require_each_included_type": "on", "password_key": "password"}


def password_of(wizard: Wizard, name: str) -> str:
    text = wizard.get("choose-secret-type").context["form"][name].value()
    return str(json.loads(text)["password"] if name == "secret_string" else text)


def test_password_of_a_database_is_generated_by_the_rules(signed_in: Client) -> None:
    wizard = Wizard(signed_in)
    rules = {**RULES, "exclude_punctuation": "on", "exclude_uppercase": "on", "exclude_characters": "abc123"}

    wizard.post("choose-secret-type", "generate", **DATABASE, **rules)

    password = password_of(wizard, "password")
    assert len(password) == 20
    assert password.isalnum()
    assert password == password.lower()
    assert not set(password) & set("abc123")
    assert AuditEvent.objects.filter(event_name="GetRandomPassword").count() == 1
    assert wizard.get("choose-secret-type").context["password_form"]["exclude_characters"].value() == "abc123"


def test_password_goes_under_its_key_beside_what_is_there(signed_in: Client) -> None:
    wizard = Wizard(signed_in)

    wizard.post("choose-secret-type", "generate", **{**OTHER, "secret_string": '{"n": 1.50, "password": "x"}'}, **RULES)

    assert len(password_of(wizard, "secret_string")) == 20
    text = wizard.get("choose-secret-type").context["form"]["secret_string"].value()
    assert text.startswith('{"n": 1.50, "password": ')


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"password_length": "3"}, "Password length is too short based on the required types."),
        ({"password_length": "5000"}, "less than or equal to 4096"),
        (
            {f"exclude_{kind}": "on" for kind in ("lowercase", "uppercase", "numbers", "punctuation")},
            "No characters are left to build a password from.",
        ),
    ],
)
def test_impossible_rules_are_refused_and_what_was_typed_stays(
    signed_in: Client, rules: dict[str, Any], message: str
) -> None:
    answer = Wizard(signed_in).post("choose-secret-type", "generate", **DATABASE, **{**RULES, **rules})

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="db.test"' in answer.content.decode()


def test_who_may_not_generate_hears_it(sign_in: Callable[[Person], Client], mallory: Person) -> None:
    answer = Wizard(sign_in(mallory)).post("choose-secret-type", "generate", **DATABASE, **RULES)

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:GetRandomPassword" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '{"k": "new"}'),
        ('{"":""}', '{"k": "new"}'),
        ('{"k": 1, "z": [1.0, null, {"a": true}]}', '{"k": "new", "z": [1.0, null, {"a": true}]}'),
        ('{"a": 12345678901234567890.10}', '{"a": 12345678901234567890.10, "k": "new"}'),
    ],
)
def test_the_rest_of_the_value_stays_as_it_is(text: str, expected: str) -> None:
    assert with_password(text, "k", "new") == expected


@pytest.mark.parametrize("text", ["plain", "[1]", "{", '"text"'])
def test_text_without_keys_is_not_overwritten(text: str) -> None:
    with pytest.raises(NotAnObjectError):
        with_password(text, "k", "new")
