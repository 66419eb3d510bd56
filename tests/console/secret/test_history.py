"""Event history of one secret."""

import json
from typing import Any

import pytest
from django.test import Client

from secrets_app import deletion, operations, replication
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Secret
from tests import factories
from tests.console.secret.pages import address, read
from tests.factories import make_secret

pytestmark = pytest.mark.django_db


def test_history_holds_this_secrets_events_only(signed_in: Client, call: Call, secret: Secret) -> None:
    other = make_secret(call, "other")
    operations.get_secret_value(call, secret_id=secret.arn)
    operations.delete_secret(call, secret_id=other.arn)

    shown = read(signed_in, "secret", secret, tab="history")

    assert "GetSecretValue" in shown
    assert "DeleteSecret" not in shown


def test_older_events_are_a_page_away(signed_in: Client, call: Call, secret: Secret) -> None:
    for _ in range(60):
        operations.get_secret_value(call, secret_id=secret.arn)

    page = signed_in.get(address("secret", secret, tab="history"))
    older = signed_in.get(page.context["older_url"])

    assert page.content.decode().count("<tr>") == 51
    assert "CreateSecret" in older.content.decode()


def test_who_may_not_look_events_up_is_told_so(sign_in: Any, secret: Secret) -> None:
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    dora = factories.make_person("dora", json.loads(json.dumps({"Version": "2012-10-17", "Statement": [statement]})))

    page = sign_in(dora).get(address("secret", secret, tab="history"))

    assert page.status_code == 200
    assert "is not authorized to perform: cloudtrail:LookupEvents" in page.content.decode()


def shown(client: Client, secret: Secret, event_name: str) -> dict[str, Any]:
    """The one event of that name in the secret's history."""
    events = client.get(address("secret", secret, tab="history")).context["events"]
    (entry,) = (entry for entry in events if entry["event"].event_name == event_name)
    return dict(entry)


def test_what_the_service_did_by_itself_is_shown_as_the_services(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}])
    replication.run_due(call.now, "worker-1")
    copy = Secret.objects.get(region="eu-west-1")

    here, there = (shown(signed_in, which, "ReplicationSucceeded") for which in (secret, copy))

    for entry in (here, there):
        assert (entry["door"], entry["user"]) == ("Service", "secretsmanager.amazonaws.com")
    details = signed_in.get(there["url"]).content.decode()
    assert "ReplicaRegion" in details
    assert copy.arn in details


def test_a_batch_is_in_the_history_of_each_secret_it_read(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.batch_get_secret_value(call, secret_id_list=[secret.arn])

    entry = shown(signed_in, secret, "GetSecretValue")

    assert entry["event"].request_id == AuditEvent.objects.get(event_name="BatchGetSecretValue").request_id


def test_the_end_of_a_secret_can_be_found_when_its_page_is_gone(signed_in: Client, call: Call, secret: Secret) -> None:
    deletion.at_once(secret, call.now)

    page = signed_in.get("/event-history/", {"secret": secret.name, "event": "EndSecretVersionDelete"})

    (entry,) = page.context["events"]
    assert entry["door"] == "Service"
    assert secret.arn in signed_in.get(entry["url"]).content.decode()
