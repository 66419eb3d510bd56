"""Signing in: who, how often, how long; and what a stranger learns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from secrets_app.models import Principal
from tests.factories import ACCOUNT, Person

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"


@pytest.fixture
def user(alice: Person) -> Principal:
    alice.principal.set_password(PASSWORD)
    alice.principal.save()
    return alice.principal


def sign_in(client: Client, **data: Any) -> Any:
    return client.post("/sign-in", {"account": ACCOUNT, "username": "alice", "password": PASSWORD, **data})


def test_right_password_signs_in_and_goes_back(client: Client, user: Principal) -> None:
    answer = sign_in(client, next="/secret/?name=x")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/secret/?name=x"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_only_own_pages_are_gone_back_to(client: Client, user: Principal, target: str) -> None:
    assert sign_in(client, next=target).headers["Location"] == "/"


@pytest.mark.parametrize("data", [{"password": "wrong"}, {"username": "nobody"}, {"account": "999999999999"}])
def test_every_refusal_reads_alike(client: Client, user: Principal, data: dict[str, str]) -> None:
    answer = sign_in(client, **data)

    assert answer.status_code == 422
    assert "Your authentication information is incorrect." in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_fifth_failure_locks_even_the_right_password_out(client: Client, user: Principal) -> None:
    for _ in range(5):
        sign_in(client, password="wrong")

    answer = sign_in(client)

    assert answer.status_code == 429
    assert "Too many failed attempts." in answer.content.decode()


def test_typed_passwords_are_in_no_table(client: Client, user: Principal) -> None:
    """django-axes keeps the posted form; the field's name is what makes it mask the password (libraries.md 6)."""
    sign_in(client, password="a-wrong-password-marker")

    from axes.models import AccessAttempt

    assert all("a-wrong-password-marker" not in attempt.post_data for attempt in AccessAttempt.objects.all())


def test_inactive_user_is_not_signed_in(client: Client, user: Principal) -> None:
    Principal.objects.update(is_active=False)

    assert sign_in(client).status_code == 422


def test_session_ends_when_idle(signed_in: Client) -> None:
    session = signed_in.session
    past = datetime.now(UTC) - timedelta(seconds=settings.IDLE_SECONDS + 1)
    session["seen_at"] = past.isoformat()
    session.save()

    assert signed_in.get("/").status_code == 302


def test_signing_out_ends_the_session(signed_in: Client) -> None:
    assert signed_in.post("/sign-out").status_code == 302
    assert signed_in.get("/").status_code == 302


def test_forms_without_a_csrf_token_are_refused(user: Principal) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert sign_in(strict).status_code == 403


def test_fragment_asked_without_a_session_sends_the_whole_page_to_sign_in(client: Client) -> None:
    answer = client.get(
        "/secret/tags/edit?name=x",
        HTTP_HX_REQUEST="true",
        HTTP_HX_CURRENT_URL="http://testserver/secret/?name=x&tab=tags",
    )

    assert answer.headers["HX-Redirect"] == "/sign-in?next=/secret/%3Fname%3Dx%26tab%3Dtags"


def test_healthz_answers_anybody(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


def test_preferences_are_kept(signed_in: Client, alice: Person) -> None:
    signed_in.post("/preferences", {"color_mode": "dark", "density": "compact", "next": "/"})

    assert 'data-color-mode="dark"' in signed_in.get("/").content.decode()
    alice.principal.refresh_from_db()
    assert alice.principal.density == "compact"


def test_changing_the_region_leaves_a_page_of_one_region(signed_in: Client) -> None:
    target = "/secret/?name=x&region=us-west-2"

    answer = signed_in.post("/change-region", {"region": "eu-west-1", "next": target})

    assert answer.headers["Location"] == "/"
