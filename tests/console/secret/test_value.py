"""Secret value: nothing of it leaves the server before somebody asks; then masked, never cached."""

import uuid
from typing import Any

import pytest
from django.test import Client

from console.secret.value import rows_of
from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests.conftest import Person
from tests.console.secret.pages import address, post, read
from tests.factories import make_secret, make_version

pytestmark = pytest.mark.django_db


def save(client: Client, secret: Secret, text: str, **more: Any) -> Any:
    data = {"secret_string": text, "client_request_token": str(uuid.uuid4()), **more}
    return post(client, "secret-value-edit", secret, data)


def test_page_does_not_hold_the_value_before_it_is_asked_for(signed_in: Client, secret: Secret) -> None:
    page = signed_in.get(address("secret", secret)).content.decode()

    assert "Retrieve secret value" in page
    assert "first-password" not in page


def test_retrieving_is_a_post_audited_and_not_cached(signed_in: Client, secret: Secret) -> None:
    assert signed_in.get(address("secret-value-retrieve", secret)).status_code == 405

    answer = post(signed_in, "secret-value-retrieve", secret, {})

    assert "first-password" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert AuditEvent.objects.filter(event_name="GetSecretValue", door="console").count() == 1


def test_refused_retrieval_says_why_in_the_panel(sign_in: Any, mallory: Person, bob: Person, secret: Secret) -> None:
    operations_only = sign_in(bob)
    Secret.objects.filter(pk=secret.pk).update(name="prod/database")
    assert post(operations_only, "secret-value-retrieve", secret, {}).status_code == 200

    answer = sign_in(mallory).post(address("secret-value-retrieve", secret))

    assert answer.status_code == 403
    assert "first-password" not in answer.content.decode()


def test_value_is_saved_as_a_new_version(signed_in: Client, call: Call, secret: Secret) -> None:
    answer = save(signed_in, secret, '{"username":"saanvi","password":"second"}')

    assert "You successfully updated the secret value." in answer.content.decode()
    assert "second" not in answer.content.decode()
    current = operations.get_secret_value(call, secret_id=secret.arn)
    previous = operations.get_secret_value(call, secret_id=secret.arn, version_stage="AWSPREVIOUS")
    assert current.value.string == '{"username":"saanvi","password":"second"}'
    assert "first-password" in (previous.value.string or "")


def test_form_sent_twice_stores_once(signed_in: Client, secret: Secret) -> None:
    token = str(uuid.uuid4())
    edited = secret.versions.get().version_id
    for _ in range(2):
        answer = save(signed_in, secret, "second", client_request_token=token, edited_version_id=edited)
        assert answer.status_code == 200

    assert secret.versions.count() == 2


def test_somebody_elses_newer_value_is_not_overwritten_unseen(signed_in: Client, call: Call, secret: Secret) -> None:
    edited = secret.versions.get().version_id
    make_version(call, secret, "theirs")

    answer = save(signed_in, secret, "mine", edited_version_id=edited)

    assert answer.status_code == 422
    assert "Somebody stored another value meanwhile" in answer.content.decode()
    assert "mine" in answer.content.decode()


def test_line_breaks_come_back_as_they_were_typed(signed_in: Client, call: Call, secret: Secret) -> None:
    save(signed_in, secret, "one\r\ntwo")

    assert operations.get_secret_value(call, secret_id=secret.arn).value.string == "one\ntwo"


def test_empty_value_is_refused_at_the_field(signed_in: Client, secret: Secret) -> None:
    answer = save(signed_in, secret, "")

    assert answer.status_code == 422
    assert "Enter a secret value." in answer.content.decode()


def test_secret_without_a_value_offers_to_set_one(signed_in: Client, call: Call) -> None:
    empty = make_secret(call, "empty", secret_string=None)

    answer = post(signed_in, "secret-value-retrieve", empty, {}).content.decode()

    assert "This secret has no value yet" in answer
    assert "Set secret value" in answer
    assert 'name="secret_string"' in read(signed_in, "secret-value-edit", empty)


def test_binary_is_shown_as_size_and_base64(signed_in: Client, call: Call) -> None:
    binary = make_secret(call, "binary", secret_binary=b"\x00\x01")

    answer = post(signed_in, "secret-value-retrieve", binary, {}).content.decode()

    assert "2 bytes" in answer
    assert "AAE=" in answer


def test_markup_in_a_value_is_text(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "xss", secret_string='{"<b>k</b>": "<script>alert(1)</script>"}')

    answer = post(signed_in, "secret-value-retrieve", secret, {}).content.decode()

    assert "<script>alert(1)" not in answer
    assert "<b>k</b>" not in answer


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('{"a": "b", "port": 5432, "on": true}', [("a", "b"), ("port", "5432"), ("on", "true")]),
        ('{"price": 1.10}', [("price", "1.10")]),
        ("{}", []),
        ('{"a": null}', None),
        ('{"a": {"b": 1}}', None),
        ('{"a": 1, "a": 2}', None),
        ('["a"]', None),
        ('[["a", "b"]]', None),
        ("text", None),
    ],
)
def test_only_a_flat_object_has_rows(text: str, rows: list[tuple[str, str]] | None) -> None:
    assert rows_of(text) == rows
