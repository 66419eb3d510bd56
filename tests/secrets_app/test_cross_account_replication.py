"""A secret's value kept in another account: made there, associated here, followed, and ended by either side.

Facts: user guide, "Replicate AWS Secrets Manager secrets across accounts" and its pages; API reference.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import arns, cross_account_replication, operations, replica_copy
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    AwsError,
    EncryptionFailure,
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ResourceNotFoundException,
)
from secrets_app.kms import operations as kms
from secrets_app.models import AuditEvent, CrossAccountReplica, IdentityPolicy, KmsKey, Principal, Secret
from tests import factories
from tests.factories import Person

THEIRS = "444455556666"
ROOT, THEIR_ROOT = (arns.iam(account, "root") for account in (factories.ACCOUNT, THEIRS))


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(principal: str, *actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"}


@pytest.fixture
def carol(db: None) -> Person:
    """May do everything in the account of the replica."""
    return factories.make_person("carol", factories.EVERYTHING, account=THEIRS)


@pytest.fixture
def theirs(carol: Person) -> Call:
    return factories.make_call(carol)


@pytest.fixture
def their_key(theirs: Call) -> KmsKey:
    """Which the account of the primary may encrypt with."""
    return kms.create_key(theirs, policy=policy(allow(THEIR_ROOT, "kms:*"), allow(ROOT, "kms:Encrypt")))


@pytest.fixture
def pending(theirs: Call, secret: Secret, their_key: KmsKey) -> Secret:
    """A replica of prod/database that nobody has associated yet."""
    return make_replica(theirs, secret, their_key)


@pytest.fixture
def replica(call: Call, secret: Secret, pending: Secret) -> Secret:
    """Associated, and in sync."""
    associate(call, secret, pending)
    catch_up(call)
    return pending


def make_replica(theirs: Call, primary: Secret, key: KmsKey, name: str = "their/copy", **more: Any) -> Secret:
    return operations.create_secret(
        theirs,
        name=name,
        client_request_token=str(uuid.uuid4()),
        kms_key_id=key.arn,
        cross_account_primary_arn=primary.arn,
        **more,
    ).secret


def associate(call: Call, primary: Secret, replica: Secret, **more: Any) -> CrossAccountReplica:
    return operations.associate_cross_account_replica(
        call, secret_id=primary.name, cross_account_replica_arn=replica.arn, **more
    )


def disassociate(call: Call, primary: Secret, replica: Secret) -> None:
    operations.disassociate_cross_account_replica(call, secret_id=primary.name, cross_account_replica_arn=replica.arn)


def catch_up(call: Call) -> int:
    return cross_account_replication.run_due(call.now, "worker-1")


def read(call: Call, secret: Secret, **which: str) -> str | None:
    return operations.get_secret_value(call, secret_id=secret.name, **which).value.string


def statuses(call: Call, theirs: Call, primary: Secret, replica: Secret) -> tuple[str | None, str | None]:
    """As each side shows it; None where it shows nothing."""
    here = operations.describe_secret(call, secret_id=primary.name).cross_account_replica
    there = operations.describe_secret(theirs, secret_id=replica.name).cross_account_primary
    return here.status if here else None, there.status if there else None


# --- making a replica ------------------------------------------------------------------------------


def test_a_new_replica_is_empty_and_pending(call: Call, theirs: Call, secret: Secret, pending: Secret) -> None:
    assert statuses(call, theirs, secret, pending) == (None, "Pending")
    with pytest.raises(ResourceNotFoundException):
        read(theirs, pending)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"secret_string": "x"}, "You can't specify SecretString"),
        ({"secret_binary": b"x"}, "You can't specify SecretBinary"),
        ({"description": "x"}, "You can't specify Description"),
        ({"type": "x"}, "You can't specify Type"),
        ({"add_replica_regions": [{"Region": "eu-west-1"}]}, "You can't specify AddReplicaRegions"),
        ({"kms_key_id": ""}, "customer managed KMS key"),
        ({"kms_key_id": "alias/aws/secretsmanager"}, "customer managed KMS key"),
        ({"cross_account_primary_arn": f"arn:aws:secretsmanager:us-west-2:{factories.ACCOUNT}:secret:a"}, "complete"),
        (
            {"cross_account_primary_arn": f"arn:aws:secretsmanager:eu-west-1:{factories.ACCOUNT}:secret:a-abcdef"},
            "Region",
        ),
        (
            {"cross_account_primary_arn": f"arn:aws:secretsmanager:us-west-2:{THEIRS}:secret:a-abcdef"},
            "another account",
        ),
        ({"cross_account_primary_arn": "arn:aws:s3:::bucket-of-somebody"}, "complete ARN of a secret"),
    ],
)
def test_what_a_replica_cannot_be_made_with(
    theirs: Call, secret: Secret, their_key: KmsKey, members: dict[str, Any], message: str
) -> None:
    """API reference, CreateSecret."""
    given = {"kms_key_id": their_key.arn, "cross_account_primary_arn": secret.arn, **members}

    with pytest.raises(InvalidParameterException, match=message):
        operations.create_secret(theirs, name="their/copy", client_request_token=str(uuid.uuid4()), **given)

    assert not CrossAccountReplica.objects.exists()


def test_making_a_replica_takes_permission_to_put_a_policy(secret: Secret, their_key: KmsKey) -> None:
    """Since Secrets Manager attaches one (user guide, "Permissions for cross-account replication")."""
    may = {"Effect": "Allow", "Action": ["secretsmanager:CreateSecret", "kms:*"], "Resource": "*"}
    dave = factories.make_person("dave", {"Version": "2012-10-17", "Statement": [may]}, account=THEIRS)

    with pytest.raises(AccessDeniedException, match="secretsmanager:PutResourcePolicy"):
        make_replica(factories.make_call(dave), secret, their_key)


def test_the_managed_policy_is_shown_beside_the_replicas_own(theirs: Call, pending: Secret) -> None:
    name = "cross-account-replication"

    assert operations.list_resource_policies(theirs, secret_id=pending.name) == [name]
    found = operations.get_resource_policy(theirs, secret_id=pending.name, policy_name=name).document
    (statement,) = json.loads(found or "")["Statement"]
    assert (statement["Principal"], statement["Action"]) == (
        {"AWS": ROOT},
        "secretsmanager:AcceptCrossAccountReplication",
    )
    assert operations.get_resource_policy(theirs, secret_id=pending.name).document is None


# --- associating it --------------------------------------------------------------------------------


def test_an_associated_replica_gets_the_value_and_keeps_what_is_its_own(
    call: Call, theirs: Call, secret: Secret, pending: Secret, their_key: KmsKey
) -> None:
    operations.update_secret(call, secret_id=secret.name, client_request_token=str(uuid.uuid4()), description="ours")
    operations.tag_resource(call, secret_id=secret.name, tags=[{"Key": "team", "Value": "ours"}])

    link = associate(call, secret, pending)
    assert (link.status, statuses(call, theirs, secret, pending)) == ("InProgress", ("InProgress", "InProgress"))
    assert catch_up(call) == 1

    assert statuses(call, theirs, secret, pending) == ("InSync", "InSync")
    assert read(theirs, pending) == read(call, secret)
    copy = operations.describe_secret(theirs, secret_id=pending.name)
    assert (copy.secret.description, copy.tags, copy.secret.primary_region) == ("", [], "")
    assert copy.secret.versions.get().wrapped_data_keys.get().backing_key.kms_key == their_key


def test_a_new_value_and_a_moved_label_are_followed(call: Call, theirs: Call, secret: Secret, replica: Secret) -> None:
    first = secret.versions.get().version_id
    second = factories.make_version(call, secret, "second", version_stages=["AWSCURRENT", "blue"])
    assert statuses(call, theirs, secret, replica) == ("InProgress", "InProgress")

    catch_up(call)

    assert (read(theirs, replica), read(theirs, replica, version_stage="blue")) == ("second", "second")
    operations.update_secret_version_stage(
        call, secret_id=secret.name, version_stage="blue", move_to_version_id=first, remove_from_version_id=second
    )
    catch_up(call)
    assert read(theirs, replica, version_stage="blue") == read(call, secret, version_id=first)


def test_what_is_not_followed_makes_nothing_due(call: Call, secret: Secret, replica: Secret) -> None:
    operations.tag_resource(call, secret_id=secret.name, tags=[{"Key": "a", "Value": "b"}])
    operations.update_secret(call, secret_id=secret.name, client_request_token=str(uuid.uuid4()), description="new")

    assert catch_up(call) == 0


def test_asking_again_repairs(call: Call, theirs: Call, secret: Secret, replica: Secret, their_key: KmsKey) -> None:
    """ "This operation is idempotent, so you can call it again for the same replica to repair replication." """
    kms.disable_key(theirs, key_id=their_key.key_id)
    factories.make_version(call, secret, "second")
    catch_up(call)
    assert statuses(call, theirs, secret, replica) == ("Failed", "Failed")
    kms.enable_key(theirs, key_id=their_key.key_id)

    associate(call, secret, replica)
    catch_up(call)

    assert statuses(call, theirs, secret, replica) == ("InSync", "InSync")


def test_a_primary_has_one_replica_at_most(
    call: Call, theirs: Call, secret: Secret, replica: Secret, their_key: KmsKey
) -> None:
    another = make_replica(theirs, secret, their_key, "their/second")

    with pytest.raises(LimitExceededException):
        associate(call, secret, another)


def test_what_was_not_made_for_this_primary_is_not_associated(
    call: Call, theirs: Call, secret: Secret, their_key: KmsKey
) -> None:
    """Whether it isn't there, isn't a replica or isn't this one's: nobody learns which who may not know."""
    other = factories.make_secret(call, "other")
    plain = factories.make_secret(theirs, "plain")
    made_for_other = make_replica(theirs, other, their_key)
    missing = f"arn:aws:secretsmanager:us-west-2:{THEIRS}:secret:missing-abcdef"

    with pytest.raises(InvalidRequestException, match="was not created as a cross-account replica of this"):
        associate(call, secret, made_for_other)
    refusals = set()
    for arn in (plain.arn, missing):
        with pytest.raises(AccessDeniedException) as refused:
            operations.associate_cross_account_replica(call, secret_id=secret.name, cross_account_replica_arn=arn)
        refusals.add(refused.value.message.replace(arn, "ARN"))
    assert len(refusals) == 1


@pytest.mark.parametrize(
    "missing",
    [
        "secretsmanager:AssociateCrossAccountReplica",
        "secretsmanager:GetSecretValue",
        "secretsmanager:AcceptCrossAccountReplication",
        "kms:Encrypt",
    ],
)
def test_associating_takes_four_permissions_and_otherwise_changes_nothing(
    secret: Secret, pending: Secret, missing: str
) -> None:
    """API reference, AssociateCrossAccountReplica; kms:Decrypt is for a primary under a customer key."""
    deny = {"Effect": "Deny", "Action": missing, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [*factories.EVERYTHING["Statement"], deny]}
    dave = factories.make_call(factories.make_person("dave", document))

    with pytest.raises(AccessDeniedException):
        associate(dave, secret, pending)

    assert CrossAccountReplica.objects.get().status == "Pending"
    secret.refresh_from_db()
    assert not secret.has_cross_account_replica


def test_the_replicas_key_has_to_let_the_primarys_account_encrypt(
    call: Call, theirs: Call, secret: Secret, pending: Secret, their_key: KmsKey
) -> None:
    kms.put_key_policy(theirs, key_id=their_key.key_id, policy=policy(allow(THEIR_ROOT, "kms:*")))

    with pytest.raises(AccessDeniedException, match=r"^Access to KMS is not allowed$"):
        associate(call, secret, pending)


def test_the_replicas_own_policy_can_refuse_it(call: Call, theirs: Call, secret: Secret, pending: Secret) -> None:
    denial = {**allow(ROOT, "secretsmanager:AcceptCrossAccountReplication"), "Effect": "Deny"}
    operations.put_resource_policy(theirs, secret_id=pending.name, resource_policy=policy(denial))

    with pytest.raises(AccessDeniedException, match="with an explicit deny in a resource-based policy"):
        associate(call, secret, pending)


def test_a_disabled_key_is_found_when_it_is_associated(
    call: Call, theirs: Call, secret: Secret, pending: Secret, their_key: KmsKey
) -> None:
    kms.disable_key(theirs, key_id=their_key.key_id)

    with pytest.raises(EncryptionFailure):
        associate(call, secret, pending)


# --- in whose name -----------------------------------------------------------------------------------


@pytest.fixture
def writer(secret: Secret) -> Call:
    """May change the primary's value, and use no key."""
    may = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    return factories.make_call(factories.make_person("writer", {"Version": "2012-10-17", "Statement": [may]}))


@pytest.fixture
def role(alice: Person) -> Principal:
    """May use the keys, and trusts Secrets Manager to assume it."""
    may = {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*"}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "secretsmanager.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    made = Principal.objects.create(
        account_id=factories.ACCOUNT,
        kind="role",
        name="replicator",
        unique_id="AROAREPLICATOR1",
        created_at=factories.NOW,
        trust_policy=policy(trust),
    )
    IdentityPolicy.objects.create(
        principal=made, name="keys", document=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return made


def test_without_a_role_whoever_changes_the_value_needs_the_keys(
    call: Call, theirs: Call, writer: Call, secret: Secret, replica: Secret
) -> None:
    """Forward access session (user guide, "How Secrets Manager authorizes cross-account replication")."""
    factories.make_version(writer, secret, "by the writer")

    assert (statuses(call, theirs, secret, replica), catch_up(call)) == (("Failed", "Failed"), 0)
    link = CrossAccountReplica.objects.get()
    assert link.status_message == "Replication failed: Access to KMS is not allowed"
    assert read(theirs, replica) != "by the writer"

    factories.make_version(call, secret, "by alice")
    catch_up(call)
    assert (statuses(call, theirs, secret, replica), read(theirs, replica)) == (("InSync", "InSync"), "by alice")


def test_with_a_role_it_is_the_role_that_needs_them(
    call: Call, theirs: Call, writer: Call, role: Principal, secret: Secret, pending: Secret
) -> None:
    associate(call, secret, pending, replication_role_arn=role.arn)
    factories.make_version(writer, secret, "by the writer")
    catch_up(call)

    assert read(theirs, pending) == "by the writer"
    entry = operations.describe_secret(call, secret_id=secret.name).cross_account_replica
    assert entry is not None
    assert entry.replication_role_arn == role.arn
    IdentityPolicy.objects.filter(principal=role).delete()
    factories.make_version(writer, secret, "again")
    catch_up(call)
    assert statuses(call, theirs, secret, pending) == ("Failed", "Failed")


def test_a_role_that_may_use_the_keys_again_catches_up_by_itself(
    call: Call, theirs: Call, role: Principal, secret: Secret, pending: Secret
) -> None:
    associate(call, secret, pending, replication_role_arn=role.arn)
    Principal.objects.filter(pk=role.pk).update(is_active=False)
    catch_up(call)
    assert statuses(call, theirs, secret, pending) == ("Failed", "Failed")
    Principal.objects.filter(pk=role.pk).update(is_active=True)

    assert catch_up(replace(call, now=call.now + timedelta(seconds=29))) == 0
    assert catch_up(replace(call, now=call.now + timedelta(seconds=30))) == 1
    assert statuses(call, theirs, secret, pending) == ("InSync", "InSync")


def test_a_role_is_passed_by_whom_that_is_allowed(secret: Secret, pending: Secret, role: Principal) -> None:
    may = {"Effect": "Allow", "Action": ["secretsmanager:*", "kms:*"], "Resource": "*"}
    dave = factories.make_call(factories.make_person("dave", {"Version": "2012-10-17", "Statement": [may]}))

    with pytest.raises(AccessDeniedException, match=f"perform: iam:PassRole on resource: {role.arn}"):
        associate(dave, secret, pending, replication_role_arn=role.arn)


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{THEIRS}:role/replicator", arns.iam(factories.ACCOUNT, "role/missing")])
def test_a_role_is_one_of_the_primarys_account(
    call: Call, secret: Secret, pending: Secret, role: Principal, arn: str
) -> None:
    with pytest.raises(InvalidParameterException, match="not a role in the account of the primary"):
        associate(call, secret, pending, replication_role_arn=arn)


@pytest.mark.parametrize(
    "trust", ["", policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:AssumeRole"})]
)
def test_a_role_has_to_trust_secrets_manager(
    call: Call, secret: Secret, pending: Secret, role: Principal, trust: str
) -> None:
    Principal.objects.filter(pk=role.pk).update(trust_policy=trust)

    with pytest.raises(InvalidParameterException, match="does not allow Secrets Manager to assume it"):
        associate(call, secret, pending, replication_role_arn=role.arn)


# --- what it is and isn't --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("put_secret_value", {"secret_string": "x", "client_request_token": "t" * 32}),
        ("update_secret", {"secret_string": "x", "client_request_token": "t" * 32}),
        ("update_secret_version_stage", {"version_stage": "blue"}),
        ("rotate_secret", {"client_request_token": "t" * 32}),
        ("replicate_secret_to_regions", {"add_replica_regions": [{"Region": "eu-west-1"}]}),
        ("update_secret", {"kms_key_id": "", "client_request_token": "t" * 32}),
        ("delete_secret", {}),
    ],
)
def test_the_value_of_a_replica_is_its_primarys(
    theirs: Call, replica: Secret, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises((InvalidParameterException, InvalidRequestException)):
        getattr(operations, operation)(theirs, secret_id=replica.name, **arguments)

    assert Secret.objects.filter(pk=replica.pk, deleted_at=None).exists()


def test_everything_else_of_a_replica_is_its_accounts(theirs: Call, replica: Secret) -> None:
    key = kms.create_key(theirs, policy=policy(allow(THEIR_ROOT, "kms:*"), allow(ROOT, "kms:Encrypt")))

    operations.tag_resource(theirs, secret_id=replica.name, tags=[{"Key": "team", "Value": "theirs"}])
    operations.put_resource_policy(
        theirs,
        secret_id=replica.name,
        resource_policy=policy(allow(THEIR_ROOT, "secretsmanager:GetSecretValue")),
    )
    operations.update_secret(
        theirs,
        secret_id=replica.name,
        client_request_token=str(uuid.uuid4()),
        description="theirs",
        kms_key_id=key.arn,
    )

    described = operations.describe_secret(theirs, secret_id=replica.name)
    assert (described.secret.description, described.secret.kms_key) == ("theirs", key)
    assert operations.list_resource_policies(theirs, secret_id=replica.name) == [
        "default",
        "cross-account-replication",
    ]


def test_a_replica_is_no_primary(call: Call, theirs: Call, secret: Secret, replica: Secret) -> None:
    with pytest.raises(InvalidParameterException, match="not permitted on a cross-account replica"):
        associate(theirs, replica, secret)


# --- ending it -------------------------------------------------------------------------------------


def test_the_primarys_account_ends_it_and_the_replica_stays_detached(
    call: Call, theirs: Call, secret: Secret, replica: Secret
) -> None:
    with pytest.raises(InvalidParameterException, match="still associated with a cross-account replica"):
        operations.delete_secret(call, secret_id=secret.name)

    disassociate(call, secret, replica)

    assert statuses(call, theirs, secret, replica) == (None, "Detached")
    before = read(theirs, replica)
    factories.make_version(call, secret, "not followed")
    assert (catch_up(call), read(theirs, replica)) == (0, before)
    operations.delete_secret(call, secret_id=secret.name)
    with pytest.raises(InvalidRequestException, match="Call StopReplicationToReplica first"):
        operations.delete_secret(theirs, secret_id=replica.name)


def test_a_detached_replica_is_associated_again(call: Call, theirs: Call, secret: Secret, replica: Secret) -> None:
    disassociate(call, secret, replica)

    associate(call, secret, replica)
    catch_up(call)

    assert statuses(call, theirs, secret, replica) == ("InSync", "InSync")


def test_the_replicas_account_ends_it_and_has_a_secret_of_its_own(
    call: Call, theirs: Call, secret: Secret, replica: Secret
) -> None:
    """User guide, "Stop cross-account replication"."""
    operations.stop_replication_to_replica(theirs, secret_id=replica.name)

    assert statuses(call, theirs, secret, replica) == ("Detached", None)
    assert operations.list_resource_policies(theirs, secret_id=replica.name) == []
    factories.make_version(theirs, replica, "theirs now")
    factories.make_version(call, secret, "not followed")
    assert (catch_up(call), read(theirs, replica)) == (0, "theirs now")
    operations.delete_secret(theirs, secret_id=replica.name)
    disassociate(call, secret, replica)
    assert not CrossAccountReplica.objects.exists()


def test_ending_it_there_takes_permission_to_delete_a_policy(replica: Secret) -> None:
    may = {"Effect": "Allow", "Action": "secretsmanager:StopReplicationToReplica", "Resource": "*"}
    dave = factories.make_person("dave", {"Version": "2012-10-17", "Statement": [may]}, account=THEIRS)

    with pytest.raises(AccessDeniedException, match="secretsmanager:DeleteResourcePolicy"):
        operations.stop_replication_to_replica(factories.make_call(dave), secret_id=replica.name)


def test_a_replica_that_was_never_associated_can_be_ended_too(theirs: Call, pending: Secret) -> None:
    operations.stop_replication_to_replica(theirs, secret_id=pending.name)

    assert not CrossAccountReplica.objects.exists()
    operations.delete_secret(theirs, secret_id=pending.name)


def test_what_is_not_associated_is_not_ended(call: Call, secret: Secret, pending: Secret) -> None:
    with pytest.raises(InvalidParameterException, match="isn't associated"):
        disassociate(call, secret, pending)


# --- when it may say InSync ------------------------------------------------------------------------


def test_a_run_that_was_overtaken_does_not_claim_to_be_in_sync(
    call: Call, secret: Secret, replica: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_version(call, secret, "second")
    copy_values = replica_copy.copy_values

    def overtaken(*arguments: Any) -> None:
        copy_values(*arguments)
        CrossAccountReplica.objects.update(changes=100)

    monkeypatch.setattr(replica_copy, "copy_values", overtaken)
    catch_up(call)

    link = CrossAccountReplica.objects.get()
    assert (link.status, link.due_at is not None, link.lease_owner) == ("InProgress", True, "")


def test_what_a_killed_worker_left_is_taken_up_when_its_lease_ends(call: Call, secret: Secret, replica: Secret) -> None:
    factories.make_version(call, secret, "second")
    CrossAccountReplica.objects.update(lease_owner="killed", lease_until=call.now + timedelta(minutes=5))

    assert catch_up(call) == 0
    assert catch_up(replace(call, now=call.now + timedelta(minutes=5))) == 1


def test_copies_and_failures_are_on_record_in_both_accounts(
    call: Call, theirs: Call, secret: Secret, replica: Secret, their_key: KmsKey
) -> None:
    kms.disable_key(theirs, key_id=their_key.key_id)
    factories.make_version(call, secret, "second")
    catch_up(call)

    told = AuditEvent.objects.filter(event_name__startswith="Replication").order_by("pk")
    assert list(told.values_list("event_name", "account")) == [
        ("ReplicationSucceeded", factories.ACCOUNT),
        ("ReplicationSucceeded", THEIRS),
        ("ReplicationFailed", factories.ACCOUNT),
        ("ReplicationFailed", THEIRS),
    ]


def test_a_secret_without_such_a_replica_costs_no_query(
    call: Call, secret: Secret, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(0):
        cross_account_replication.value_changed(call, secret)


def test_an_error_never_names_another_accounts_secret_to_whom_it_is_not_shown(call: Call, secret: Secret) -> None:
    with pytest.raises(AwsError) as refused:
        operations.associate_cross_account_replica(
            call,
            secret_id="missing",
            cross_account_replica_arn=f"arn:aws:secretsmanager:us-west-2:{THEIRS}:secret:x-abcdef",
        )

    assert THEIRS not in refused.value.message
