"""Sample code: the secret, its Region and this server are filled in; no value is."""

import pytest
from django.test import Client

from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import address, read
from tests.factories import make_secret

pytestmark = pytest.mark.django_db


def test_every_language_names_the_secret_and_the_server(signed_in: Client, secret: Secret) -> None:
    shown = read(signed_in, "secret", secret)

    for language in ["Python 3", "AWS CLI", "Java", "JavaScript", "C#", "Go", "Ruby", "Rust"]:
        assert f"<span>{language}</span>" in shown
    assert shown.count("prod/database") > 8
    assert "first-password" not in shown


def test_name_that_a_shell_would_read_is_quoted(signed_in: Client, call: Call) -> None:
    page = signed_in.get(address("secret", make_secret(call, "rds!db-1")))

    code = {sample["id"]: sample["code"] for sample in page.context["samples"]}
    assert "--secret-id 'rds!db-1'" in code["sample-cli"]
    assert 'SecretId="rds!db-1"' in code["sample-python"]
