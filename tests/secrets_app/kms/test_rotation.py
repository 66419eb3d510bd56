"""Rotating a key's material, on demand and by itself: nothing is encrypted again, and everything still opens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, ValidationException
from secrets_app.kms import keys, yearly_rotation
from secrets_app.kms import operations as kms
from secrets_app.kms.errors import DisabledException, KMSInvalidStateException, LimitExceededException
from secrets_app.kms.operations import rotation
from secrets_app.models import AuditEvent, KmsKey, WrappedDataKey
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


# --- by itself --------------------------------------------------------------------------------------------


def days(call: Call, number: int) -> datetime:
    return call.now + timedelta(days=number)


def rotations(key: KmsKey) -> list[bool]:
    """Of each material after the first: whether it was made by itself."""
    return list(key.backing_keys.filter(number__gt=1).order_by("number").values_list("is_automatic", flat=True))


def test_a_key_is_rotated_by_itself_every_year_once_that_is_enabled(call: Call, key: KmsKey) -> None:
    """security.md 3.5: 365 days unless told otherwise."""
    kms.enable_key_rotation(call, key_id=key.key_id)

    done = [yearly_rotation.rotate_due(days(call, day)) for day in (364, 365, 365, 729, 730)]

    assert done == [0, 1, 0, 0, 1]
    assert rotations(key) == [True, True]
    assert AuditEvent.objects.filter(event_name="RotateKey", event_source="kms.amazonaws.com").count() == 2


def test_what_was_encrypted_before_a_rotation_by_itself_opens_afterwards(call: Call, key: KmsKey) -> None:
    secret = factories.make_secret(call, secret_string="old", kms_key_id=key.arn)
    kms.enable_key_rotation(call, key_id=key.key_id)

    yearly_rotation.rotate_due(days(call, 365))

    assert operations.get_secret_value(call, secret_id=secret.name).value.string == "old"


def test_a_key_that_aws_manages_is_rotated_every_year_without_being_asked(call: Call) -> None:
    managed = keys.default_key(call.account, call.region, call.now)

    assert yearly_rotation.rotate_due(days(call, 365)) == 1
    assert rotations(managed) == [True]


@pytest.mark.parametrize(
    ("before", "after", "next_day"),
    [
        pytest.param(None, 90, 110, id="enabled: counted from now"),
        pytest.param(365, 90, 90, id="another period: counted from where this one began"),
        pytest.param(90, 365, 365, id="a longer one"),
        pytest.param(2560, None, 2560, id="enabled again without a period: as it was"),
    ],
)
def test_the_next_rotation(call: Call, key: KmsKey, before: int | None, after: int | None, next_day: int) -> None:
    if before is not None:
        kms.enable_key_rotation(call, key_id=key.key_id, rotation_period_in_days=before)
    later = replace(call, now=days(call, 20))

    kms.enable_key_rotation(later, key_id=key.key_id, rotation_period_in_days=after)

    key.refresh_from_db()
    assert key.next_rotation_at == days(call, next_day)


@pytest.mark.parametrize("period", [89, 2561])
def test_a_period_is_between_90_and_2560_days(call: Call, key: KmsKey, period: int) -> None:
    with pytest.raises(ValidationException):
        kms.enable_key_rotation(call, key_id=key.key_id, rotation_period_in_days=period)


def test_rotation_on_demand_leaves_the_schedule_alone_and_has_a_limit_of_its_own(
    call: Call, key: KmsKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "MOST_ROTATIONS", 1)
    kms.enable_key_rotation(call, key_id=key.key_id)
    kms.rotate_key_on_demand(replace(call, now=days(call, 100)), key_id=key.key_id)
    yearly_rotation.rotate_due(days(call, 365))

    key.refresh_from_db()
    assert (rotations(key), key.next_rotation_at) == ([False, True], days(call, 730))
    with pytest.raises(LimitExceededException):
        kms.rotate_key_on_demand(call, key_id=key.key_id)


def test_a_disabled_key_waits_and_is_rotated_as_soon_as_it_is_enabled(call: Call, key: KmsKey) -> None:
    """KMS developer guide, "Rotate AWS KMS keys"."""
    kms.enable_key_rotation(call, key_id=key.key_id)
    kms.disable_key(call, key_id=key.key_id)
    assert yearly_rotation.rotate_due(days(call, 400)) == 0

    kms.enable_key(call, key_id=key.key_id)

    assert yearly_rotation.rotate_due(days(call, 400)) == 1


@pytest.mark.parametrize("change", [kms.enable_key_rotation, kms.disable_key_rotation])
def test_the_rotation_of_a_disabled_key_is_not_changed(call: Call, key: KmsKey, change: Any) -> None:
    kms.disable_key(call, key_id=key.key_id)

    with pytest.raises(DisabledException):
        change(call, key_id=key.key_id)


def test_rotation_is_disabled_again(call: Call, key: KmsKey) -> None:
    kms.enable_key_rotation(call, key_id=key.key_id)

    kms.disable_key_rotation(call, key_id=key.key_id)

    assert yearly_rotation.rotate_due(days(call, 4000)) == 0
