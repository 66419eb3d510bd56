"""The page of a secret: tabs with addresses of their own, states, and what it costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import address, read
from tests.factories import Person, make_secret, make_version

pytestmark = pytest.mark.django_db

TABS = ["overview", "rotation", "versions", "replication", "tags", "history"]


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_an_address(signed_in: Client, secret: Secret, tab: str) -> None:
    page = signed_in.get(address("secret", secret, tab=tab)).content.decode()

    assert "<!doctype html>" in page
    assert f'id="tab-{tab}"' in page


def test_tab_asked_by_htmx_is_only_the_secrets_part(signed_in: Client, secret: Secret) -> None:
    shown = read(signed_in, "secret", secret, tab="tags")

    assert "<!doctype html>" not in shown
    assert 'id="panel-tags"' in shown


def test_unknown_secret_is_404_in_aws_words(signed_in: Client) -> None:
    answer = signed_in.get(reverse("secret", query={"name": "nothing"}))

    assert answer.status_code == 404
    assert "Secrets Manager can&#x27;t find the specified secret." in answer.content.decode()


def test_who_may_not_describe_it_is_told_so(sign_in: Any, mallory: Person, secret: Secret) -> None:
    answer = sign_in(mallory).get(address("secret", secret))

    assert answer.status_code == 403
    assert "is not authorized to perform: secretsmanager:DescribeSecret" in answer.content.decode()


def test_nobody_signed_in_is_sent_to_sign_in_and_back(client: Client, secret: Secret) -> None:
    answer = client.get(address("secret", secret))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_managed_secret_names_its_owner_and_switches_off_what_it_forbids(signed_in: Client, call: Call) -> None:
    managed = make_secret(call, "rds!db-1")
    Secret.objects.filter(pk=managed.pk).update(owning_service="rds")

    shown = read(signed_in, "secret", managed)

    assert "This secret is managed by rds" in shown
    assert "you must use that service to update it. Managing service: rds." in shown
    assert "secret-deletion-delete" not in shown


@pytest.mark.parametrize("header", ["Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"])
def test_page_has_the_security_headers(signed_in: Client, secret: Secret, header: str) -> None:
    answer = signed_in.get(address("secret", secret))

    assert answer.headers[header]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("tab", ["overview", "versions", "tags"])
def test_page_costs_as_many_statements_for_many_rows_as_for_one(
    signed_in: Client, call: Call, secret: Secret, tab: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        make_version(call, secret, f"value {number}", version_stages=[f"L{number}"] if number < 18 else None)
    operations.tag_resource(
        call, secret_id=secret.arn, tags=[{"Key": f"k{number}", "Value": ""} for number in range(30)]
    )
    signed_in.get(address("secret", secret, tab=tab))

    with django_assert_max_num_queries(24):
        signed_in.get(address("secret", secret, tab=tab))
