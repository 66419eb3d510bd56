"""What a person filters by, as tokens of the address and as Filters of ListSecrets."""

import pytest
from django.test import Client

from console.secrets_list import filters
from console.secrets_list.filters import Token
from secrets_app import replication
from secrets_app.call import Call
from tests.console.secrets_list.shown import names_in, shown
from tests.factories import make_secret


@pytest.mark.parametrize(
    ("key", "typed", "token"),
    [
        ("name", " prod/ ", Token("name", "prod/")),
        ("name", "!prod", Token("name", "!prod")),
        ("all", "a#b%c", Token("all", "a b c")),
        ("description", "#", None),
        ("name", "!", None),
        ("name", "", None),
        ("no-such-property", "x", Token("all", "x")),
        ("replicated", "primary", Token("replicated", "primary")),
        ("replicated", "sometimes", None),
    ],
)
def test_token_of_what_was_typed(key: str, typed: str, token: Token | None) -> None:
    assert filters.make(key, typed) == token


@pytest.mark.parametrize("token", [Token("name", "a:b"), Token("tag-key", "!x"), Token("replicated", "none")])
def test_token_survives_the_address(token: Token) -> None:
    assert filters.read(token.written) == token


def test_address_without_a_property_is_free_text() -> None:
    assert filters.read("anything") == Token("all", "anything")


def test_tokens_of_a_property_stand_together_what_excludes_last() -> None:
    tokens = [Token("name", "!c"), Token("tag-key", "t"), Token("name", "a"), Token("name", "b"), Token("name", "a")]

    ordered = filters.in_order(tokens)

    assert filters.joined(ordered) == [
        ("", Token("name", "a")),
        ("or", Token("name", "b")),
        ("and", Token("name", "!c")),
        ("and", Token("tag-key", "t")),
    ]


def test_values_of_a_property_widen_and_everything_else_narrows() -> None:
    """ListSecrets: between filters "and", between the values of one "or"."""
    tokens = filters.in_order([Token("name", "a"), Token("name", "b"), Token("name", "!c"), Token("tag-key", "t")])

    assert filters.of_list_secrets(tokens, "us-west-2") == [
        {"Key": "name", "Values": ["a", "b"]},
        {"Key": "name", "Values": ["!c"]},
        {"Key": "tag-key", "Values": ["t"]},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (["primary"], {"primary"}),
        (["replica"], {"replica"}),
        (["none"], {"alone"}),
        (["primary", "replica"], {"primary", "replica"}),
        (["primary", "none"], {"primary", "alone"}),
        (["replica", "none"], {"replica", "alone"}),
        (["primary", "replica", "none"], {"primary", "replica", "alone"}),
    ],
)
def test_replicated_secrets(signed_in: Client, call: Call, chosen: list[str], found: set[str]) -> None:
    make_secret(call, "alone")
    make_secret(call, "primary", add_replica_regions=[{"Region": "eu-west-1"}])
    ireland = Call(principal=call.principal, region="eu-west-1", now=call.now)
    make_secret(ireland, "replica", add_replica_regions=[{"Region": call.region}])
    replication.run_due(call.now, "worker")

    page = shown(signed_in, "?" + "&".join(f"filter=replicated:{one}" for one in chosen))

    assert set(names_in(page)) == found


@pytest.mark.django_db
def test_tokens_are_shown_with_how_they_combine_and_the_way_to_remove_each(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/db", tags=[{"Key": "team", "Value": "orders"}])

    page = shown(signed_in, "?filter=name:prod&filter=name:dev&filter=tag-key:!old")

    assert "Secret name: prod" in page
    assert "Tag key is not old" in page
    assert page.index(">or<") < page.index(">and<")
    assert 'href="/?region=us-west-2&amp;filter=name%3Adev&amp;filter=tag-key%3A%21old"' in page
    assert "Clear filters" in page
    assert names_in(page) == ["prod/db"]


@pytest.mark.django_db
def test_form_adds_a_token_to_those_there_are(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/one", description="old")
    make_secret(call, "prod/two", description="new")

    answer = signed_in.get("/?filter=name:prod&property=description&search=new", HTTP_HX_REQUEST="true")

    assert answer.headers["HX-Push-Url"] == "/?region=us-west-2&filter=name%3Aprod&filter=description%3Anew"
    assert names_in(answer.content.decode()) == ["prod/two"]


@pytest.mark.django_db
def test_token_is_edited_in_the_box(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/db")

    page = shown(signed_in, "?filter=name:dev")
    editing = shown(signed_in, "?region=us-west-2&edit=name:dev")

    assert 'href="/?region=us-west-2&amp;edit=name%3Adev"' in page
    assert '<option value="name" selected>' in editing
    assert 'value="dev"' in editing
    assert names_in(editing) == ["prod/db"]


@pytest.mark.django_db
def test_eleven_filters_are_refused_in_the_operations_words(signed_in: Client) -> None:
    eleven = "&".join(f"filter=name:!{letter}" for letter in "abcdefghijk")

    assert "Member must have length less than or equal to 10" in shown(signed_in, f"?{eleven}")
