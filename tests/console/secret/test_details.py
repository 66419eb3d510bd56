"""Secret details: the description and the encryption key."""

import uuid

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import KeyState, KmsKey, Secret
from tests.console.secret.pages import HTMX, address, post, read
from tests.factories import make_key

pytestmark = pytest.mark.django_db


def token() -> str:
    return str(uuid.uuid4())


def test_description_is_saved_and_shown_in_one_answer(signed_in: Client, secret: Secret) -> None:
    data = {"description": "New words", "client_request_token": token()}

    answer = post(signed_in, "secret-details-edit-description", secret, data)

    assert answer.headers["HX-Retarget"] == "#secret"
    assert "dialog:close" in answer.headers["HX-Trigger-After-Swap"]
    assert "New words" in answer.content.decode()
    assert "You successfully updated the secret description." in answer.content.decode()
    secret.refresh_from_db()
    assert secret.description == "New words"


def test_too_long_a_description_is_refused_at_its_field_and_kept(signed_in: Client, secret: Secret) -> None:
    data = {"description": "x" * 2049, "client_request_token": token()}

    answer = post(signed_in, "secret-details-edit-description", secret, data)

    assert answer.status_code == 422
    assert "at most 2048 characters" in answer.content.decode()
    assert "x" * 2049 in answer.content.decode()


def test_without_script_the_answer_is_the_page(signed_in: Client, secret: Secret) -> None:
    url = address("secret-details-edit-description", secret)

    answer = signed_in.post(url, {"description": "d", "client_request_token": token()}, follow=True)

    assert answer.status_code == 200
    assert "You successfully updated the secret description." in answer.content.decode()


def test_enabled_keys_can_be_chosen_by_alias(signed_in: Client, secret: Secret) -> None:
    make_key("alias/in-use")
    KmsKey.objects.filter(pk=make_key("alias/switched-off").pk).update(state=KeyState.DISABLED)

    shown = read(signed_in, "secret-details-edit-encryption-key", secret)

    assert "alias/in-use" in shown
    assert "alias/switched-off" not in shown


@pytest.mark.parametrize(("check_box", "versions"), [("on", 2), ("", 1)])
def test_key_is_changed_with_or_without_a_new_version(
    signed_in: Client, call: Call, secret: Secret, check_box: str, versions: int
) -> None:
    key = make_key("alias/new")
    data = {"kms_key_id": key.arn, "client_request_token": token(), **({"new_version": "on"} if check_box else {})}

    answer = post(signed_in, "secret-details-edit-encryption-key", secret, data)

    assert answer.status_code == 200
    secret.refresh_from_db()
    assert secret.kms_key == key
    assert secret.versions.count() == versions
    value = operations.get_secret_value(call, secret_id=secret.arn).value.string
    assert value == '{"username": "saanvi", "password": "first-password"}'


def test_key_disabled_meanwhile_is_refused_and_nothing_changes(signed_in: Client, secret: Secret) -> None:
    key = make_key("alias/new")
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)

    answer = post(
        signed_in,
        "secret-details-edit-encryption-key",
        secret,
        {"kms_key_id": key.arn, "client_request_token": token(), "new_version": "on"},
    )

    assert answer.status_code == 422
    secret.refresh_from_db()
    assert secret.kms_key is None


def test_there_is_no_way_to_change_the_name(signed_in: Client, secret: Secret) -> None:
    """Issue 2: the name and the ARN cannot be changed, and the page offers no way to."""
    page = signed_in.get(address("secret", secret), **HTMX).content.decode()  # type: ignore[arg-type]

    assert "Edit name" not in page
    assert "Rename" not in page
