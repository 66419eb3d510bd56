"""Secret details: the description and the encryption key."""

import uuid
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, KeyState, KmsKey, Secret
from tests.console.secret.pages import HTMX, address, post, read
from tests.factories import Person, make_key, make_secret

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


def test_new_version_under_a_new_key_is_one_call(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    make_key("alias/new")
    key = KmsKey.objects.get(aliases__name="alias/new")
    data = {"kms_key_id": key.arn, "client_request_token": token(), "new_version": "on"}

    post(signed_in, "secret-details-edit-encryption-key", secret, data)

    labels = operations.describe_secret(call, secret_id=secret.arn).versions_to_stages
    assert labels == {first: ["AWSPREVIOUS"], data["client_request_token"]: ["AWSCURRENT"]}
    changes = AuditEvent.objects.filter(door="console", read_only=False)
    assert list(changes.values_list("event_name", flat=True)) == ["UpdateSecret"]


def test_old_key_that_is_disabled_by_now_is_said_in_the_dialog(signed_in: Client, call: Call) -> None:
    """The new version would need today's value, which only the disabled key opens: nothing is changed."""
    old = make_key("alias/old")
    secret = make_secret(call, "orders", kms_key_id=old.arn)
    new = make_key("alias/new")
    KmsKey.objects.filter(pk=old.pk).update(state=KeyState.DISABLED)

    answer = post(
        signed_in,
        "secret-details-edit-encryption-key",
        secret,
        {"kms_key_id": new.arn, "client_request_token": token(), "new_version": "on"},
    )

    assert answer.status_code == 422
    assert 'class="alert alert--error"' in answer.content.decode()
    secret.refresh_from_db()
    assert secret.kms_key == old


def test_disabled_key_of_the_secret_is_named_as_such(signed_in: Client, call: Call) -> None:
    key = make_key("alias/old")
    secret = make_secret(call, "orders", kms_key_id=key.arn)
    KmsKey.objects.filter(pk=key.pk).update(state=KeyState.DISABLED)

    shown = read(signed_in, "secret-details-edit-encryption-key", secret)

    assert f"{key.key_id} (not enabled)" in shown


def test_secret_without_a_value_is_asked_for_no_new_version(signed_in: Client, call: Call) -> None:
    empty = make_secret(call, "empty", secret_string=None)
    key = make_key("alias/new")

    shown = read(signed_in, "secret-details-edit-encryption-key", empty)
    post(
        signed_in,
        "secret-details-edit-encryption-key",
        empty,
        {"kms_key_id": key.arn, "client_request_token": token(), "new_version": "on"},
    )

    assert "Create new version" not in shown
    empty.refresh_from_db()
    assert empty.kms_key == key
    assert not empty.versions.exists()


@pytest.mark.parametrize(
    ("route", "data"),
    [
        ("secret-details-edit-description", {"description": "typed by bob"}),
        ("secret-details-edit-encryption-key", {"kms_key_id": ""}),
    ],
)
def test_who_may_only_read_is_refused_in_the_dialog(
    sign_in: Any, bob: Person, secret: Secret, route: str, data: dict[str, str]
) -> None:
    answer = post(sign_in(bob), route, secret, {**data, "client_request_token": token()})

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:UpdateSecret" in answer.content.decode()
    assert data.get("description", "") in answer.content.decode()


def test_replica_refuses_with_awss_sentence(signed_in: Client, secret: Secret) -> None:
    """The menu switches it off; who opens the address all the same is told why."""
    Secret.objects.filter(pk=secret.pk).update(primary_region="eu-west-1")
    data = {"description": "x", "client_request_token": token()}

    answer = post(signed_in, "secret-details-edit-description", secret, data)

    assert answer.status_code == 422
    assert "Operation not permitted on a replica secret." in answer.content.decode()


def test_there_is_no_way_to_change_the_name(signed_in: Client, secret: Secret) -> None:
    """Issue 2: the name and the ARN cannot be changed, and the page offers no way to."""
    page = signed_in.get(address("secret", secret), **HTMX).content.decode()  # type: ignore[arg-type]

    assert "Edit name" not in page
    assert "Rename" not in page
