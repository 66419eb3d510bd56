"""Event history of one secret."""

import json
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests import factories
from tests.console.secret.pages import address, read
from tests.factories import make_secret

pytestmark = pytest.mark.django_db


def test_history_holds_this_secrets_events_only(signed_in: Client, call: Call, secret: Secret) -> None:
    other = make_secret(call, "other")
    operations.get_secret_value(call, secret_id=secret.arn)
    operations.delete_secret(call, secret_id=other.arn)

    shown = read(signed_in, "secret", secret, tab="history")

    assert "GetSecretValue" in shown
    assert "DeleteSecret" not in shown


def test_older_events_are_a_page_away(signed_in: Client, call: Call, secret: Secret) -> None:
    for _ in range(60):
        operations.get_secret_value(call, secret_id=secret.arn)

    page = signed_in.get(address("secret", secret, tab="history"))
    older = signed_in.get(page.context["older_url"])

    assert page.content.decode().count("<tr>") == 51
    assert "CreateSecret" in older.content.decode()


def test_who_may_not_look_events_up_is_told_so(sign_in: Any, secret: Secret) -> None:
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    dora = factories.make_person("dora", json.loads(json.dumps({"Version": "2012-10-17", "Statement": [statement]})))

    page = sign_in(dora).get(address("secret", secret, tab="history"))

    assert page.status_code == 200
    assert "is not authorized to perform: cloudtrail:LookupEvents" in page.content.decode()
