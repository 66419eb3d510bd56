"""ReplicateSecretToRegions, RemoveRegionsFromReplication and StopReplicationToReplica."""

from collections.abc import Callable
from typing import Any

import pytest

from secrets_app import operations, replication
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    ValidationException,
)
from secrets_app.kms import keys
from secrets_app.models import KmsKey, Replica, ReplicationStatus, RotationConfiguration, Secret
from tests import factories
from tests.factories import Person

IRELAND, LONDON = "eu-west-1", "eu-west-2"
REPLICA_TEXT = "Operation not permitted on a replica secret. Call must be made in primary secret's region."


@pytest.fixture
def there(make_call: Callable[..., Call]) -> Call:
    return make_call(region=IRELAND)


@pytest.fixture
def replicated(call: Call, secret: Secret) -> Secret:
    """The secret, in sync in Ireland and London."""
    replicate(call, secret, IRELAND, LONDON)
    replication.run_due(call.now, "worker-1")
    return Secret.objects.get(pk=secret.pk)


def replicate(call: Call, secret: Secret, *regions: str, **members: Any) -> list[Replica]:
    found = operations.replicate_secret_to_regions(
        call, secret_id=secret.name, add_replica_regions=[{"Region": region} for region in regions], **members
    ).replicas
    assert found is not None
    return found


def permitted(name: str, *statements: dict[str, Any]) -> Person:
    complete = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return factories.make_person(name, {"Version": "2012-10-17", "Statement": complete})


# --- ReplicateSecretToRegions ----------------------------------------------------------------------


def test_replicas_are_in_progress_right_after_the_call(call: Call, secret: Secret) -> None:
    """Documented: the status comes without a message (api.md 4.12)."""
    found = replicate(call, secret, IRELAND, LONDON)

    assert [(replica.region, replica.status, replica.status_message) for replica in found] == [
        (IRELAND, ReplicationStatus.IN_PROGRESS, ""),
        (LONDON, ReplicationStatus.IN_PROGRESS, ""),
    ]
    assert Secret.objects.get().primary_region == factories.REGION


def test_further_regions_are_added_to_those_there_are(call: Call, replicated: Secret) -> None:
    found = replicate(call, replicated, "us-east-2")

    assert [replica.region for replica in found] == [IRELAND, LONDON, "us-east-2"]
    assert [replica.status for replica in found] == ["InSync", "InSync", "InProgress"]


def test_a_secret_can_be_created_with_replicas(call: Call, there: Call) -> None:
    stored = operations.create_secret(
        call,
        name="new",
        client_request_token="a" * 32,
        secret_string="value",
        add_replica_regions=[{"Region": IRELAND}],
    )

    replication.run_due(call.now, "worker-1")

    assert [replica.region for replica in stored.replicas or []] == [IRELAND]
    assert operations.get_secret_value(there, secret_id="new").value.string == "value"


@pytest.mark.parametrize(
    ("regions", "message"),
    [
        ([factories.REGION], "Invalid replica region."),
        (["eu-nowhere-1"], "Invalid replica region."),
        ([IRELAND, IRELAND], "The replica Region eu-west-1 is given more than once."),
    ],
)
def test_a_region_that_cannot_be_one_is_refused(call: Call, secret: Secret, regions: list[str], message: str) -> None:
    with pytest.raises(InvalidParameterException) as refused:
        replicate(call, secret, *regions)

    assert refused.value.message == message
    assert not Replica.objects.exists()


def test_what_is_no_regions_code_breaks_the_models_pattern(call: Call, secret: Secret) -> None:
    with pytest.raises(ValidationException, match="addReplicaRegions.1.member.region"):
        replicate(call, secret, "Ireland")


def test_an_entry_without_a_region_is_refused(call: Call, secret: Secret) -> None:
    with pytest.raises(InvalidParameterException, match="Invalid replica region"):
        operations.replicate_secret_to_regions(call, secret_id=secret.name, add_replica_regions=[{}])


def test_a_replica_cannot_be_replicated_from(there: Call, replicated: Secret) -> None:
    with pytest.raises(InvalidParameterException, match="primary secret's region"):
        replicate(there, replicated, "us-east-2")


def test_a_marked_secret_is_not_replicated(call: Call, secret: Secret) -> None:
    operations.delete_secret(call, secret_id=secret.name)

    with pytest.raises(InvalidRequestException, match="marked for deletion"):
        replicate(call, secret, IRELAND)


@pytest.mark.parametrize(
    ("key_id", "reason"),
    [
        ("alias/none", "The operation failed because of an invalid KMS key: Invalid keyId"),
        (
            "arn:aws:kms:us-west-2:123456789012:key/00000000-0000-4000-8000-000000000000",
            "The operation failed because of an invalid KMS key: Invalid arn us-west-2",
        ),
    ],
)
def test_a_key_that_is_not_there_fails_the_replica(call: Call, secret: Secret, key_id: str, reason: str) -> None:
    operations.replicate_secret_to_regions(
        call, secret_id=secret.name, add_replica_regions=[{"Region": IRELAND, "KmsKeyId": key_id}]
    )

    replication.run_due(call.now, "worker-1")

    replica = Replica.objects.get()
    assert (replica.status, replica.status_message) == (ReplicationStatus.FAILED, f"Replication failed: {reason}")


# --- permissions -----------------------------------------------------------------------------------


def test_a_replica_key_the_caller_may_not_use_fails_the_replica(
    call: Call, make_call: Callable[..., Call], secret: Secret
) -> None:
    """security.md 3.4: a Failed replica, not an error."""
    factories.make_key("alias/ireland", region=IRELAND)
    replicator = permitted("replicator", {"Action": "secretsmanager:*"})

    operations.replicate_secret_to_regions(
        make_call(replicator),
        secret_id=secret.name,
        add_replica_regions=[{"Region": IRELAND, "KmsKeyId": "alias/ireland"}],
    )

    replica = Replica.objects.get()
    assert replica.status == ReplicationStatus.FAILED
    assert replica.status_message == "Replication failed: Access to KMS is not allowed"


def test_a_change_of_the_primary_does_not_slip_past_a_missing_permission(
    call: Call, make_call: Callable[..., Call], secret: Secret
) -> None:
    """Somebody with more rights changes the secret: the refused replica stays refused."""
    factories.make_key("alias/ireland", region=IRELAND)
    replicator = permitted("replicator", {"Action": "secretsmanager:*"})
    operations.replicate_secret_to_regions(
        make_call(replicator),
        secret_id=secret.name,
        add_replica_regions=[{"Region": IRELAND, "KmsKeyId": "alias/ireland"}],
    )

    factories.make_version(call, secret, "second")

    assert replication.run_due(call.now, "worker-1") == 0
    assert not Secret.objects.filter(region=IRELAND).exists()


def test_a_primary_under_a_customer_key_takes_permission_to_decrypt(call: Call, make_call: Callable[..., Call]) -> None:
    home = factories.make_key("alias/home")
    secret = factories.make_secret(call, kms_key_id="alias/home")
    without = permitted("without", {"Action": "secretsmanager:*"})
    with_it = permitted("with", {"Action": "secretsmanager:*"}, {"Action": "kms:Decrypt", "Resource": home.arn})

    refused = replicate(make_call(without), secret, IRELAND)[0].status
    asked_again = replicate(make_call(with_it), secret, IRELAND)[0].status

    assert (refused, asked_again) == (ReplicationStatus.FAILED, ReplicationStatus.IN_PROGRESS)


def test_a_replica_key_takes_both_permissions_in_its_own_region(make_call: Callable[..., Call], secret: Secret) -> None:
    key = factories.make_key("alias/ireland", region=IRELAND)
    replicator = permitted(
        "replicator",
        {"Action": "secretsmanager:*"},
        {
            "Action": ["kms:GenerateDataKey", "kms:Encrypt"],
            "Resource": key.arn,
            "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}},
        },
    )

    operations.replicate_secret_to_regions(
        make_call(replicator),
        secret_id=secret.name,
        add_replica_regions=[{"Region": IRELAND, "KmsKeyId": "alias/ireland"}],
    )

    assert Replica.objects.get().status == ReplicationStatus.IN_PROGRESS


def test_a_replica_that_works_is_left_alone_by_a_change_of_key_that_is_not_permitted(
    call: Call, make_call: Callable[..., Call], replicated: Secret
) -> None:
    factories.make_key("alias/ireland", region=IRELAND)
    replicator = permitted("replicator", {"Action": "secretsmanager:*"})

    with pytest.raises(AccessDeniedException, match="Access to KMS is not allowed"):
        operations.replicate_secret_to_regions(
            make_call(replicator),
            secret_id=replicated.name,
            add_replica_regions=[{"Region": IRELAND, "KmsKeyId": "alias/ireland"}],
        )

    assert {replica.status for replica in Replica.objects.all()} == {ReplicationStatus.IN_SYNC}


def test_regions_and_overwriting_are_condition_keys(make_call: Callable[..., Call], secret: Secret) -> None:
    careful = permitted(
        "careful",
        {
            "Action": "secretsmanager:ReplicateSecretToRegions",
            "Condition": {
                "ForAllValues:StringEquals": {"secretsmanager:AddReplicaRegions": [IRELAND]},
                "Bool": {"secretsmanager:ForceOverwriteReplicaSecret": "false"},
            },
        },
    )

    replicate(make_call(careful), secret, IRELAND, force_overwrite_replica_secret=False)

    with pytest.raises(AccessDeniedException):
        replicate(make_call(careful), secret, LONDON, force_overwrite_replica_secret=False)
    with pytest.raises(AccessDeniedException):
        replicate(make_call(careful), secret, IRELAND, force_overwrite_replica_secret=True)


def test_nothing_is_done_for_whom_it_is_not_allowed(
    make_call: Callable[..., Call], replicated: Secret, mallory: Person
) -> None:
    here, there = make_call(mallory), make_call(mallory, region=IRELAND)
    arn = replicated.arn.replace("123456789012", "999999999999")

    with pytest.raises(AccessDeniedException):
        replicate(here, replicated, "us-east-2")
    with pytest.raises(AccessDeniedException):
        operations.remove_regions_from_replication(here, secret_id=replicated.name, remove_replica_regions=[IRELAND])
    with pytest.raises(AccessDeniedException):
        operations.stop_replication_to_replica(there, secret_id=replicated.name)
    with pytest.raises(AccessDeniedException):
        operations.associate_cross_account_replica(here, secret_id=replicated.name, cross_account_replica_arn=arn)
    with pytest.raises(AccessDeniedException):
        operations.disassociate_cross_account_replica(here, secret_id=replicated.name, cross_account_replica_arn=arn)


# --- a replica is read-only ------------------------------------------------------------------------


def test_a_replica_is_read_only(there: Call, replicated: Secret) -> None:
    """Sentence seen in the field (api.md 3)."""
    with pytest.raises(InvalidParameterException) as refused:
        operations.put_secret_value(there, secret_id=replicated.name, client_request_token="b" * 32, secret_string="no")

    assert refused.value.message == REPLICA_TEXT


def test_a_replica_cannot_be_deleted_but_by_its_primary(there: Call, replicated: Secret) -> None:
    with pytest.raises(InvalidParameterException):
        operations.delete_secret(there, secret_id=replicated.name, force_delete_without_recovery=True)

    assert Secret.objects.filter(region=IRELAND).exists()


def test_a_primary_with_replicas_is_not_deleted(call: Call, replicated: Secret) -> None:
    """Sentence seen in the field, full stop and all (api.md 3)."""
    with pytest.raises(InvalidParameterException) as refused:
        operations.delete_secret(call, secret_id=replicated.name)

    assert refused.value.message == (
        f"You can't delete secret {replicated.arn} that still has replica regions [eu-west-1, eu-west-2]."
    )


# --- RemoveRegionsFromReplication ------------------------------------------------------------------


def test_removing_a_region_deletes_the_replica_there(call: Call, there: Call, replicated: Secret) -> None:
    left = operations.remove_regions_from_replication(
        call, secret_id=replicated.name, remove_replica_regions=[IRELAND]
    ).replicas

    assert [replica.region for replica in left or []] == [LONDON]
    with pytest.raises(ResourceNotFoundException):
        operations.describe_secret(there, secret_id=replicated.name)


def test_without_its_last_replica_a_secret_is_an_ordinary_one(call: Call, replicated: Secret) -> None:
    left = operations.remove_regions_from_replication(
        call, secret_id=replicated.name, remove_replica_regions=[IRELAND, LONDON, IRELAND]
    )

    assert left.replicas == []
    assert Secret.objects.get().primary_region == ""


def test_a_region_without_a_replica_cannot_be_removed(call: Call, replicated: Secret) -> None:
    with pytest.raises(InvalidParameterException, match="isn't replicated to the Region us-east-2"):
        operations.remove_regions_from_replication(
            call, secret_id=replicated.name, remove_replica_regions=[IRELAND, "us-east-2"]
        )

    assert Replica.objects.count() == 2


def test_removing_a_failed_replica_leaves_alone_what_was_in_its_way(call: Call, there: Call, secret: Secret) -> None:
    theirs = factories.make_secret(there, secret.name)
    replicate(call, secret, IRELAND)
    replication.run_due(call.now, "worker-1")

    operations.remove_regions_from_replication(call, secret_id=secret.name, remove_replica_regions=[IRELAND])

    assert Secret.objects.get(region=IRELAND) == theirs


# --- StopReplicationToReplica ----------------------------------------------------------------------


def test_a_promoted_replica_is_a_secret_of_its_own(call: Call, there: Call, replicated: Secret) -> None:
    promoted = operations.stop_replication_to_replica(there, secret_id=replicated.name)

    assert (promoted.region, promoted.primary_region) == (IRELAND, "")
    operations.put_secret_value(
        there, secret_id=replicated.name, client_request_token="b" * 32, secret_string="its own"
    )
    assert operations.get_secret_value(call, secret_id=replicated.name).value.string != "its own"


def test_a_promoted_replica_follows_no_more(call: Call, there: Call, replicated: Secret) -> None:
    operations.stop_replication_to_replica(there, secret_id=replicated.name)

    factories.make_version(call, replicated, "newer")
    replication.run_due(call.now, "worker-1")

    assert operations.get_secret_value(there, secret_id=replicated.name).value.string != "newer"
    assert [replica.region for replica in Replica.objects.all()] == [LONDON]


def test_with_its_last_replica_promoted_a_primary_is_an_ordinary_secret(
    call: Call, make_call: Callable[..., Call], replicated: Secret
) -> None:
    for region in (IRELAND, LONDON):
        operations.stop_replication_to_replica(make_call(region=region), secret_id=replicated.name)

    assert Secret.objects.get(pk=replicated.pk).primary_region == ""
    operations.delete_secret(call, secret_id=replicated.name)


def test_a_promoted_replica_is_not_rotated(call: Call, there: Call, replicated: Secret) -> None:
    """The function is in the other Region."""
    RotationConfiguration.objects.create(secret=replicated, enabled=True, function_arn="f", enabled_at=call.now)
    replication.mark_stale(replicated)
    replication.run_due(call.now, "worker-1")

    promoted = operations.stop_replication_to_replica(there, secret_id=replicated.name)

    assert not RotationConfiguration.objects.filter(secret=promoted).exists()


def test_only_a_replica_can_be_promoted(call: Call, there: Call, replicated: Secret) -> None:
    with pytest.raises(InvalidRequestException, match="isn't a replica"):
        operations.stop_replication_to_replica(call, secret_id=replicated.name)
    factories.make_secret(there, "elsewhere")
    with pytest.raises(InvalidRequestException, match="isn't a replica"):
        operations.stop_replication_to_replica(there, secret_id="elsewhere")


def test_the_regions_default_key_is_made_when_it_is_first_needed(call: Call, replicated: Secret) -> None:
    made = keys.find(call.account, IRELAND, keys.DEFAULT_ALIAS)

    assert made is not None
    assert made.manager == KmsKey.Manager.AWS
