"""The list of secrets: search, order, pages and states, all in the URL."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db

HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/{query}", **HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


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

    with django_assert_max_num_queries(10):
        shown(signed_in)
