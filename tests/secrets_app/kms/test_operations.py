"""Keys, their states and aliases, and what they do to the secrets under them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, DecryptionFailure, EncryptionFailure, ValidationException
from secrets_app.kms import keys
from secrets_app.kms import operations as kms
from secrets_app.kms.errors import (
    AlreadyExistsException,
    InvalidAliasNameException,
    KMSInvalidStateException,
    NotFoundException,
    UnsupportedOperationException,
)
from secrets_app.models import AuditEvent, KeyAlias, KeyState, KmsKey, Secret
from tests import factories
from tests.factories import Person

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def key(call: Call) -> KmsKey:
    return kms.create_key(call, description="for orders")


@pytest.fixture
def aws_key(call: Call) -> KmsKey:
    return keys.default_key(call.account, call.region, call.now)


def state(key: KmsKey) -> str:
    key.refresh_from_db()
    return key.state


# --- keys ----------------------------------------------------------------------------------------


def test_a_new_key_is_enabled_and_ones_own(call: Call, key: KmsKey) -> None:
    found = kms.describe_key(call, key_id=key.key_id)

    assert (found.state, found.manager, found.description) == ("Enabled", "CUSTOMER", "for orders")


def test_a_key_encrypts_at_once(call: Call, key: KmsKey) -> None:
    secret = factories.make_secret(call, kms_key_id=key.arn)

    assert operations.get_secret_value(call, secret_id=secret.name).value.string is not None


@pytest.mark.parametrize(
    "members",
    [
        {"key_spec": "RSA_2048"},
        {"customer_master_key_spec": "HMAC_256"},
        {"key_usage": "SIGN_VERIFY"},
        {"origin": "EXTERNAL"},
        {"multi_region": True},
        {"custom_key_store_id": "cks-1"},
        {"xks_key_id": "x"},
    ],
    ids=lambda members: next(iter(members)),
)
def test_what_this_server_has_no_keys_for_is_refused(call: Call, members: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedOperationException):
        kms.create_key(call, **members)

    assert not KmsKey.objects.exists()


def test_the_defaults_may_be_spelt_out(call: Call) -> None:
    made = kms.create_key(
        call, key_spec="SYMMETRIC_DEFAULT", key_usage="ENCRYPT_DECRYPT", origin="AWS_KMS", multi_region=False
    )

    assert made.is_enabled


@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias arn"])
def test_a_key_is_described_by_any_of_its_names(call: Call, key: KmsKey, form: str) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)
    named = {"id": key.key_id, "arn": key.arn, "alias": "alias/orders", "alias arn": key.aliases.get().arn}[form]

    assert kms.describe_key(call, key_id=named) == key


@pytest.mark.parametrize(
    ("key_id", "message"),
    [
        (UNKNOWN, f"Key 'arn:aws:kms:us-west-2:123456789012:key/{UNKNOWN}' does not exist"),
        (
            f"arn:aws:kms:us-west-2:123456789012:key/{UNKNOWN}",
            f"Key 'arn:aws:kms:us-west-2:123456789012:key/{UNKNOWN}' does not exist",
        ),
        (f"arn:aws:kms:eu-west-1:123456789012:key/{UNKNOWN}", "Invalid arn eu-west-1"),
        ("alias/none", "Alias arn:aws:kms:us-west-2:123456789012:alias/none is not found."),
        ("nonsense", "Invalid keyId 'nonsense'"),
    ],
)
def test_what_is_no_key_is_not_found(call: Call, key_id: str, message: str) -> None:
    """Recorded, the alias seen in the field (api.md 7)."""
    with pytest.raises(NotFoundException) as refused:
        kms.describe_key(call, key_id=key_id)

    assert refused.value.message == message


def test_keys_are_listed_a_page_at_a_time(call: Call) -> None:
    made = sorted(kms.create_key(call).key_id for _ in range(3))

    first = kms.list_keys(call, limit=2)
    second = kms.list_keys(call, limit=2, marker=first.next_token)

    assert [key.key_id for key in (*first.items, *second.items)] == made
    assert second.next_token is None


def test_only_the_keys_of_the_region_and_the_account_are_listed(
    call: Call, make_call: Callable[..., Call], key: KmsKey
) -> None:
    factories.make_key(account="999999999999")
    kms.create_key(make_call(region="eu-west-1"))

    assert kms.list_keys(call).items == [key]


def test_nothing_is_shared_by_other_accounts(call: Call, key: KmsKey) -> None:
    assert kms.list_keys(call, resource_owners=["OTHER_ACCOUNTS_VIA_RAM"]).items == []
    assert kms.list_keys(call, resource_owners=["SELF"]).items == [key]


# --- states --------------------------------------------------------------------------------------


def test_a_disabled_key_makes_its_secrets_unreadable_until_it_is_enabled(call: Call, key: KmsKey) -> None:
    secret = factories.make_secret(call, kms_key_id=key.key_id)

    kms.disable_key(call, key_id=key.key_id)

    with pytest.raises(DecryptionFailure, match="is disabled"):
        operations.get_secret_value(call, secret_id=secret.name)
    with pytest.raises(EncryptionFailure, match="is disabled"):
        factories.make_version(call, secret, "new")

    kms.enable_key(call, key_id=key.key_id)

    assert operations.get_secret_value(call, secret_id=secret.name).value.string is not None


def test_a_key_pending_deletion_is_unusable_and_says_when_it_goes(call: Call, key: KmsKey) -> None:
    secret = factories.make_secret(call, kms_key_id=key.key_id)

    scheduled = kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)

    assert scheduled.key.deletion_at == call.now + timedelta(days=7)
    assert (scheduled.key.state, scheduled.pending_window_in_days) == (KeyState.PENDING_DELETION, 7)
    with pytest.raises(DecryptionFailure, match="is pending deletion"):
        operations.get_secret_value(call, secret_id=secret.name)


def test_keys_go_after_thirty_days_unless_told_otherwise(call: Call, key: KmsKey) -> None:
    assert kms.schedule_key_deletion(call, key_id=key.key_id).pending_window_in_days == 30


@pytest.mark.parametrize(("days", "bound"), [(6, "greater than or equal to 7"), (31, "less than or equal to 30")])
def test_the_waiting_period_is_7_to_30_days(call: Call, key: KmsKey, days: int, bound: str) -> None:
    with pytest.raises(ValidationException, match=bound):
        kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=days)


def test_a_cancelled_deletion_leaves_the_key_disabled(call: Call, key: KmsKey) -> None:
    """Documented (api.md 7)."""
    kms.schedule_key_deletion(call, key_id=key.key_id)

    cancelled = kms.cancel_key_deletion(call, key_id=key.key_id)

    assert (cancelled.state, cancelled.deletion_at) == (KeyState.DISABLED, None)


@pytest.mark.parametrize("change", [kms.enable_key, kms.disable_key, kms.schedule_key_deletion])
def test_a_key_pending_deletion_changes_no_more(call: Call, key: KmsKey, change: Callable[..., object]) -> None:
    kms.schedule_key_deletion(call, key_id=key.key_id)

    with pytest.raises(KMSInvalidStateException, match="is pending deletion"):
        change(call, key_id=key.key_id)


def test_only_a_pending_deletion_can_be_cancelled(call: Call, key: KmsKey) -> None:
    with pytest.raises(KMSInvalidStateException):
        kms.cancel_key_deletion(call, key_id=key.key_id)


def test_after_the_waiting_period_there_is_no_such_key(call: Call, make_call: Callable[..., Call], key: KmsKey) -> None:
    """Whether or not the scheduler has destroyed it yet."""
    kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)
    later = make_call(now=call.now + timedelta(days=7))

    with pytest.raises(NotFoundException):
        kms.cancel_key_deletion(later, key_id=key.key_id)
    assert kms.list_keys(later).items == []


@pytest.mark.parametrize("change", [kms.enable_key, kms.disable_key, kms.schedule_key_deletion])
def test_a_key_that_aws_manages_cannot_be_changed(call: Call, aws_key: KmsKey, change: Callable[..., object]) -> None:
    with pytest.raises(AccessDeniedException, match="because no resource-based policy allows"):
        change(call, key_id=aws_key.key_id)

    assert state(aws_key) == KeyState.ENABLED


def test_a_key_is_not_changed_by_its_alias(call: Call, key: KmsKey) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)

    with pytest.raises(NotFoundException):
        kms.disable_key(call, key_id="alias/orders")

    assert state(key) == KeyState.ENABLED


# --- aliases -------------------------------------------------------------------------------------


def test_aliases_are_listed_by_name_a_page_at_a_time(call: Call, key: KmsKey) -> None:
    for name in ("alias/c", "alias/a", "alias/b"):
        kms.create_alias(call, alias_name=name, target_key_id=key.arn)

    first = kms.list_aliases(call, limit=2)
    second = kms.list_aliases(call, limit=2, marker=first.next_token)

    assert [alias.name for alias in first.items] == ["alias/a", "alias/b"]
    assert [alias.name for alias in second.items] == ["alias/c"]
    assert second.next_token is None


def test_the_aliases_of_one_key_can_be_asked_for(call: Call, key: KmsKey) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)
    kms.create_alias(call, alias_name="alias/other", target_key_id=kms.create_key(call).key_id)

    assert [alias.name for alias in kms.list_aliases(call, key_id=key.key_id).items] == ["alias/orders"]


def test_an_alias_is_taken_once(call: Call, key: KmsKey) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)

    with pytest.raises(AlreadyExistsException, match="alias/orders already exists"):
        kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("orders", ValidationException),
        ("alias/", InvalidAliasNameException),
        ("alias/aws/secretsmanager", InvalidAliasNameException),
        ("alias/no blanks", ValidationException),
    ],
)
def test_what_an_alias_cannot_be_called(call: Call, key: KmsKey, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        kms.create_alias(call, alias_name=name, target_key_id=key.key_id)


def test_a_moved_alias_leaves_secrets_under_the_key_they_were_given(call: Call, key: KmsKey) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)
    secret = factories.make_secret(call, kms_key_id="alias/orders")
    other = kms.create_key(call)

    kms.update_alias(call, alias_name="alias/orders", target_key_id=other.key_id)

    assert kms.describe_key(call, key_id="alias/orders") == other
    assert Secret.objects.get(pk=secret.pk).kms_key == key


def test_an_alias_cannot_stand_for_a_key_pending_deletion_or_one_of_awss(
    call: Call, key: KmsKey, aws_key: KmsKey
) -> None:
    kms.schedule_key_deletion(call, key_id=key.key_id)

    with pytest.raises(KMSInvalidStateException):
        kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)
    with pytest.raises(AccessDeniedException):
        kms.create_alias(call, alias_name="alias/orders", target_key_id=aws_key.key_id)


def test_a_deleted_alias_is_not_found(call: Call, key: KmsKey) -> None:
    kms.create_alias(call, alias_name="alias/orders", target_key_id=key.key_id)

    kms.delete_alias(call, alias_name="alias/orders")

    with pytest.raises(NotFoundException):
        kms.delete_alias(call, alias_name="alias/orders")
    assert not KeyAlias.objects.exists()


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "arguments"),
    [
        (kms.create_key, {}),
        (kms.describe_key, {"key_id": UNKNOWN}),
        (kms.list_keys, {}),
        (kms.list_aliases, {}),
        (kms.enable_key, {"key_id": UNKNOWN}),
        (kms.disable_key, {"key_id": UNKNOWN}),
        (kms.schedule_key_deletion, {"key_id": UNKNOWN}),
        (kms.cancel_key_deletion, {"key_id": UNKNOWN}),
        (kms.create_alias, {"alias_name": "alias/a", "target_key_id": UNKNOWN}),
        (kms.update_alias, {"alias_name": "alias/a", "target_key_id": UNKNOWN}),
        (kms.delete_alias, {"alias_name": "alias/a"}),
        (kms.encrypt, {"key_id": UNKNOWN, "plaintext": b"x"}),
        (kms.generate_data_key, {"key_id": UNKNOWN, "key_spec": "AES_256"}),
        (kms.tag_resource, {"key_id": UNKNOWN, "tags": []}),
        (kms.untag_resource, {"key_id": UNKNOWN, "tag_keys": []}),
        (kms.list_resource_tags, {"key_id": UNKNOWN}),
    ],
)
def test_without_permission_not_even_existence_is_told(
    make_call: Callable[..., Call], mallory: Person, run: Callable[..., object], arguments: dict[str, Any]
) -> None:
    with pytest.raises(AccessDeniedException, match="because no identity-based policy allows the kms:"):
        run(make_call(mallory), **arguments)


def test_nobody_from_another_account_gets_at_a_key(make_call: Callable[..., Call], key: KmsKey) -> None:
    stranger = factories.make_person("stranger", factories.EVERYTHING, account="999999999999")

    with pytest.raises(AccessDeniedException):
        kms.disable_key(make_call(stranger), key_id=key.arn)

    assert state(key) == KeyState.ENABLED


def test_a_key_can_be_allowed_by_its_arn(make_call: Callable[..., Call], key: KmsKey) -> None:
    keeper = factories.make_person(
        "keeper",
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": key.arn}},
    )

    kms.disable_key(make_call(keeper), key_id=key.key_id)

    assert state(key) == KeyState.DISABLED


def test_calls_to_kms_are_on_record(call: Call, key: KmsKey) -> None:
    kms.disable_key(call, key_id=key.key_id)

    event = AuditEvent.objects.latest("id")
    assert (event.event_source, event.event_name, event.read_only) == ("kms.amazonaws.com", "DisableKey", False)
