"""Delete secret and cancel the deletion."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import post, read
from tests.factories import Person

pytestmark = pytest.mark.django_db


def test_deletion_is_scheduled_and_the_page_says_so(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, "secret-deletion-delete", secret, {"recovery_window_in_days": "7"})

    shown = answer.content.decode()
    assert "This secret has been scheduled for deletion" in shown
    assert "Cancel deletion" in shown
    secret.refresh_from_db()
    assert secret.deleted_at is not None
    assert secret.deletion_at == secret.deleted_at + timedelta(days=7)


@pytest.mark.parametrize("days", ["6", "31", "", "a week"])
def test_other_periods_are_refused_at_the_field(signed_in: Client, secret: Secret, days: str) -> None:
    answer = post(signed_in, "secret-deletion-delete", secret, {"recovery_window_in_days": days})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    secret.refresh_from_db()
    assert secret.deleted_at is None


def test_deletion_is_cancelled(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    answer = post(signed_in, "secret-deletion-cancel", secret, {})

    assert "Retrieve secret value" in answer.content.decode()
    assert operations.describe_secret(call, secret_id=secret.arn).secret.deleted_at is None


def test_what_is_scheduled_for_deletion_is_switched_off_with_the_reason(
    signed_in: Client, call: Call, secret: Secret
) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    shown = read(signed_in, "secret", secret)

    assert "marked for deletion" in shown
    assert 'hx-post="/secret/value/retrieve' not in shown  # no value to retrieve


@pytest.mark.parametrize(
    ("route", "action"), [("secret-deletion-delete", "DeleteSecret"), ("secret-deletion-cancel", "RestoreSecret")]
)
def test_who_may_only_read_is_refused_in_the_dialog(
    sign_in: Any, bob: Person, secret: Secret, route: str, action: str
) -> None:
    answer = post(sign_in(bob), route, secret, {"recovery_window_in_days": "7"})

    assert answer.status_code == 422
    assert f"is not authorized to perform: secretsmanager:{action}" in answer.content.decode()
    secret.refresh_from_db()
    assert secret.deleted_at is None


def test_primary_with_replicas_is_not_deleted(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}])

    answer = post(signed_in, "secret-deletion-delete", secret, {"recovery_window_in_days": "7"})

    assert answer.status_code == 422
    assert "that still has replica regions [eu-west-1]." in answer.content.decode()


def test_dialog_shows_both_ends_of_the_window(signed_in: Client, secret: Secret) -> None:
    today = datetime.now(UTC)

    shown = read(signed_in, "secret-deletion-delete", secret)

    for days in (7, 30):
        end = today + timedelta(days=days)
        assert f"{end.month}/{end.day}/{end.year}" in shown
    assert 'value="30"' in shown


@pytest.mark.parametrize("tab", ["overview", "rotation", "versions", "replication", "tags", "history"])
def test_every_tab_of_a_secret_scheduled_for_deletion_opens(
    signed_in: Client, call: Call, secret: Secret, tab: str
) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    assert "This secret has been scheduled for deletion" in read(signed_in, "secret", secret, tab=tab)
