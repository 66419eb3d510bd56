"""The call beside the click: asked for while a form is filled in, offered after a change; never with a value."""

import re
from typing import Any

import pytest
from django.test import Client

from secrets_app.models import AuditEvent, Secret
from tests.console.secret.pages import HTMX, post, read

pytestmark = pytest.mark.django_db


def preview(client: Client, secret: Secret, form: dict[str, Any], route: str = "secret-value-edit") -> str:
    answer = client.post(f"/equivalent-call/{route}?name={secret.name}&region={secret.region}", form, **HTMX)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(answer: Any) -> str:
    """Without the markup of the colours."""
    return re.sub("<[^>]*>", "", answer.content.decode())


def test_dialog_has_a_section_that_asks_for_the_call(signed_in: Client, secret: Secret) -> None:
    dialog = read(signed_in, "secret-details-edit-description", secret)

    assert f'hx-post="/equivalent-call/secret-details-edit-description?name={secret.name.replace("/", "%2F")}' in dialog
    assert 'hx-params="not secret_string"' in dialog


def test_preview_does_reads_and_writes_down_nothing(signed_in: Client, secret: Secret) -> None:
    before = AuditEvent.objects.count()

    shown = preview(signed_in, secret, {"description": "as typed"}, "secret-details-edit-description")

    assert "as typed" in shown
    assert AuditEvent.objects.count() == before
    secret.refresh_from_db()
    assert secret.description == ""


def test_preview_never_echoes_a_value(signed_in: Client, secret: Secret) -> None:
    shown = preview(signed_in, secret, {"secret_string": "hunter2"})

    assert "hunter2" not in shown
    assert "file://value.txt" in shown
    assert "****" not in shown


def test_preview_escapes_what_was_typed(signed_in: Client, secret: Secret) -> None:
    shown = preview(signed_in, secret, {"description": "<script>alert(1)</script>"}, "secret-details-edit-description")

    assert "<script>" not in shown


def test_preview_of_what_is_no_dialog_is_not_found(signed_in: Client) -> None:
    assert signed_in.post("/equivalent-call/secrets-list", {}).status_code == 404
    assert signed_in.get("/equivalent-call/secret-value-edit").status_code == 405


def test_preview_is_a_page_without_script(signed_in: Client, secret: Secret) -> None:
    address = f"/equivalent-call/secret-deletion-delete?name={secret.name}"

    page = signed_in.post(address, {"recovery_window_in_days": "9"}).content.decode()

    assert "<html" in page
    assert "--recovery-window-in-days" in page


def test_flash_offers_the_call_that_was_made(signed_in: Client, secret: Secret) -> None:
    form = {"description": "new", "client_request_token": "6f1a9a0e-77d4-4a7e-8a7c-0d6b4f4b2f11"}

    answer = post(signed_in, "secret-details-edit-description", secret, form)

    assert "You successfully updated the secret description." in text_of(answer)
    assert "aws secretsmanager update-secret" in text_of(answer)
    assert "6f1a9a0e" not in answer.content.decode().split("flash__call")[1]


def test_flash_of_a_new_value_does_not_show_it(signed_in: Client, secret: Secret) -> None:
    current = secret.versions.get().version_id
    form = {"secret_string": "hunter2", "edited_version_id": current, "client_request_token": current[:-1] + "x"}

    answer = post(signed_in, "secret-value-edit", secret, form)

    assert "aws secretsmanager put-secret-value" in text_of(answer)
    assert "hunter2" not in answer.content.decode()


def test_flash_survives_the_way_to_the_next_page(signed_in: Client, secret: Secret) -> None:
    """Without script it waits in the session, still markup."""
    address = f"/secret/deletion/delete?name={secret.name}&region={secret.region}"

    page = signed_in.post(address, {"recovery_window_in_days": "9"}, follow=True)

    assert "aws secretsmanager delete-secret" in text_of(page)
    assert '<details class="expandable flash__call">' in page.content.decode()


def test_what_was_refused_is_not_offered(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, "secret-deletion-delete", secret, {"recovery_window_in_days": "99"})

    assert answer.status_code == 422
    assert answer.wsgi_request.call.made == []
