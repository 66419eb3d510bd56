"""Versions: the old ones stay reachable, and one of them can be made current again."""

import re
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import address, allowing, post, read
from tests.factories import Person, make_key, make_person, make_secret, make_version

pytestmark = pytest.mark.django_db


def test_versions_are_listed_with_their_labels(signed_in: Client, call: Call, secret: Secret) -> None:
    newest = make_version(call, secret, "second")

    shown = read(signed_in, "secret", secret, tab="versions")

    assert newest in shown
    assert "AWSCURRENT" in shown
    assert "AWSPREVIOUS" in shown


def test_unlabelled_versions_show_on_request(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    make_version(call, secret, "second")
    make_version(call, secret, "third")

    assert first not in read(signed_in, "secret", secret, tab="versions")
    assert first in read(signed_in, "secret", secret, tab="versions", deprecated="1")


def test_unlabelled_versions_stay_in_view_after_a_change(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    make_version(call, secret, "second")
    third = make_version(call, secret, "third")
    opened_from = "http://testserver" + address("secret", secret, tab="versions", deprecated="1")

    answer = signed_in.post(
        address("secret-versions-make-current", secret, version_id=first),
        {"current": third},
        HTTP_HX_REQUEST="true",
        HTTP_HX_CURRENT_URL=opened_from,
    )

    assert "Hide versions without labels" in answer.content.decode()


def test_key_of_a_version_is_shown_by_its_alias(signed_in: Client, call: Call) -> None:
    key = make_key("alias/orders")
    secret = make_secret(call, "orders", kms_key_id=key.arn)

    shown = read(signed_in, "secret", secret, tab="versions")

    assert f'#{key.key_id}">alias/orders</a></div>' in shown


def test_version_that_rotation_opened_has_nothing_to_retrieve(signed_in: Client, secret: Secret) -> None:
    pending = secret.versions.create(version_id="p" * 32, created_at=secret.created_at)
    secret.staging_labels.create(version=pending, label="AWSPENDING")

    shown = read(signed_in, "secret", secret, tab="versions")

    assert "No value yet" in shown
    assert f"retrieve-{pending.version_id}" not in shown


def test_who_may_not_list_versions_still_sees_the_rest(sign_in: Any, secret: Secret) -> None:
    describer = make_person("describer", allowing("secretsmanager:DescribeSecret"))

    shown = read(sign_in(describer), "secret", secret, tab="versions")

    assert "Failed to list the versions" in shown
    assert "is not authorized to perform: secretsmanager:ListSecretVersionIds" in shown
    assert secret.arn in shown


def test_who_may_only_read_is_refused_in_the_dialog(sign_in: Any, bob: Person, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = make_version(call, secret, "second")

    answer = post(sign_in(bob), "secret-versions-make-current", secret, {"current": second}, version_id=first)

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:UpdateSecretVersionStage" in answer.content.decode()
    assert operations.get_secret_value(call, secret_id=secret.arn).version_id == second


def test_previous_value_is_reachable(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    make_version(call, secret, "second")

    answer = post(signed_in, "secret-versions-retrieve", secret, {}, version_id=first)

    assert "first-password" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_unknown_version_is_said_in_the_dialog(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, "secret-versions-retrieve", secret, {}, version_id="0" * 32)

    assert "Failed to get the secret value" in answer.content.decode()


def test_older_version_is_made_current_after_a_preview(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = make_version(call, secret, "second")

    preview = read(signed_in, "secret-versions-make-current", secret, version_id=first)
    answer = post(signed_in, "secret-versions-make-current", secret, {"current": second}, version_id=first)

    assert f'AWSCURRENT</span></td><td class="text-mono">{second}</td><td class="text-mono">{first}</td>' in joined(
        preview
    )
    assert answer.status_code == 200
    assert f'AWSPREVIOUS</span></td><td class="text-mono">{first}</td><td class="text-mono">{second}</td>' in joined(
        preview
    )
    assert operations.get_secret_value(call, secret_id=secret.arn).version_id == first
    assert operations.get_secret_value(call, secret_id=secret.arn, version_stage="AWSPREVIOUS").version_id == second


def joined(html: str) -> str:
    """Without the white space between elements."""
    return re.sub(r">\s+<", "><", html)


def test_label_moved_meanwhile_is_noticed(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = make_version(call, secret, "second")
    make_version(call, secret, "third")

    answer = post(signed_in, "secret-versions-make-current", secret, {"current": second}, version_id=first)

    assert answer.status_code == 422
    assert "it must be set to the version that currently has the staging label" in answer.content.decode()
