"""The list as folders: one level at a time, in pages, with the way back up."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from tests.console.secrets_list.shown import names_in, next_of, previous_of, shown
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db


def test_folders_are_links_with_what_they_hold(signed_in: Client, call: Call) -> None:
    for name in ("prod/a", "prod/b/c", "alone"):
        make_secret(call, name)

    page = shown(signed_in, "?view=folders")

    assert "prod/</span>" in page
    assert "2 secrets" in page
    assert "prefix=prod%2F" in page
    assert names_in(page) == ["alone"]


def test_open_folder_shows_the_rest_of_the_names_and_its_path(signed_in: Client, call: Call) -> None:
    make_secret(call, "prod/app/db")

    page = shown(signed_in, "?view=folders&prefix=prod/app/")

    assert ">db</a>" in page
    assert 'title="prod/app/db"' in page
    assert ">All folders</a>" in page
    assert ">prod</a>" in page
    assert '<span aria-current="location">app</span>' in page


def test_pages_of_a_folder_are_turned_forward_and_back(signed_in: Client, call: Call) -> None:
    for number in range(27):
        make_secret(call, f"f{number:02}/secret")

    second = shown(signed_in, next_of(shown(signed_in, "?view=folders")))

    assert "f25/</span>" in second
    assert "f24/</span>" not in second
    assert 'rel="next"' not in second
    assert "f00/</span>" in shown(signed_in, previous_of(second))


def test_search_in_a_folder_looks_below_it(signed_in: Client, call: Call) -> None:
    for name in ("prod/db", "prod/web", "dev/db"):
        make_secret(call, name)

    assert names_in(shown(signed_in, "?within=prod/&property=name&search=d")) == ["prod/db"]
    assert names_in(shown(signed_in, "?within=prod/&property=all&search=db")) == ["prod/db"]


def test_secrets_scheduled_for_deletion_show_in_folders_on_request(signed_in: Client, call: Call) -> None:
    operations.delete_secret(call, secret_id=make_secret(call, "old/one").arn)

    assert "old/</span>" not in shown(signed_in, "?view=folders")
    assert "old/</span>" in shown(signed_in, "?view=folders&deleted=1")


def test_folder_that_is_not_there_is_empty(signed_in: Client) -> None:
    assert "Empty folder" in shown(signed_in, "?view=folders&prefix=nothing/")


def test_who_may_not_list_sees_no_folders(sign_in: Any, mallory: Person, call: Call) -> None:
    make_secret(call, "prod/db")

    page = shown(sign_in(mallory), "?view=folders")

    assert "is not authorized to perform: secretsmanager:ListSecrets" in page
    assert "prod/" not in page


def test_folders_cost_as_many_statements_for_a_page_as_for_one(
    signed_in: Client, call: Call, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        make_secret(call, f"f{number}/secret")
        make_secret(call, f"g{number}")

    with django_assert_max_num_queries(12):
        shown(signed_in, "?view=folders")
