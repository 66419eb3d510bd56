"""The list of secrets: search, order, pages and states, all in the URL."""

import re
from typing import Any

import pytest
from django.test import Client

from console.secrets_list.view import ListView
from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secrets_list.shown import names_in, next_of, previous_of, shown
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db


def test_secrets_are_listed_with_links_to_their_pages(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/db", description="the database")

    page = signed_in.get("/").content.decode()

    assert 'href="/secret/?name=prod%2Fdb&amp;region=us-west-2"' in page
    assert "the database" in page
    assert "Store a new secret" in page


def test_only_the_chosen_region_is_listed(signed_in: Client, make_call: Any) -> None:
    make_secret(make_call(region="eu-west-1"), "in-ireland")

    assert "in-ireland" not in shown(signed_in)
    signed_in.post("/change-region", {"region": "eu-west-1", "next": "/"})
    assert "in-ireland" in shown(signed_in)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?search=alpha", ["AlphaOne"]),
        ("?search=one", ["AlphaOne"]),
        ("?property=name&search=beta", ["beta"]),
        ("?property=name&search=%21beta", ["AlphaOne"]),
        ("?property=tag-key&search=team", ["beta"]),
        ("?search=alpha%23one", ["AlphaOne"]),
        ("?search=nothing-like-it", []),
    ],
)
def test_search_is_in_the_url(signed_in: Client, call: Call, query: str, found: list[str]) -> None:
    make_secret(call, "AlphaOne")
    make_secret(call, "beta", tags=[{"Key": "team", "Value": "x"}])

    page = shown(signed_in, query)

    assert [name for name in ("AlphaOne", "beta") if f">{name}</a>" in page] == found
    assert ("No matches" in page) == (not found)


def test_bad_filter_is_said_and_kept(signed_in: Client) -> None:
    page = shown(signed_in, "?property=name&search=%C3%A9")

    assert "Member must satisfy regular expression pattern" in page
    assert 'value="é"' in page


def test_order_is_turned_round_by_the_header(signed_in: Client, call: Call) -> None:
    for name in ("b", "a", "c"):
        make_secret(call, name)

    page = shown(signed_in, "?sort=name&order=desc")

    assert page.index(">c</a>") < page.index(">b</a>") < page.index(">a</a>")
    assert 'aria-sort="descending"' in page
    assert "sort=name&amp;order=asc" in page


def test_pages_are_turned_forward_and_back(signed_in: Client, call: Call) -> None:
    for number in range(26):
        make_secret(call, f"s{number:02}")
    first = shown(signed_in)
    next_url = first.split('rel="next"')[0].rsplit('href="/', 1)[1].split('"')[0].replace("&amp;", "&")

    second = shown(signed_in, next_url)

    assert ">s25</a>" not in first
    assert ">s25</a>" in second
    assert 'rel="prev"' in second


def test_secrets_scheduled_for_deletion_show_on_request(signed_in: Client, call: Call) -> None:
    operations.delete_secret(call, secret_id=make_secret(call, "going").arn)

    assert ">going</a>" not in shown(signed_in)
    assert ">going</a>" in shown(signed_in, "?deleted=1")


def test_empty_region_offers_to_store_the_first_secret(signed_in: Client) -> None:
    assert "There are no secrets in this Region." in shown(signed_in)


def test_who_may_not_list_is_told_so(sign_in: Any, mallory: Person) -> None:
    page = shown(sign_in(mallory))

    assert "You can't list the secrets of this Region" in page
    assert "is not authorized to perform: secretsmanager:ListSecrets" in page


def test_list_costs_as_many_statements_for_a_page_as_for_one(
    signed_in: Client, call: Call, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        make_secret(call, f"s{number}", tags=[{"Key": "k", "Value": "v"}])
    shown(signed_in)

    with django_assert_max_num_queries(11):
        shown(signed_in)


def test_empty_list_of_a_person_with_a_bad_page_token_is_said(signed_in: Client) -> None:
    assert "The NextToken value is invalid." in shown(signed_in, "?token=nonsense")


def test_number_scheduled_for_deletion_is_shown(signed_in: Client, call: Call) -> None:
    assert "scheduled for deletion. " not in shown(signed_in)
    for name in ("one", "two"):
        operations.delete_secret(call, secret_id=make_secret(call, name).arn)

    assert "2 scheduled for deletion." in shown(signed_in)


def test_page_five_thousand_has_an_address_that_is_not_longer(signed_in: Client, call: Call) -> None:
    """As many of the last pages as fit are a link away; from the oldest of them the first page is the way back."""
    for number in range(3):
        make_secret(call, f"s{number}")
    view = ListView(kind="region", region="us-west-2")
    for number in range(5_000):
        view = view.next_page(f"{number:060}")

    assert view.page == 5_001
    assert len(view.url) < 6_000
    assert view.earlier_page(1) is not None
    assert view.earlier_page(100) is None


def test_far_page_leads_back_to_the_first(signed_in: Client, call: Call) -> None:
    for number in range(26):
        make_secret(call, f"s{number:02}")
    token = next_of(shown(signed_in)).split("token=")[1]

    page = shown(signed_in, f"?page=5000&token={token}")

    assert ">s25</a>" in page
    assert '<span aria-current="page">5000</span>' in page
    assert previous_of(page) == "?region=us-west-2"


def test_pages_are_numbered_with_links_to_the_last_few(signed_in: Client, call: Call) -> None:
    signed_in.post("/secrets/preferences", {"page_size": "10", "density": "comfortable"})
    for number in range(55):
        make_secret(call, f"s{number:02}")
    page = shown(signed_in)
    for _ in range(5):
        page = shown(signed_in, next_of(page))

    assert re.findall(r'aria-label="Page (\d+)"', page) == ["1", "3", "4", "5"]
    assert 'rel="next"' not in page
    assert names_in(page) == [f"s{number}" for number in range(50, 55)]
    assert names_in(shown(signed_in, previous_of(page)))[0] == "s40"


def test_going_back_in_the_browser_gets_the_whole_page(signed_in: Client) -> None:
    """Once only the table came: htmx puts what it gets in place of the body when it restores a page."""
    answer = signed_in.get("/", HTTP_HX_REQUEST="true", HTTP_HX_HISTORY_RESTORE_REQUEST="true")

    assert "<!doctype html>" in answer.content.decode()


def test_managed_and_scheduled_secrets_are_marked(signed_in: Client, call: Call) -> None:
    Secret.objects.filter(pk=make_secret(call, "owned").pk).update(owning_service="rds")
    operations.delete_secret(call, secret_id=make_secret(call, "going").arn)

    page = shown(signed_in, "?deleted=1")

    assert "<td>rds</td>" in page
    assert "Scheduled for deletion</span>" in page
    assert "To be deleted on (UTC)" in page


def test_text_of_any_direction_keeps_its_own(signed_in: Client, call: Call) -> None:
    make_secret(call, "s", description="סוד")

    assert '<span dir="auto">סוד</span>' in shown(signed_in)


def test_names_and_descriptions_are_escaped(signed_in: Client, call: Call) -> None:
    make_secret(call, "s", description="<script>alert(1)</script>", tags=[{"Key": "<b>", "Value": "<i>"}])
    signed_in.post(
        "/secrets/preferences", {"page_size": "25", "density": "comfortable", "columns": ["tags", "description"]}
    )

    page = shown(signed_in, "?property=all&search=script")

    assert "<script>alert" not in page
    assert "&lt;b&gt;=&lt;i&gt;" in page


def test_list_is_announced_beside_it(signed_in: Client, call: Call) -> None:
    make_secret(call, "s")

    page = shown(signed_in)

    assert 'id="list-status" role="status" hx-swap-oob="innerHTML">1 secret on page 1, the last page.' in page
