"""Delete secret and cancel the deletion."""

from datetime import timedelta

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import post, read

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
    assert "hx-post" not in shown  # no value to retrieve
