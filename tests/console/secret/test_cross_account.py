"""Cross-account replication on the pages of both secrets: associated here, detached, stopped there."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from secrets_app import cross_account_replication, operations
from secrets_app.kms import operations as kms
from secrets_app.models import CrossAccountReplica, Secret
from tests import factories
from tests.console.secret.pages import address, post
from tests.factories import Person

pytestmark = pytest.mark.django_db
THEIRS = "444455556666"


@pytest.fixture
def carol() -> Person:
    return factories.make_person("carol", factories.EVERYTHING, account=THEIRS)


@pytest.fixture
def replica(carol: Person, secret: Secret) -> Secret:
    theirs = factories.make_call(carol)
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": account}, "Action": action, "Resource": "*"}
        for account, action in ((THEIRS, "kms:*"), (factories.ACCOUNT, "kms:Encrypt"))
    ]
    key = kms.create_key(theirs, policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return operations.create_secret(
        theirs,
        name="their/copy",
        client_request_token=str(uuid.uuid4()),
        kms_key_id=key.arn,
        cross_account_primary_arn=secret.arn,
    ).secret


def shown(client: Client, secret: Secret) -> str:
    return client.get(address("secret", secret, tab="replication")).content.decode()


def test_a_replica_is_associated_and_detached_on_the_primarys_page(
    signed_in: Client, secret: Secret, replica: Secret
) -> None:
    assert "This secret has no replica in another account." in shown(signed_in, secret)

    post(signed_in, "secret-cross-account-associate", secret, {"cross_account_replica_arn": replica.arn})
    cross_account_replication.run_due(datetime.now(UTC), "test")
    page = shown(signed_in, secret)
    assert (replica.arn in page, "In sync" in page) == (True, True)

    post(signed_in, "secret-cross-account-disassociate", secret, {"replica_arn": replica.arn})
    assert CrossAccountReplica.objects.get().status == "Detached"


def test_what_cannot_be_associated_is_refused_beside_its_field(signed_in: Client, secret: Secret) -> None:
    answer = post(signed_in, "secret-cross-account-associate", secret, {"cross_account_replica_arn": "x" * 20})

    assert (answer.status_code, "must be the complete ARN of a secret" in answer.content.decode()) == (422, True)


def test_the_replicas_page_shows_its_primary_and_stops_it(
    sign_in: Callable[[Person], Client], carol: Person, secret: Secret, replica: Secret
) -> None:
    page = sign_in(carol)
    assert secret.arn in shown(page, replica)

    post(page, "secret-cross-account-stop", replica, {})

    replica.refresh_from_db()
    assert not replica.is_cross_account_replica
