"""The secrets of all Regions in one list, and the Region selector."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from secrets_app.call import Call
from tests.console.secrets_list.shown import names_in, next_of, previous_of, shown
from tests.factories import Person, make_person, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def everywhere(make_call: Callable[..., Call]) -> None:
    for region in ("us-west-2", "eu-west-1", "ap-south-1"):
        for number in range(10):
            make_secret(make_call(region=region), f"{region}/{number}")


def test_every_regions_secrets_are_listed_with_links_into_their_region(signed_in: Client, everywhere: None) -> None:
    first = shown(signed_in, "?view=all-regions")
    second = shown(signed_in, next_of(first))

    assert [name.split("/")[0] for name in names_in(first)] == ["ap-south-1"] * 10 + ["eu-west-1"] * 10 + [
        "us-west-2"
    ] * 5
    assert names_in(second) == [f"us-west-2/{number}" for number in range(5, 10)]
    assert "/secret/?name=eu-west-1%2F3&amp;region=eu-west-1" in first
    assert names_in(shown(signed_in, previous_of(second))) == names_in(first)


def test_page_that_ends_with_a_region_goes_on_in_the_next(signed_in: Client, everywhere: None) -> None:
    signed_in.post("/secrets/preferences", {"page_size": "10", "density": "comfortable"})

    first = shown(signed_in, "?view=all-regions")
    second = shown(signed_in, next_of(first))

    assert {name.split("/")[0] for name in names_in(first)} == {"ap-south-1"}
    assert {name.split("/")[0] for name in names_in(second)} == {"eu-west-1"}
    assert len(names_in(second)) == 10


def test_every_region_costs_the_same_few_statements(
    signed_in: Client, everywhere: None, django_assert_max_num_queries: Any
) -> None:
    """Session and person, Regions in use, what is under way; and for each Region secrets, tags, labels, rotation, the
    audit event and its chain's end."""
    shown(signed_in)  # the session says when it was last used

    with django_assert_max_num_queries(5 + 3 * 6):
        shown(signed_in, "?view=all-regions")


def test_search_looks_in_every_region(signed_in: Client, everywhere: None) -> None:
    page = shown(signed_in, "?view=all-regions&filter=name:eu-west-1/3")

    assert names_in(page) == ["eu-west-1/3"]


def test_regions_one_may_not_list_are_named_and_left_out(sign_in: Any, everywhere: None) -> None:
    here = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*", "Condition": here},
        ],
    }

    page = shown(sign_in(make_person("carol", policy)), "?view=all-regions")

    assert "You can&#x27;t list the secrets of eu-west-1." in page or "You can't list the secrets of eu-west-1." in page
    assert {name.split("/")[0] for name in names_in(page)} == {"ap-south-1", "us-west-2"}


def test_who_may_list_nowhere_is_told_so(sign_in: Any, mallory: Person, everywhere: None) -> None:
    page = shown(sign_in(mallory), "?view=all-regions")

    assert "is not authorized to perform: secretsmanager:ListSecrets" in page
    assert names_in(page) == []


def test_list_stays_in_the_region_of_its_address(signed_in: Client, everywhere: None) -> None:
    signed_in.post("/change-region", {"region": "eu-west-1", "next": "/"})

    assert names_in(shown(signed_in, "?region=us-west-2"))[0] == "us-west-2/0"


@pytest.mark.parametrize(
    ("page", "there"),
    [
        ("/?region=us-west-2&filter=name%3Aprod&token=x&page=2", "/?filter=name%3Aprod"),
        ("/?region=us-west-2&view=all-regions", "/"),
        ("/event-history/?region=us-west-2&event=GetSecretValue&before=7", "/event-history/?event=GetSecretValue"),
        ("/encryption-keys/", "/encryption-keys/"),
        ("/secret/?name=only-here&region=us-west-2", "/"),
        ("/secret/?name=everywhere&region=us-west-2&tab=tags", "/secret/?name=everywhere&tab=tags"),
    ],
)
def test_another_region_keeps_the_page(
    signed_in: Client, make_call: Callable[..., Call], page: str, there: str
) -> None:
    make_secret(make_call(), "only-here")
    for region in ("us-west-2", "eu-west-1"):
        make_secret(make_call(region=region), "everywhere")

    answer = signed_in.post("/change-region", {"region": "eu-west-1", "next": page})

    assert answer.headers["Location"] == there
    assert signed_in.get(there).context["current_region"].code == "eu-west-1"
