"""Rotating a key's material on demand: nothing is encrypted again, and everything still opens."""

from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import keys
from secrets_app.kms import operations as kms
from secrets_app.kms.errors import DisabledException, KMSInvalidStateException, LimitExceededException
from secrets_app.kms.operations import rotation
from secrets_app.models import KmsKey, WrappedDataKey
from tests import factories


@pytest.fixture
def key(call: Call) -> KmsKey:
    return kms.create_key(call)


def test_old_versions_open_and_new_ones_are_under_the_new_material(call: Call, key: KmsKey) -> None:
    """security.md 3.5."""
    secret = factories.make_secret(call, secret_string="old", kms_key_id=key.arn)

    kms.rotate_key_on_demand(call, key_id=key.key_id)

    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "old"
    version_id = factories.make_version(call, secret, "new")
    assert WrappedDataKey.objects.get(version__version_id=version_id).backing_key.number == 2
    assert WrappedDataKey.objects.exclude(version__version_id=version_id).get().backing_key.number == 1
    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "new"
    old = operations.get_secret_value(call, secret_id=secret.name, version_stage="AWSPREVIOUS")
    assert old.value.string == "old"


def test_what_was_encrypted_before_opens_afterwards(call: Call, key: KmsKey) -> None:
    before = kms.encrypt(call, key_id=key.key_id, plaintext=b"before")

    kms.rotate_key_on_demand(call, key_id=key.key_id)

    assert kms.decrypt(call, ciphertext_blob=before.blob).plaintext == b"before"
    after = kms.encrypt(call, key_id=key.key_id, plaintext=b"after")
    assert after.backing_key.number == 2


def test_rotations_are_listed_without_the_first_material(call: Call, key: KmsKey) -> None:
    call.now += timedelta(hours=1)
    kms.rotate_key_on_demand(call, key_id=key.key_id)
    kms.rotate_key_on_demand(call, key_id=key.key_id)

    rotations = kms.list_key_rotations(call, key_id=key.key_id).items
    everything = kms.list_key_rotations(call, key_id=key.key_id, include_key_material="ALL_KEY_MATERIAL").items

    assert [(row.backing_key.number, row.is_current) for row in rotations] == [(2, False), (3, True)]
    assert [row.is_first for row in everything] == [True, False, False]


def test_rotations_come_in_pages(call: Call, key: KmsKey) -> None:
    for _ in range(3):
        kms.rotate_key_on_demand(call, key_id=key.key_id)

    first = kms.list_key_rotations(call, key_id=key.key_id, limit=2)
    second = kms.list_key_rotations(call, key_id=key.key_id, limit=2, marker=first.next_token)

    assert [row.backing_key.number for row in first.items + second.items] == [2, 3, 4]
    assert second.next_token is None


def test_a_key_is_rotated_so_often_and_no_more(call: Call, key: KmsKey) -> None:
    """25 times: KMS developer guide, "Perform on-demand key rotation"."""
    for _ in range(rotation.MOST_ROTATIONS):
        kms.rotate_key_on_demand(call, key_id=key.key_id)

    with pytest.raises(LimitExceededException, match="25 times"):
        kms.rotate_key_on_demand(call, key_id=key.key_id)
    assert key.backing_keys.count() == 26


def test_only_an_enabled_key_is_rotated(call: Call, key: KmsKey) -> None:
    kms.disable_key(call, key_id=key.key_id)
    with pytest.raises(DisabledException):
        kms.rotate_key_on_demand(call, key_id=key.key_id)

    kms.schedule_key_deletion(call, key_id=key.key_id)
    with pytest.raises(KMSInvalidStateException):
        kms.rotate_key_on_demand(call, key_id=key.key_id)
    with pytest.raises(KMSInvalidStateException):
        kms.update_key_description(call, key_id=key.key_id, description="late")


def test_a_key_of_aws_is_not_ones_own_to_rotate(call: Call) -> None:
    default = keys.default_key(call.account, call.region, call.now)

    with pytest.raises(AccessDeniedException, match="kms:RotateKeyOnDemand"):
        kms.rotate_key_on_demand(call, key_id=default.key_id)


def test_who_may_not_rotate_is_refused(make_call: Any, mallory: Any, bob: Any, key: KmsKey) -> None:
    for person in (mallory, bob):
        with pytest.raises(AccessDeniedException, match="kms:RotateKeyOnDemand"):
            kms.rotate_key_on_demand(make_call(person), key_id=key.key_id)
    assert key.backing_keys.count() == 1
