"""Delete secret and cancel the deletion."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import address, post, read
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


def test_page_shows_both_dates_and_the_days_that_are_left(signed_in: Client, secret: Secret) -> None:
    post(signed_in, "secret-deletion-delete", secret, {"recovery_window_in_days": "7"})

    shown = read(signed_in, "secret", secret)

    assert "Deletion requested on" in shown
    assert "To be deleted on" in shown
    assert shown.count("7 days left") == 2


def test_last_day_is_one_day(signed_in: Client, secret: Secret) -> None:
    now = datetime.now(UTC)
    Secret.objects.filter(pk=secret.pk).update(deleted_at=now - timedelta(days=7), deletion_at=now + timedelta(hours=1))

    assert "1 day left" in read(signed_in, "secret", secret)


def test_what_is_over_its_date_goes_any_moment(signed_in: Client, secret: Secret) -> None:
    now = datetime.now(UTC)
    Secret.objects.filter(pk=secret.pk).update(deleted_at=now - timedelta(days=8), deletion_at=now - timedelta(days=1))

    assert "any moment now" in read(signed_in, "secret", secret)


AT_ONCE = "secret-deletion-delete-now"


def test_deletion_at_once_asks_for_the_name_and_goes_to_the_list(signed_in: Client, secret: Secret) -> None:
    assert "/secret/deletion/delete-now" in read(signed_in, "secret-deletion-delete", secret)
    assert "To confirm, enter the secret&#x27;s name" in read(signed_in, AT_ONCE, secret)

    answer = post(signed_in, AT_ONCE, secret, {"confirmation": secret.name})

    assert answer.headers["HX-Redirect"] == "/"
    assert not Secret.objects.filter(pk=secret.pk).exists()
    assert "You successfully deleted the secret prod/database." in signed_in.get("/").content.decode()


def test_deletion_at_once_without_script(signed_in: Client, secret: Secret) -> None:
    answer = signed_in.post(address(AT_ONCE, secret), {"confirmation": secret.name})

    assert answer.headers["Location"] == "/"
    assert not Secret.objects.filter(pk=secret.pk).exists()


@pytest.mark.parametrize("typed", ["", "prod", "PROD/DATABASE", "delete"])
def test_other_than_the_name_deletes_nothing(signed_in: Client, secret: Secret, typed: str) -> None:
    answer = post(signed_in, AT_ONCE, secret, {"confirmation": typed})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert Secret.objects.filter(pk=secret.pk).exists()


def test_deletion_at_once_is_refused_to_who_may_only_read(sign_in: Any, bob: Person, secret: Secret) -> None:
    answer = post(sign_in(bob), AT_ONCE, secret, {"confirmation": secret.name})

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:DeleteSecret" in answer.content.decode()
    assert Secret.objects.filter(pk=secret.pk).exists()


def test_deletion_at_once_of_nothing_is_not_found(signed_in: Client, secret: Secret) -> None:
    """The API deletes what isn't there without complaint (api.md 5.10); a person is told."""
    post(signed_in, AT_ONCE, secret, {"confirmation": secret.name})

    answer = signed_in.post(address(AT_ONCE, secret), {"confirmation": secret.name})

    assert answer.status_code == 404


@pytest.mark.parametrize("state", [{"primary_region": "eu-west-1"}, {"owning_service": "rds"}])
@pytest.mark.parametrize("route", ["secret-deletion-delete", AT_ONCE])
def test_replica_and_owned_secret_are_not_deleted(
    signed_in: Client, secret: Secret, state: dict[str, str], route: str
) -> None:
    Secret.objects.filter(pk=secret.pk).update(**state)

    answer = post(signed_in, route, secret, {"confirmation": secret.name, "recovery_window_in_days": "7"})

    assert answer.status_code == 422
    assert Secret.objects.filter(pk=secret.pk, deleted_at=None).exists()
    assert "/secret/deletion/delete" not in read(signed_in, "secret", secret)
