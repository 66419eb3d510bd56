"""Duplicate secret: the wizard filled in from a secret, the value only for whom may read it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret, SecretDraft, Tag
from tests.console.store_secret.wizard import NO_ROTATION
from tests.factories import Person, make_key, make_person, make_secret

pytestmark = pytest.mark.django_db

ADDRESS = "/store-a-new-secret/duplicate?name=prod/database&region=us-west-2"
ALL = {"value": "on", "permissions": "on", "rotation": "on", "replication": "on"}
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "secretsmanager:RotateSecret", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "x"}}}]}'
)


def duplicate(client: Client, **chosen: Any) -> str:
    """The address of the draft's pages."""
    answer = client.post(ADDRESS, chosen)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"]).split("configure-secret")[0]


def store(client: Client, draft: str) -> None:
    shown = client.get(f"{draft}configure-secret?region=us-west-2").context["form"]
    assert shown["name"].value() == ""
    data = {name: shown[name].value() or "" for name in ("description", "resource_policy")}
    rows = {
        "tag_key": [row["Key"] for row in shown.tag_rows],
        "tag_value": [row["Value"] for row in shown.tag_rows],
        "replica_region": [row["region"] for row in shown.replica_rows],
        "replica_key": [row["key"] for row in shown.replica_rows],
    }
    client.post(f"{draft}configure-secret?region=us-west-2", {**data, **rows, "name": "copy"})
    client.post(f"{draft}configure-rotation?region=us-west-2", NO_ROTATION)
    client.post(f"{draft}review?region=us-west-2", {"go": "store"})


def test_copy_has_all_but_the_name(signed_in: Client, call: Call) -> None:
    key = make_key("alias/mine")
    secret = make_secret(
        call,
        description="d",
        kms_key_id=key.arn,
        tags=[{"Key": "team", "Value": "x"}],
        add_replica_regions=[{"Region": "eu-west-1"}],
        secret_string="a\r\nb\nc",
    )
    Tag.objects.create(secret=secret, key="aws:cloudformation:stack-name", value="s")
    operations.put_resource_policy(call, secret_id="prod/database", resource_policy=POLICY)

    store(signed_in, duplicate(signed_in, **ALL))

    copy = operations.describe_secret(call, secret_id="copy")
    assert (copy.secret.description, copy.secret.kms_key) == ("d", key)
    assert [(tag.key, tag.value) for tag in copy.tags] == [("team", "x")]
    assert [replica.region for replica in copy.replicas] == ["eu-west-1"]
    assert "RotateSecret" in (operations.get_resource_policy(call, secret_id="copy").document or "")
    assert operations.get_secret_value(call, secret_id="copy").value.string == "a\r\nb\nc"


def test_binary_value_is_copied(signed_in: Client, call: Call) -> None:
    make_secret(call, secret_binary=b"\x00\xff")

    store(signed_in, duplicate(signed_in, **ALL))

    assert operations.get_secret_value(call, secret_id="copy").value.binary == b"\x00\xff"


def test_reading_the_value_is_on_record_and_only_if_asked(signed_in: Client, secret: Secret) -> None:
    duplicate(signed_in, permissions="on")
    assert not AuditEvent.objects.filter(event_name="GetSecretValue").exists()

    duplicate(signed_in, value="on")
    assert AuditEvent.objects.filter(event_name="GetSecretValue", secret_name="prod/database").count() == 1


def test_who_may_not_read_the_value_gets_no_copy_of_it(sign_in: Callable[[Person], Client], secret: Secret) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
        ],
    }
    client = sign_in(make_person("carol", policy))

    answer = client.post(ADDRESS, ALL)

    assert answer.status_code == 422
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in answer.content.decode()
    assert not SecretDraft.objects.exists()
    assert duplicate(client)


def test_dialog_is_in_the_actions_menu_and_says_what_it_copies(signed_in: Client, secret: Secret) -> None:
    page = signed_in.get("/secret/?name=prod/database&region=us-west-2").content.decode()
    shown = signed_in.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()

    assert "Duplicate secret" in page
    assert "Copy the secret value" in shown


def test_unknown_secret_has_no_duplicate(signed_in: Client) -> None:
    assert signed_in.get(ADDRESS).status_code == 404
