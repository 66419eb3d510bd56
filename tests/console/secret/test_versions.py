"""Versions: the old ones stay reachable, and one of them can be made current again."""

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import Secret
from tests.console.secret.pages import post, read
from tests.factories import make_version

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

    assert f"<code>{second}</code> to <code>{first}</code>" in preview
    assert answer.status_code == 200
    assert operations.get_secret_value(call, secret_id=secret.arn).version_id == first


def test_label_moved_meanwhile_is_noticed(signed_in: Client, call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = make_version(call, secret, "second")
    make_version(call, secret, "third")

    answer = post(signed_in, "secret-versions-make-current", secret, {"current": second}, version_id=first)

    assert answer.status_code == 422
    assert "it must be set to the version that currently has the staging label" in answer.content.decode()
