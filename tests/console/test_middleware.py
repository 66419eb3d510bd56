"""From a session to a call: where it came from, and where somebody without a session is sent."""

from typing import Any

import pytest
from django.test import Client

from secrets_app.models import AuditEvent
from tests.factories import Person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("behind_tls", "address"), [(True, "203.0.113.9"), (False, "127.0.0.1")])
def test_only_a_proxy_of_our_own_is_believed(signed_in: Client, settings: Any, behind_tls: bool, address: str) -> None:
    settings.BEHIND_TLS = behind_tls

    signed_in.get("/", headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.9", "X-Forwarded-Proto": "https"})

    assert AuditEvent.objects.get(event_name="ListSecrets").source_ip == address


@pytest.mark.parametrize(
    ("page", "next_page"),
    [
        ("http://testserver/secret/?name=x", "/secret/%3Fname%3Dx"),
        ("https://evil.example/a", "/a"),
        ("http://[", "/"),
    ],
)
def test_htmx_without_a_session_leads_back_to_the_page_it_was_on(client: Client, page: str, next_page: str) -> None:
    answer = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": page})

    assert answer.headers["HX-Redirect"] == f"/sign-in?next={next_page}"


def test_a_nul_in_a_form_is_refused_and_kept_out_of_the_audit_trail(signed_in: Client, alice: Person) -> None:
    answer = signed_in.get("/secret/", {"name": "a\0b"})

    assert answer.status_code == 400
    assert "\0" not in AuditEvent.objects.get(principal_arn=alice.arn).error_message
