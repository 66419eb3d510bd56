"""Preferences of the list: kept with the person, in every browser; an address says more than they do."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from tests.console.secrets_list.shown import HTMX, names_in, shown
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db

URL = "/secrets/preferences"


def test_dialog_shows_what_is_preferred_now(signed_in: Client) -> None:
    page = signed_in.get(URL, **HTMX).content.decode()

    assert 'value="25" id="id_page_size_1" checked' in page.replace(" required", "")
    assert "Show secrets scheduled for deletion" in page


def test_columns_page_size_and_density_are_kept_with_the_person(sign_in: Any, alice: Person, call: Call) -> None:
    make_secret(call, "tagged", tags=[{"Key": "team", "Value": "orders"}], description="unseen")
    for number in range(10):
        make_secret(call, f"s{number}")

    wanted = {"page_size": "10", "columns": ["tags", "last-changed"], "density": "compact"}
    answer = sign_in(alice).post(f"{URL}?next=/%3Fregion%3Dus-west-2", wanted, **HTMX)

    assert answer.headers["HX-Redirect"] == "/?region=us-west-2"
    page = sign_in(alice).get("/").content.decode()
    assert len(names_in(page)) == 10
    assert "team=orders" in page
    assert "Last changed (UTC)" in page
    assert "unseen" not in page
    assert 'data-density="compact"' in page


def test_secrets_scheduled_for_deletion_can_be_preferred_and_still_be_hidden_by_the_address(
    signed_in: Client, call: Call
) -> None:
    operations.delete_secret(call, secret_id=make_secret(call, "going").arn)
    signed_in.post(URL, {"page_size": "25", "density": "comfortable", "show_deleted": "on"})

    assert names_in(shown(signed_in)) == ["going"]
    assert names_in(shown(signed_in, "?deleted=0")) == []


@pytest.mark.parametrize(
    "wrong",
    [{"page_size": "1000"}, {"columns": ["no-such-column"]}, {"density": "none"}],
)
def test_what_is_not_offered_is_refused(signed_in: Client, wrong: dict[str, Any]) -> None:
    answer = signed_in.post(URL, {"page_size": "25", "density": "comfortable", **wrong}, **HTMX)

    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


def test_preferences_of_another_release_do_no_harm(signed_in: Client, alice: Person, call: Call) -> None:
    make_secret(call, "there")
    alice.principal.console_preferences = {"secrets_list": {"page_size": 7, "columns": ["gone"], "show_deleted": "?"}}
    alice.principal.save(update_fields=["console_preferences"])

    assert names_in(shown(signed_in)) == ["there"]


def test_another_site_is_no_way_back(signed_in: Client) -> None:
    answer = signed_in.post(f"{URL}?next=https://example.org/", {"page_size": "25", "density": "comfortable"})

    assert answer.headers["Location"] == "/"
