"""Staging labels of a caller's own: added, moved after a warning, removed; AWS's own are left alone."""

from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import post, read
from tests.factories import Person, make_secret, make_version

pytestmark = pytest.mark.django_db

ROUTE = "secret-staging-labels-edit"


def labels(call: Call, secret: Secret) -> dict[str, list[str]]:
    return operations.describe_secret(call, secret_id=secret.arn).versions_to_stages


def first_of(secret: Secret) -> str:
    return str(secret.versions.order_by("id")[0].version_id)


def test_dialog_shows_the_labels_of_the_version(signed_in: Client, call: Call, secret: Secret) -> None:
    version_id = make_version(call, secret, "second", version_stages=["AWSCURRENT", "blue"])

    shown = read(signed_in, ROUTE, secret, version_id=version_id)

    assert 'aria-label="Remove blue"' in shown
    assert 'aria-label="Remove AWSCURRENT"' not in shown


def test_label_is_added(signed_in: Client, call: Call, secret: Secret) -> None:
    answer = post(signed_in, ROUTE, secret, {"label": " blue "}, version_id=first_of(secret))

    assert f"The staging label blue is on version {first_of(secret)} now." in answer.content.decode()
    assert labels(call, secret)[first_of(secret)] == ["AWSCURRENT", "blue"]


def test_label_of_another_version_moves_only_after_a_warning(signed_in: Client, call: Call, secret: Secret) -> None:
    second = make_version(call, secret, "second", version_stages=["blue"])

    warned = post(signed_in, ROUTE, secret, {"label": "blue"}, version_id=first_of(secret))

    assert warned.status_code == 422
    assert "This label moves" in warned.content.decode()
    assert f'name="holder" value="{second}"' in warned.content.decode()
    assert labels(call, secret)[second] == ["blue"]

    post(signed_in, ROUTE, secret, {"label": "blue", "holder": second}, version_id=first_of(secret))

    assert labels(call, secret) == {first_of(secret): ["AWSCURRENT", "blue"]}


def test_label_is_removed(signed_in: Client, call: Call, secret: Secret) -> None:
    second = make_version(call, secret, "second", version_stages=["AWSCURRENT", "blue"])

    answer = post(signed_in, ROUTE, secret, {"remove": "blue", "label": ""}, version_id=second)

    assert "You successfully removed the staging label blue." in answer.content.decode()
    assert labels(call, secret)[second] == ["AWSCURRENT"]


@pytest.mark.parametrize(
    ("label", "complaint"),
    [
        ("", "Enter a staging label."),
        ("AWSCURRENT", "To move AWSCURRENT, choose Make current"),
        ("awsother", "Labels that begin with AWS are moved by Secrets Manager itself."),
        ("x" * 257, "at most 256 characters"),
    ],
)
def test_labels_that_are_none_are_refused_at_the_field(
    signed_in: Client, call: Call, secret: Secret, label: str, complaint: str
) -> None:
    answer = post(signed_in, ROUTE, secret, {"label": label}, version_id=first_of(secret))

    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert labels(call, secret) == {first_of(secret): ["AWSCURRENT"]}


def test_one_label_too_many_is_refused(signed_in: Client, call: Call, secret: Secret) -> None:
    for number in range(19):
        post(signed_in, ROUTE, secret, {"label": f"label-{number}"}, version_id=first_of(secret))

    answer = post(signed_in, ROUTE, secret, {"label": "label-20"}, version_id=first_of(secret))

    assert answer.status_code == 422
    assert "at most 20 staging labels" in answer.content.decode()


def test_removing_what_is_gone_says_so(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, ROUTE, secret, {"remove": "blue"}, version_id=first_of(secret))

    assert answer.status_code == 422
    assert "it must be set to the version that currently has the staging label blue" in answer.content.decode()


@pytest.mark.parametrize("data", [{"label": "blue"}, {"remove": "AWSCURRENT"}])
def test_refused_to_who_may_only_read(sign_in: Any, bob: Person, secret: Secret, data: dict[str, str]) -> None:
    answer = post(sign_in(bob), ROUTE, secret, data, version_id=first_of(secret))

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:UpdateSecretVersionStage" in answer.content.decode()


def test_unknown_version_is_named(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, ROUTE, secret, {"label": "blue"}, version_id="0" * 32)

    assert answer.status_code == 422
    assert "for VersionId: " + "0" * 32 in answer.content.decode()


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"primary_region": "eu-west-1"}, "Operation not permitted on a replica secret."),
        ({"owning_service": "rds"}, "Managing service: rds."),
    ],
)
def test_is_off_and_says_why(signed_in: Client, call: Call, state: dict[str, str], reason: str) -> None:
    secret = make_secret(call, "other")
    Secret.objects.filter(pk=secret.pk).update(**state)

    shown = read(signed_in, "secret", secret, tab="versions")
    answer = post(signed_in, ROUTE, secret, {"label": "blue"}, version_id=first_of(secret))

    assert reason in shown
    assert "/secret/staging-labels/edit" not in shown
    assert reason in answer.content.decode()


def test_is_off_while_scheduled_for_deletion(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.delete_secret(call, secret_id=secret.arn)

    assert "/secret/staging-labels/edit" not in read(signed_in, "secret", secret, tab="versions")
