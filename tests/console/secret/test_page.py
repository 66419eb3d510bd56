"""The page of a secret: tabs with addresses of their own, states, and what it costs."""

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests.console.secret.pages import address, read
from tests.factories import Person, make_secret, make_version

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import TagTypeDef

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


def test_secrets_are_addressed_by_name_alone(signed_in: Client, secret: Secret) -> None:
    assert signed_in.get(reverse("secret", query={"name": secret.arn, "region": secret.region})).status_code == 404


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
    assert "/secret/deletion/delete" not in shown
    assert "/secret/details/edit-description" not in shown
    assert "/secret/tags" not in shown  # another tab
    assert "/secret/tags/edit" in read(signed_in, "secret", managed, tab="tags")


@pytest.mark.parametrize("header", ["Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"])
def test_page_has_the_security_headers(signed_in: Client, secret: Secret, header: str) -> None:
    answer = signed_in.get(address("secret", secret))

    assert answer.headers[header]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("tab", ["overview", "versions", "tags"])
def test_page_costs_as_many_statements_for_many_rows_as_for_one(
    signed_in: Client, call: Call, secret: Secret, tab: str
) -> None:
    operations.tag_resource(call, secret_id=secret.arn, tags=[{"Key": "team", "Value": ""}])
    signed_in.get(address("secret", secret, tab=tab))  # what is asked once per process and session

    few = statements_of(signed_in, secret, tab)
    for number in range(19):
        make_version(call, secret, f"value {number}", version_stages=[f"label-{number}"])
    tags: list[TagTypeDef] = [{"Key": f"key-{number}", "Value": ""} for number in range(40)]
    operations.tag_resource(call, secret_id=secret.arn, tags=tags)
    many = statements_of(signed_in, secret, tab)

    assert many == few
    assert few <= 24


def statements_of(client: Client, secret: Secret, tab: str) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert client.get(address("secret", secret, tab=tab)).status_code == 200
    return len(statements)


def test_page_is_one_description_in_the_audit_trail(signed_in: Client, secret: Secret) -> None:
    AuditEvent.objects.all().delete()

    signed_in.get(address("secret", secret, tab="tags"))

    assert list(AuditEvent.objects.values_list("event_name", flat=True)) == ["DescribeSecret"]


def test_primary_with_replicas_says_what_to_delete_first(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}])

    shown = read(signed_in, "secret", secret)

    assert "Delete the replicas of this secret first." in shown
    assert "/secret/details/edit-description" in shown
    assert "/secret/deletion/delete" not in shown


def test_replica_can_only_be_promoted(signed_in: Client, secret: Secret) -> None:
    Secret.objects.filter(pk=secret.pk).update(primary_region="eu-west-1")

    shown = read(signed_in, "secret", secret)

    assert "This is a replica secret" in shown
    assert "Promote to standalone secret" in shown
    assert "/secret/details/edit-description" not in shown
    assert "/secret/deletion/delete" not in shown


def test_tab_is_kept_when_a_dialog_on_it_is_saved(signed_in: Client, secret: Secret) -> None:
    opened_from = "http://testserver" + address("secret", secret, tab="tags")

    answer = signed_in.post(
        address("secret-tags-edit", secret),
        {"tag_key": ["team"], "tag_value": ["orders"]},
        HTTP_HX_REQUEST="true",
        HTTP_HX_CURRENT_URL=opened_from,
    )

    assert 'id="panel-tags"' in answer.content.decode()
    assert "orders" in answer.content.decode()


def test_markup_in_a_description_is_text(signed_in: Client, call: Call) -> None:
    secret = make_secret(call, "markup", description='<img src=x onerror="alert(1)">')

    assert "<img src=x" not in read(signed_in, "secret", secret)


def test_secret_of_another_region_is_not_found_here(signed_in: Client, secret: Secret) -> None:
    answer = signed_in.get(reverse("secret", query={"name": secret.name, "region": "eu-west-1"}))

    assert answer.status_code == 404


def test_page_is_compressed_and_a_value_never(signed_in: Client, secret: Secret) -> None:
    """The length of what is compressed would say something of the value (BREACH)."""
    page = signed_in.get(address("secret", secret), HTTP_ACCEPT_ENCODING="gzip")
    value = signed_in.post(address("secret-value-retrieve", secret), HTTP_ACCEPT_ENCODING="gzip")
    dialog = signed_in.get(address("secret-value-edit", secret), HTTP_ACCEPT_ENCODING="gzip")

    assert page.headers["Content-Encoding"] == "gzip"
    for answer in (value, dialog):
        assert "Content-Encoding" not in answer.headers
        assert b"first-password" in answer.content
