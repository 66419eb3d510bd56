"""White space in a value that nobody sees: named where it is, and never the value."""

import pytest
from django.test import Client

from console.secret.white_space import warnings
from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret

TOKEN = "0d6e1f0c-7e26-4d26-9c3b-000000000001"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain", []),
        ("two words", []),
        ("pasted\n", ["The secret value begins or ends with white space."]),
        ("a\tb", ["The secret value holds a tab."]),
        ("\ufeffa", ["The secret value holds an invisible character."]),
        ("a\x07", ["The secret value holds a control character."]),
        ('{"user": "diegor", "password": "p\\t"}', [
            "The value of password begins or ends with white space and holds a tab."
        ]),
        ('{"user ": "diegor"}', ["The key user begins or ends with white space."]),
        ('{\n  "user": "diegor"\n}\n', []),
        ('{"nested": {"a": " b"}}', []),
        ('{"a":" 1","b":" 2","c":" 3","d":" 4"}', [
            *(f"The value of {key} begins or ends with white space." for key in "abc"), "1 more are like that."
        ]),
    ],
)  # fmt: skip
def test_what_nobody_sees_is_named(text: str, said: list[str]) -> None:
    assert warnings(text) == said


@pytest.mark.django_db
def test_value_is_stored_as_it_is_and_the_warning_shown(signed_in: Client, call: Call, secret: Secret) -> None:
    (current,) = operations.describe_secret(call, secret_id=secret.name).versions_to_stages
    posted = {"secret_string": "pasted\t", "edited_version_id": current, "client_request_token": TOKEN}

    page = signed_in.post(f"/secret/value/edit?name={secret.name}&region=us-west-2", posted, follow=True)

    assert "The secret value begins or ends with white space and holds a tab." in page.content.decode()
    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "pasted\t"
