"""Keeping replicas up to date: what they follow, when they may say InSync, and what goes wrong."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from secrets_app import operations, replica_copy, replication, secret_ids
from secrets_app.call import Call
from secrets_app.errors import DecryptionFailure
from secrets_app.kms import operations as kms
from secrets_app.models import (
    AuditEvent,
    KmsKey,
    Replica,
    ReplicationStatus,
    RotationConfiguration,
    Secret,
    WrappedDataKey,
)
from tests import factories

IRELAND = "eu-west-1"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": factories.ACCOUNT},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
)


@pytest.fixture
def there(make_call: Callable[..., Call]) -> Call:
    """Alice's call in the replica's Region."""
    return make_call(region=IRELAND)


@pytest.fixture
def replica(call: Call, secret: Secret) -> Replica:
    """prod/database in Ireland, in sync under the default key."""
    return replicated(call, secret)


def replicated(call: Call, secret: Secret, kms_key_id: str | None = None, *, overwrite: bool = False) -> Replica:
    entry = {"Region": IRELAND} if kms_key_id is None else {"Region": IRELAND, "KmsKeyId": kms_key_id}
    operations.replicate_secret_to_regions(
        call,
        secret_id=secret.name,
        add_replica_regions=[entry],  # type: ignore[list-item]
        force_overwrite_replica_secret=overwrite,
    )
    return caught_up(call, secret)


def policy_of(replica: Replica) -> str:
    """Not by GetResourcePolicy, which a replica refuses; it is what GetSecretValue there is decided by."""
    replica.refresh_from_db()
    assert replica.secret is not None
    return secret_ids.resource_policy_of(replica.secret.pk)


def caught_up(call: Call, secret: Secret) -> Replica:
    replication.run_due(call.now, "worker-1")
    return Replica.objects.select_related("secret").get(primary=secret, region=IRELAND)


def copy_of(replica: Replica) -> Secret:
    assert replica.secret is not None
    return Secret.objects.get(pk=replica.secret.pk)


def read(call: Call, **which: str) -> str | None:
    return operations.get_secret_value(call, secret_id="prod/database", **which).value.string


# --- what a replica is -----------------------------------------------------------------------------


def test_a_replica_has_the_primarys_arn_with_its_own_region(secret: Secret, replica: Replica) -> None:
    assert copy_of(replica).arn == secret.arn.replace(factories.REGION, IRELAND)
    assert copy_of(replica).primary_region == factories.REGION
    assert (replica.status, replica.status_message) == (ReplicationStatus.IN_SYNC, "Replication succeeded")


def test_a_replica_has_the_value_under_a_key_and_a_data_key_of_its_own(
    call: Call, there: Call, secret: Secret, replica: Replica
) -> None:
    primary_version, copied = secret.versions.get(), copy_of(replica).versions.get()

    assert read(there) == read(call)
    assert copied.version_id == primary_version.version_id
    assert bytes(copied.ciphertext or b"") != bytes(primary_version.ciphertext or b"")
    assert copied.wrapped_data_keys.get().backing_key.kms_key.region == IRELAND


def test_a_replica_is_encrypted_under_the_key_asked_for(call: Call, there: Call, secret: Secret) -> None:
    key = factories.make_key("alias/ireland", region=IRELAND)

    replica = replicated(call, secret, "alias/ireland")

    assert copy_of(replica).kms_key == key
    assert copy_of(replica).kms_key_id_given == "alias/ireland"
    kms.disable_key(there, key_id=key.key_id)
    with pytest.raises(DecryptionFailure, match="is disabled"):
        read(there)
    assert read(call) is not None


# --- what it follows -------------------------------------------------------------------------------


def test_a_new_value_is_followed_labels_and_all(call: Call, there: Call, secret: Secret, replica: Replica) -> None:
    factories.make_version(call, secret, "second", version_stages=["AWSCURRENT", "blue"])

    replication.run_due(call.now, "worker-1")

    assert read(there) == "second"
    assert read(there, version_stage="blue") == "second"
    assert read(there, version_stage="AWSPREVIOUS") == read(call, version_stage="AWSPREVIOUS")


def test_a_moved_label_is_followed(call: Call, there: Call, secret: Secret, replica: Replica) -> None:
    first = secret.versions.get().version_id
    second = factories.make_version(call, secret, "second")
    replication.run_due(call.now, "worker-1")

    operations.update_secret_version_stage(
        call,
        secret_id=secret.name,
        version_stage="AWSCURRENT",
        move_to_version_id=first,
        remove_from_version_id=second,
    )
    replication.run_due(call.now, "worker-1")

    assert operations.get_secret_value(there, secret_id=secret.name).version_id == first
    assert read(there, version_stage="AWSPREVIOUS") == "second"


def test_a_binary_value_stays_binary(call: Call, there: Call) -> None:
    secret = factories.make_secret(call, "prod/binary", secret_binary=b"\x00\xff")

    replicated(call, secret)

    assert operations.get_secret_value(there, secret_id="prod/binary").value.binary == b"\x00\xff"


def test_description_tags_and_policy_are_followed(call: Call, there: Call, secret: Secret, replica: Replica) -> None:
    operations.update_secret(call, secret_id=secret.name, client_request_token="c" * 32, description="orders")
    operations.tag_resource(call, secret_id=secret.name, tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=POLICY)

    replication.run_due(call.now, "worker-1")

    described = operations.describe_secret(there, secret_id=secret.name)
    assert described.secret.description == "orders"
    assert [(tag.key, tag.value) for tag in described.tags] == [("a", "1"), ("b", "2")]
    assert policy_of(replica) == POLICY


def test_what_the_primary_loses_the_replica_loses(call: Call, there: Call, secret: Secret, replica: Replica) -> None:
    operations.tag_resource(call, secret_id=secret.name, tags=[{"Key": "a", "Value": "1"}])
    operations.put_resource_policy(call, secret_id=secret.name, resource_policy=POLICY)
    replication.run_due(call.now, "worker-1")

    operations.untag_resource(call, secret_id=secret.name, tag_keys=["a"])
    operations.delete_resource_policy(call, secret_id=secret.name)
    replication.run_due(call.now, "worker-1")

    assert operations.describe_secret(there, secret_id=secret.name).tags == []
    assert policy_of(replica) == ""


def test_rotation_settings_can_be_read_but_make_nothing_due(call: Call, secret: Secret, replica: Replica) -> None:
    RotationConfiguration.objects.create(
        secret=secret,
        enabled=True,
        function_arn="arn:aws:lambda:us-west-2:123456789012:function:rotate",
        automatically_after_days=7,
        enabled_at=call.now,
        next_window_start=call.now,
        next_window_end=call.now + timedelta(days=1),
    )
    replication.mark_stale(Secret.objects.get(pk=secret.pk))

    caught_up(call, secret)

    copied = RotationConfiguration.objects.get(secret=copy_of(replica))
    assert (copied.enabled, copied.automatically_after_days) == (True, 7)
    assert copied.next_window_end == call.now + timedelta(days=1)
    assert copied.next_window_start is None


def test_a_version_that_is_gone_from_the_primary_goes_from_the_replica(
    call: Call, secret: Secret, replica: Replica
) -> None:
    first = secret.versions.get().version_id
    for value in ("second", "third"):
        factories.make_version(call, secret, value)
    replication.run_due(call.now, "worker-1")
    secret.versions.filter(version_id=first).delete()
    replication.mark_stale(Secret.objects.get(pk=secret.pk))

    caught_up(call, secret)

    assert copy_of(replica).versions.count() == 2
    assert not copy_of(replica).versions.filter(version_id=first).exists()


def test_a_version_that_rotation_opened_is_filled_when_the_primarys_is(
    call: Call, there: Call, secret: Secret, replica: Replica
) -> None:
    token = "f" * 32
    secret.versions.create(version_id=token, created_at=call.now)
    replication.mark_stale(Secret.objects.get(pk=secret.pk))
    replication.run_due(call.now, "worker-1")
    assert not copy_of(replica).versions.get(version_id=token).has_value

    factories.make_version(call, secret, "filled", client_request_token=token)
    replication.run_due(call.now, "worker-1")

    assert read(there, version_id=token) == "filled"


def test_copying_again_changes_nothing(call: Call, secret: Secret, replica: Replica) -> None:
    before = list(WrappedDataKey.objects.order_by("pk").values_list("pk", flat=True))

    replica_copy.copy_onto(secret, copy_of(replica), call.now)

    assert list(WrappedDataKey.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_a_secret_without_a_value_is_replicated_too(call: Call, there: Call) -> None:
    secret = factories.make_secret(call, "prod/empty", secret_string=None)

    replica = replicated(call, secret)

    assert replica.status == ReplicationStatus.IN_SYNC
    assert operations.describe_secret(there, secret_id="prod/empty").versions_to_stages == {}


# --- the replica's key -----------------------------------------------------------------------------


def test_a_replicas_key_is_changed_by_asking_again(call: Call, there: Call, secret: Secret, replica: Replica) -> None:
    """The labelled versions are encrypted under the new key: disabling it makes them unreadable there."""
    factories.make_version(call, secret, "second")
    key = factories.make_key("alias/ireland", region=IRELAND)

    again = replicated(call, secret, "alias/ireland")

    assert again.status == ReplicationStatus.IN_SYNC
    assert copy_of(again).kms_key == key
    used = WrappedDataKey.objects.filter(version__secret=copy_of(again))
    assert {wrapping.backing_key.kms_key for wrapping in used} == {key}
    assert read(there) == "second"
    assert read(there, version_stage="AWSPREVIOUS") is not None


def test_the_default_key_can_be_gone_back_to(call: Call, secret: Secret) -> None:
    factories.make_key("alias/ireland", region=IRELAND)
    replicated(call, secret, "alias/ireland")

    again = replicated(call, secret, "alias/aws/secretsmanager")

    assert (again.kms_key, again.kms_key_id_given) == (None, "")
    assert copy_of(again).kms_key is None


def test_asking_again_without_a_key_keeps_the_replicas(call: Call, secret: Secret) -> None:
    key = factories.make_key("alias/ireland", region=IRELAND)
    replicated(call, secret, "alias/ireland")

    assert replicated(call, secret).kms_key == key


# --- when it may say InSync ------------------------------------------------------------------------


def test_a_change_makes_the_replica_in_progress_at_once(call: Call, secret: Secret, replica: Replica) -> None:
    factories.make_version(call, secret, "second")

    replica.refresh_from_db()

    assert (replica.status, replica.status_message, replica.due_at) == (ReplicationStatus.IN_PROGRESS, "", call.now)


def test_a_run_that_was_overtaken_does_not_claim_to_be_in_sync(call: Call, secret: Secret, replica: Replica) -> None:
    """Between the copy and the note of its success the primary changed again."""
    factories.make_version(call, secret, "second")
    seen = Replica.objects.get(pk=replica.pk)
    factories.make_version(call, secret, "third")

    replication._note_success(seen, copy_of(replica), call.now)

    replica.refresh_from_db()
    assert (replica.status, replica.due_at) == (ReplicationStatus.IN_PROGRESS, call.now)


def test_a_replica_somebody_works_on_is_left_alone(call: Call, secret: Secret, replica: Replica) -> None:
    factories.make_version(call, secret, "second")
    Replica.objects.update(lease_owner="worker-2", lease_until=call.now + timedelta(minutes=1))

    assert replication.run_due(call.now, "worker-1") == 0


def test_what_a_killed_worker_left_is_taken_up_when_its_lease_ends(
    call: Call, there: Call, secret: Secret, replica: Replica
) -> None:
    factories.make_version(call, secret, "second")
    Replica.objects.update(lease_owner="worker-2", lease_until=call.now + timedelta(minutes=1))

    assert replication.run_due(call.now + timedelta(minutes=1), "worker-1") == 1

    assert read(there) == "second"


def test_a_copy_that_breaks_off_leaves_nothing_behind(
    call: Call, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle: no half replica, nothing that says InSync, and still due."""

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(replica_copy, "_copy_labels", killed)
    operations.replicate_secret_to_regions(call, secret_id=secret.name, add_replica_regions=[{"Region": IRELAND}])

    with pytest.raises(KeyboardInterrupt):
        replication.run_due(call.now, "worker-1")

    replica = Replica.objects.get()
    assert (replica.status, replica.secret, replica.due_at) == (ReplicationStatus.IN_PROGRESS, None, call.now)
    assert not Secret.objects.filter(region=IRELAND).exists()


def test_what_is_in_sync_is_not_due(call: Call, replica: Replica) -> None:
    assert replication.run_due(call.now + timedelta(days=365), "worker-1") == 0


def test_a_secret_without_replicas_costs_no_query(
    secret: Secret, django_assert_num_queries: Callable[[int], object]
) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        replication.mark_stale(secret)


def test_a_replica_that_is_removed_while_it_is_due_is_no_error(call: Call, secret: Secret, replica: Replica) -> None:
    operations.remove_regions_from_replication(call, secret_id=secret.name, remove_replica_regions=[IRELAND])

    replication.sync(replica.pk, call.now)

    assert not Secret.objects.filter(region=IRELAND).exists()


# --- what goes wrong -------------------------------------------------------------------------------


def test_a_name_that_is_taken_there_fails(call: Call, there: Call, secret: Secret) -> None:
    """Message documented (api.md 4.12)."""
    theirs = factories.make_secret(there, secret.name, secret_string="theirs")

    replica = replicated(call, secret)

    assert replica.status == ReplicationStatus.FAILED
    assert replica.status_message == "Replication failed: Secret with this name already exists in this region"
    assert read(there) == "theirs"
    assert Secret.objects.get(region=IRELAND) == theirs


def test_overwriting_replaces_what_has_the_name(call: Call, there: Call, secret: Secret) -> None:
    theirs = factories.make_secret(there, secret.name, secret_string="theirs")

    replica = replicated(call, secret, overwrite=True)

    assert replica.status == ReplicationStatus.IN_SYNC
    assert not Secret.objects.filter(pk=theirs.pk).exists()
    assert read(there) == read(call)


def test_a_failed_replica_is_tried_again_by_asking_again(call: Call, there: Call, secret: Secret) -> None:
    factories.make_secret(there, secret.name)
    replicated(call, secret)

    assert replicated(call, secret, overwrite=True).status == ReplicationStatus.IN_SYNC


def test_the_permission_to_overwrite_is_used_up(call: Call, there: Call, secret: Secret) -> None:
    factories.make_secret(there, secret.name)

    assert not replicated(call, secret, overwrite=True).overwrite


def test_a_replica_of_another_primary_is_never_overwritten(
    call: Call, make_call: Callable[..., Call], secret: Secret, replica: Replica
) -> None:
    """Message seen in the field (api.md 4.12)."""
    ohio = make_call(region="us-east-2")
    other = factories.make_secret(ohio, secret.name)

    failed = replicated(ohio, other, overwrite=True)

    assert failed.status_message == (
        "Replication failed: Secret name prod/database is currently replicated to eu-west-1 with a different arn"
    )
    assert copy_of(replica).suffix == secret.suffix


def test_a_primary_there_or_a_managed_secret_is_never_overwritten(call: Call, there: Call, secret: Secret) -> None:
    theirs = factories.make_secret(there, secret.name)
    operations.replicate_secret_to_regions(there, secret_id=secret.name, add_replica_regions=[{"Region": "eu-west-2"}])

    assert "replicas of its own" in replicated(call, secret, overwrite=True).status_message

    operations.remove_regions_from_replication(there, secret_id=secret.name, remove_replica_regions=["eu-west-2"])
    Secret.objects.filter(pk=theirs.pk).update(owning_service="rds")

    assert "managed by rds" in replicated(call, secret, overwrite=True).status_message


def test_a_replica_that_never_came_to_be_is_not_tried_by_itself(call: Call, there: Call, secret: Secret) -> None:
    factories.make_secret(there, secret.name)
    replicated(call, secret)

    factories.make_version(call, secret, "second")

    assert replication.run_due(call.now + timedelta(days=1), "worker-1") == 0
    assert Replica.objects.get().status == ReplicationStatus.FAILED


@pytest.fixture
def ireland_key() -> KmsKey:
    return factories.make_key("alias/ireland", region=IRELAND)


def test_a_disabled_replica_key_fails_with_the_reason(
    call: Call, there: Call, secret: Secret, ireland_key: KmsKey
) -> None:
    kms.disable_key(there, key_id=ireland_key.key_id)

    failed = replicated(call, secret, "alias/ireland")

    assert failed.status == ReplicationStatus.FAILED
    assert failed.status_message == f"Replication failed: {ireland_key.arn} is disabled."
    assert not Secret.objects.filter(region=IRELAND).exists()


def test_a_replica_whose_key_comes_back_catches_up_by_itself(
    call: Call, there: Call, secret: Secret, ireland_key: KmsKey
) -> None:
    replicated(call, secret, "alias/ireland")
    kms.disable_key(there, key_id=ireland_key.key_id)
    factories.make_version(call, secret, "second")
    assert caught_up(call, secret).status == ReplicationStatus.FAILED
    kms.enable_key(there, key_id=ireland_key.key_id)

    assert replication.run_due(call.now + timedelta(seconds=29), "worker-1") == 0
    assert replication.run_due(call.now + timedelta(seconds=30), "worker-1") == 1

    assert read(there) == "second"
    assert Replica.objects.get().status == ReplicationStatus.IN_SYNC


def test_a_failing_replica_is_tried_ever_more_seldom(
    call: Call, there: Call, secret: Secret, ireland_key: KmsKey
) -> None:
    replicated(call, secret, "alias/ireland")
    kms.disable_key(there, key_id=ireland_key.key_id)
    factories.make_version(call, secret, "second")
    waits = []

    for _ in range(9):
        due_at = Replica.objects.get().due_at
        assert due_at is not None
        replication.run_due(due_at, "worker-1")
        waits.append(int((Replica.objects.get().due_at - due_at).total_seconds()))  # type: ignore[operator]

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_change_that_needs_no_key_is_followed_though_the_key_is_disabled(
    call: Call, there: Call, secret: Secret, ireland_key: KmsKey
) -> None:
    replicated(call, secret, "alias/ireland")
    kms.disable_key(there, key_id=ireland_key.key_id)
    operations.tag_resource(call, secret_id=secret.name, tags=[{"Key": "a", "Value": "1"}])

    assert caught_up(call, secret).status == ReplicationStatus.IN_SYNC


def test_a_primary_whose_key_is_disabled_fails_its_replicas(call: Call) -> None:
    key = factories.make_key("alias/home")
    secret = factories.make_secret(call, kms_key_id="alias/home")
    kms.disable_key(call, key_id=key.key_id)

    failed = replicated(call, secret)

    assert failed.status == ReplicationStatus.FAILED
    assert f"{key.arn} is disabled." in failed.status_message


def test_an_outdated_version_whose_key_is_gone_is_left_out(call: Call, there: Call) -> None:
    key = factories.make_key("alias/home")
    secret = factories.make_secret(call, kms_key_id="alias/home")
    operations.update_secret(call, secret_id=secret.name, client_request_token="c" * 32, kms_key_id="")
    WrappedDataKey.objects.exclude(backing_key__kms_key=key).delete()  # as if the key had been unusable then
    for value in ("second", "third"):
        factories.make_version(call, secret, value)
    kms.disable_key(call, key_id=key.key_id)

    replica = replicated(call, secret)

    assert replica.status == ReplicationStatus.IN_SYNC
    assert copy_of(replica).versions.count() == 2


def test_a_stored_value_that_was_tampered_with_is_not_spread(call: Call, secret: Secret) -> None:
    secret.versions.update(ciphertext=b"x" * 40)

    failed = replicated(call, secret)

    assert failed.status == ReplicationStatus.FAILED
    assert not Secret.objects.filter(region=IRELAND).exists()


# --- what the audit trail says of it ---------------------------------------------------------------


def told() -> list[tuple[str, str, int | None, str]]:
    """(event, Region, secret, error) of the service's own events about replication, in order."""
    events = AuditEvent.objects.filter(door="worker", event_name__startswith="Replication").order_by("id")
    return list(events.values_list("event_name", "region", "secret_pk", "error_message"))


def test_a_copy_is_on_record_in_both_regions(call: Call, secret: Secret, replica: Replica) -> None:
    copy = copy_of(replica)

    assert told() == [
        ("ReplicationSucceeded", secret.region, secret.pk, ""),
        ("ReplicationSucceeded", IRELAND, copy.pk, ""),
    ]
    events = AuditEvent.objects.filter(event_name="ReplicationSucceeded").order_by("id")
    assert len({event.request_id for event in events}) == 1
    assert [json.loads(event.request_parameters) for event in events] == [
        {"SecretId": secret.arn, "ReplicaRegion": IRELAND},
        {"SecretId": copy.arn, "ReplicaRegion": IRELAND},
    ]
    assert {event.principal_arn for event in events} == {"secretsmanager.amazonaws.com"}


def test_a_copy_that_never_came_to_be_is_on_record_with_the_reason(call: Call, there: Call, secret: Secret) -> None:
    factories.make_secret(there, secret.name)

    failed = replicated(call, secret)

    assert told() == [("ReplicationFailed", secret.region, secret.pk, failed.status_message)]
    assert AuditEvent.objects.get(event_name="ReplicationFailed").error_code == "ReplicationFailed"


def test_every_attempt_that_fails_is_on_record(call: Call, there: Call, secret: Secret, ireland_key: KmsKey) -> None:
    copy = copy_of(replicated(call, secret, "alias/ireland"))
    kms.disable_key(there, key_id=ireland_key.key_id)
    factories.make_version(call, secret, "value-marker")
    AuditEvent.objects.all().delete()

    replication.run_due(call.now, "worker-1")
    replication.run_due(call.now + timedelta(seconds=30), "worker-1")

    reason = f"Replication failed: {ireland_key.arn} is disabled."
    once = [
        ("ReplicationFailed", secret.region, secret.pk, reason),
        ("ReplicationFailed", IRELAND, copy.pk, reason),
    ]
    assert told() == once * 2
    assert "value-marker" not in json.dumps(list(AuditEvent.objects.values()), default=str)


def test_a_replica_refused_for_its_key_is_on_record(call: Call, secret: Secret) -> None:
    replicated(call, secret, "alias/nothing")

    (event,) = told()
    assert event[:3] == ("ReplicationFailed", secret.region, secret.pk)
    assert event[3] == Replica.objects.get().status_message


def test_what_was_overwritten_is_told_of_where_it_was(call: Call, there: Call, secret: Secret) -> None:
    theirs = factories.make_secret(there, secret.name, secret_string="theirs")

    replicated(call, secret, overwrite=True)

    ended = AuditEvent.objects.filter(region=IRELAND, secret_pk=theirs.pk, door="worker").order_by("id")
    assert [event.event_name for event in ended] == [
        "StartSecretVersionDelete",
        "EndSecretVersionDelete",
        "EndSecretDelete",
    ]


def test_what_could_not_be_overwritten_is_not_told_of(
    call: Call, there: Call, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal is undone with the copy that failed, and its events with it."""
    theirs = factories.make_secret(there, secret.name, secret_string="theirs")

    def fails(*_arguments: object) -> None:
        raise replica_copy.Failure("no room")

    monkeypatch.setattr(replica_copy, "copy_onto", fails)
    replicated(call, secret, overwrite=True)

    assert Secret.objects.filter(pk=theirs.pk).exists()
    assert not AuditEvent.objects.filter(secret_pk=theirs.pk, door="worker").exists()
    assert told() == [("ReplicationFailed", secret.region, secret.pk, "Replication failed: no room")]


def test_a_removed_replica_is_told_of_in_its_region(call: Call, secret: Secret, replica: Replica) -> None:
    copy = copy_of(replica)

    operations.remove_regions_from_replication(call, secret_id=secret.name, remove_replica_regions=[IRELAND])

    assert AuditEvent.objects.filter(region=IRELAND, secret_pk=copy.pk, event_name="EndSecretDelete").count() == 1
