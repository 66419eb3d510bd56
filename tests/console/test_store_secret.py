"""Store a new secret: all of it or nothing, and what was typed is kept."""

import uuid
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.factories import make_key, make_secret

pytestmark = pytest.mark.django_db


def store(client: Client, **data: Any) -> Any:
    return client.post("/store-a-new-secret", {"client_request_token": str(uuid.uuid4()), **data}, follow=True)


def test_secret_is_stored_with_everything_asked_for(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")

    answer = store(
        signed_in,
        name="prod/new",
        description="d",
        secret_string='{"a":"b"}',
        kms_key_id=key.arn,
        tag_key=["team", ""],
        tag_value=["x", ""],
    )

    assert "You successfully stored the secret prod/new" in answer.content.decode()
    described = operations.describe_secret(call, secret_id="prod/new")
    assert (described.secret.description, described.secret.kms_key) == ("d", key)
    assert [(tag.key, tag.value) for tag in described.tags] == [("team", "x")]
    assert operations.get_secret_value(call, secret_id="prod/new").value.string == '{"a":"b"}'


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "This field is required."),
        ("a b", "Invalid name. Must be a valid name containing alphanumeric characters"),
        ("x" * 513, "at most 512 characters"),
        ("taken", "The operation failed because the secret taken already exists."),
    ],
)
def test_refused_name_is_said_at_its_field_and_the_rest_is_kept(
    signed_in: Client, call: Call, name: str, message: str
) -> None:
    make_secret(call, "taken")

    answer = store(signed_in, name=name, description="kept words", secret_string="kept value")

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "kept words" in answer.content.decode()
    assert "kept value" in answer.content.decode()
    assert Secret.objects.count() == 1


def test_wrong_tag_stores_nothing_and_is_named(signed_in: Client) -> None:
    answer = store(signed_in, name="n", secret_string="v", tag_key=["aws:x"], tag_value=[""])

    assert answer.status_code == 422
    assert "Tag keys that begin with aws: are reserved." in answer.content.decode()
    assert not Secret.objects.exists()


def test_untouched_value_makes_a_secret_without_one(signed_in: Client) -> None:
    store(signed_in, name="n", secret_string='{"":""}')

    assert Secret.objects.get().versions.count() == 0
