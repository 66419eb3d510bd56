"""Event history of the account: filters, details, and no value anywhere."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import AuditEvent
from tests.factories import Person, make_account, make_call, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(call: Call, mallory: Person) -> None:
    make_secret(call, "one", secret_string="value-marker")
    operations.get_secret_value(call, secret_id="one")
    make_secret(call, "two")
    with pytest.raises(AccessDeniedException):
        operations.get_secret_value(make_call(mallory), secret_id="one")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("?secret=one", 3),
        ("?event=GetSecretValue", 2),
        ("?user=mallory", 1),
        ("?changes=on", 2),
        ("?failures=on", 1),
        ("?secret=one&failures=on&user=alice", 0),
    ],
)
def test_filters_narrow(signed_in: Client, events: None, query: str, count: int) -> None:
    page = signed_in.get(f"/event-history/{query}")

    assert len(page.context["events"]) == count


def test_details_show_everything_but_values(signed_in: Client, events: None) -> None:
    created = AuditEvent.objects.get(event_name="CreateSecret", secret_name="one")

    shown = signed_in.get(f"/event-history/{created.pk}").content.decode()

    assert created.request_id in shown
    assert "value-marker" not in shown


def test_other_accounts_and_regions_events_are_not_shown(signed_in: Client, events: None) -> None:
    make_account("999999999999")
    AuditEvent.objects.filter(event_name="CreateSecret").update(account="999999999999")
    AuditEvent.objects.filter(error_code="").exclude(event_name="CreateSecret").update(region="eu-west-1")

    page = signed_in.get("/event-history/")

    assert [entry["event"].error_code for entry in page.context["events"]] == ["AccessDeniedException"]
    foreign = AuditEvent.objects.filter(account="999999999999").first()
    assert foreign is not None
    assert signed_in.get(f"/event-history/{foreign.pk}").status_code == 404


def test_who_may_not_look_events_up_is_told_so(sign_in: Any, mallory: Person) -> None:
    page = sign_in(mallory).get("/event-history/").content.decode()

    assert "is not authorized to perform: cloudtrail:LookupEvents" in page


def test_events_of_another_region_open_there(signed_in: Client, alice: Person) -> None:
    """Details of an event on the page of an eu-west-1 secret were once looked for in the session's Region."""
    make_secret(make_call(alice, region="eu-west-1"), "irish")
    page = signed_in.get("/event-history/?region=eu-west-1")
    signed_in.post("/change-region", {"region": "us-west-2", "next": "/"})

    assert signed_in.get(page.context["events"][0]["url"]).status_code == 200
