"""Replicate secret: Regions with a key for each, the chosen replica's menu, and what asks to be typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from secrets_app import operations, replication
from secrets_app.call import Call
from secrets_app.models import AuditEvent, Replica, Secret
from tests.console.secret.pages import address, post, read
from tests.factories import Person, make_key, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def replicated(call: Call, secret: Secret) -> Secret:
    operations.replicate_secret_to_regions(
        call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}, {"Region": "us-east-1"}]
    )
    replication.run_due(call.now, "test")
    secret.refresh_from_db()
    return secret


def test_secret_is_replicated_with_a_key_for_each_region(signed_in: Client, secret: Secret) -> None:
    key = make_key("alias/irish", region="eu-west-1")
    data = {"replica_region": ["eu-west-1", "us-east-1"], "replica_key": [key.arn, ""]}

    answer = post(signed_in, "secret-replication-replicate", secret, data)

    assert "Replication has started." in answer.content.decode()
    assert {replica.region: replica.kms_key for replica in Replica.objects.all()} == {
        "eu-west-1": key,
        "us-east-1": None,
    }


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"replica_region": [""], "replica_key": [""]}, "Choose at least one Region."),
        ({"replica_region": ["eu-west-1", "eu-west-1"], "replica_key": ["", ""]}, "Choose each Region once."),
        ({"replica_region": ["eu-west-1", ""], "replica_key": ["", "alias/x"]}, "Choose a Region for this key."),
        ({"replica_region": ["us-west-2"], "replica_key": [""]}, "Invalid replica region."),
    ],
)
def test_wrong_rows_are_named_and_kept(signed_in: Client, secret: Secret, data: dict[str, Any], message: str) -> None:
    answer = post(signed_in, "secret-replication-replicate", secret, data)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Replica.objects.exists()


def test_copies_are_polled_until_they_are_in_sync(signed_in: Client, call: Call, secret: Secret) -> None:
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}])
    polled = read(signed_in, "secret-replication-status", secret, tab="replication")
    assert 'hx-trigger="every 2s"' in polled
    assert 'id="panel-details"' not in polled

    replication.run_due(call.now, "test")

    answer = signed_in.get(address("secret-replication-status", secret, tab="replication"), HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Retarget"] == "#secret"
    assert 'hx-trigger="every 2s"' not in answer.content.decode()
    assert "In sync" in answer.content.decode()


def test_polling_keeps_the_chosen_replica_and_is_no_event(signed_in: Client, call: Call, secret: Secret) -> None:
    regions = ["eu-west-1", "us-east-1"]
    wanted: Any = [{"Region": region} for region in regions]
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=wanted)
    before = AuditEvent.objects.count()

    polled = read(signed_in, "secret-replication-status", secret, replica_region="us-east-1")

    assert 'value="us-east-1" aria-label="us-east-1" checked' in polled
    assert AuditEvent.objects.count() == before


def test_polling_is_for_whom_may_describe_the_secret(sign_in: Any, mallory: Person, secret: Secret) -> None:
    answer = sign_in(mallory).get(address("secret-replication-status", secret))

    assert answer.status_code == 403


def test_failure_shows_its_reason_and_is_retried_with_overwrite(
    signed_in: Client, call: Call, make_call: Any, secret: Secret
) -> None:
    make_secret(make_call(region="eu-west-1"), secret.name)
    operations.replicate_secret_to_regions(call, secret_id=secret.arn, add_replica_regions=[{"Region": "eu-west-1"}])
    replication.run_due(call.now, "test")
    assert "already exists in this region" in read(signed_in, "secret", secret, tab="replication")

    post(signed_in, "secret-replication-retry", secret, {"overwrite": "on"}, replica_region="eu-west-1")
    replication.run_due(call.now + timedelta(days=400), "test")

    assert Replica.objects.get().status == "InSync"


def test_key_of_the_chosen_replica_is_changed(signed_in: Client, replicated: Secret) -> None:
    key = make_key("alias/american", region="us-east-1")
    shown = read(signed_in, "secret-replication-edit-key", replicated, replica_region="us-east-1")
    assert "alias/american" in shown

    answer = post(
        signed_in,
        "secret-replication-edit-key",
        replicated,
        {"kms_key_id": key.arn, "confirmation": "us-east-1"},
        replica_region="us-east-1",
    )

    assert "The replica in us-east-1 is being re-encrypted." in answer.content.decode()
    assert Replica.objects.get(region="us-east-1").kms_key == key
    assert Replica.objects.get(region="eu-west-1").kms_key is None


@pytest.mark.parametrize("typed", ["", "eu-west-1", "US-EAST-1"])
def test_replica_is_deleted_only_when_its_region_is_typed(signed_in: Client, replicated: Secret, typed: str) -> None:
    answer = post(
        signed_in, "secret-replication-delete", replicated, {"confirmation": typed}, replica_region="us-east-1"
    )
    assert answer.status_code == 422
    assert Replica.objects.count() == 2

    post(signed_in, "secret-replication-delete", replicated, {"confirmation": "us-east-1"}, replica_region="us-east-1")
    assert [replica.region for replica in Replica.objects.all()] == ["eu-west-1"]


def test_replicas_page_says_what_it_is_and_can_be_promoted(signed_in: Client, replicated: Secret) -> None:
    copy = Secret.objects.get(region="eu-west-1")
    shown = read(signed_in, "secret", copy)
    assert "This is a replica secret" in shown
    assert "Operation not permitted on a replica secret." in shown

    answer = post(signed_in, "secret-replication-promote", copy, {"confirmation": "eu-west-1"})

    assert "The replica is a standalone secret now." in answer.content.decode()
    copy.refresh_from_db()
    assert not copy.is_replica


def test_primary_with_replicas_says_why_it_cannot_be_deleted(signed_in: Client, replicated: Secret) -> None:
    assert "Delete the replicas of this secret first." in read(signed_in, "secret", replicated)


def test_replicas_own_replication_tab_names_its_primary(signed_in: Client, replicated: Secret) -> None:
    shown = read(signed_in, "secret", Secret.objects.get(region="eu-west-1"), tab="replication")

    assert "This is a replica of the secret in us-west-2." in shown
    assert "This secret is in one Region only." not in shown


def test_menu_of_an_owned_secrets_replicas_is_off_with_the_reason(signed_in: Client, replicated: Secret) -> None:
    Secret.objects.filter(pk=replicated.pk).update(owning_service="rds")

    shown = read(signed_in, "secret", replicated, tab="replication")

    menu = shown.partition('id="replica-actions"')[2]
    assert menu.count('class="menu__reason"') == 3
    assert "This secret is managed by" in shown


def test_keys_offered_are_those_of_the_chosen_region(signed_in: Client, secret: Secret) -> None:
    make_key("alias/irish", region="eu-west-1")
    make_key("alias/at-home")

    offered = read(signed_in, "secret-replication-keys", secret, replica_region="eu-west-1")

    assert "alias/irish" in offered
    assert "alias/at-home" not in offered
