import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from secrets_app import deletion, operations
from secrets_app.call import Call
from secrets_app.errors import DecryptionFailure, InvalidParameterException, ResourceNotFoundException
from secrets_app.kms import operations as kms
from secrets_app.models import AuditEvent, BackingKey, KmsKey, Secret, SecretVersion, WrappedDataKey
from tests import factories


def purge(now: datetime) -> int:
    """Both passes: of secrets, then of keys."""
    return deletion.purge_secrets(now) + deletion.purge_keys(now)


@pytest.mark.parametrize(
    ("days", "force", "expected"), [(None, False, 30), (7, False, 7), (30, False, 30), (None, True, 0)]
)
def test_the_window_is_thirty_days_unless_asked_otherwise(days: int | None, force: bool, expected: int) -> None:
    assert deletion.window(days, force=force) == expected


@pytest.mark.parametrize("days", [0, 6, 31])
def test_a_window_outside_7_to_30_days_is_refused(days: int) -> None:
    with pytest.raises(InvalidParameterException, match="between 7 and 30 days"):
        deletion.window(days, force=False)


def test_a_window_and_force_together_are_refused() -> None:
    with pytest.raises(InvalidParameterException, match="ForceDeleteWithoutRecovery in conjunction"):
        deletion.window(7, force=True)


def test_a_scheduled_secret_keeps_its_versions_until_it_is_due(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)

    assert purge(call.now + timedelta(days=7, seconds=-1)) == 0
    assert secret.versions.count() == 1


def test_what_is_due_is_gone_with_every_version_and_data_key(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)

    assert purge(call.now + timedelta(days=7)) == 1

    assert not Secret.objects.exists()
    assert not SecretVersion.objects.exists()
    assert not WrappedDataKey.objects.exists()


def test_purging_twice_removes_nothing_more(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)
    due = call.now + timedelta(days=8)
    purge(due)

    assert purge(due) == 0


def test_events_outlive_the_secret_they_are_about(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)
    purge(call.now + timedelta(days=7))

    assert AuditEvent.objects.filter(secret_name=secret.name, event_name="CreateSecret").exists()


def test_a_restored_secret_is_never_due(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)
    deletion.restore(secret, call.now)

    assert purge(call.now + timedelta(days=40)) == 0
    assert Secret.objects.get().deleted_at is None


def test_a_name_is_free_again_after_the_purge(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)
    purge(call.now + timedelta(days=7))

    assert factories.make_secret(call, secret.name).suffix != secret.suffix


def test_one_pass_is_bounded(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "_BATCH", 2)
    for number in range(3):
        deletion.schedule(factories.make_secret(call, f"due/{number}"), call.now, 7)
    due = call.now + timedelta(days=7)

    assert [purge(due), purge(due), purge(due)] == [2, 1, 0]


def test_a_key_past_its_date_loses_its_material_and_its_values_for_good(
    call: Call, make_call: Callable[..., Call]
) -> None:
    key = factories.make_key("alias/orders")
    secret = factories.make_secret(call, kms_key_id="alias/orders")
    kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)

    assert purge(call.now + timedelta(days=7)) == 1

    assert bytes(BackingKey.objects.get(kms_key=key).wrapped_material) == b""
    assert not key.aliases.exists()
    with pytest.raises(DecryptionFailure):
        operations.get_secret_value(make_call(now=call.now + timedelta(days=8)), secret_id=secret.name)


def test_a_key_nobody_uses_is_removed_altogether(call: Call) -> None:
    key = factories.make_key()
    kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)

    purge(call.now + timedelta(days=7))

    assert not KmsKey.objects.filter(pk=key.pk).exists()


def test_a_purged_key_is_not_found_due_again(call: Call) -> None:
    key = factories.make_key()
    factories.make_secret(call, kms_key_id=key.key_id)
    kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)
    purge(call.now + timedelta(days=7))

    assert purge(call.now + timedelta(days=8)) == 0


def test_a_forced_deletion_is_immediate(call: Call, secret: Secret) -> None:
    operations.delete_secret(call, secret_id=secret.name, force_delete_without_recovery=True)

    with pytest.raises(ResourceNotFoundException):
        operations.describe_secret(call, secret_id=secret.name)


# --- what the audit trail says of it ---------------------------------------------------------------


def told(**which: object) -> list[tuple[str, str]]:
    """(event, version) of the service's own events, in order."""
    events = AuditEvent.objects.filter(door="worker", **which).order_by("id")
    return [(event.event_name, json.loads(event.request_parameters).get("VersionId", "")) for event in events]


def test_a_purge_tells_of_every_version_and_of_the_secret(call: Call, secret: Secret) -> None:
    first = secret.versions.get().version_id
    second = factories.make_version(call, secret, "second")
    operations.delete_secret(call, secret_id=secret.name, recovery_window_in_days=7)
    due = call.now + timedelta(days=7)
    assert told() == [("StartSecretVersionDelete", first), ("StartSecretVersionDelete", second)]

    purge(due)

    assert told(at=due) == [
        ("EndSecretVersionDelete", first),
        ("EndSecretVersionDelete", second),
        ("EndSecretDelete", ""),
    ]
    ended = AuditEvent.objects.filter(at=due)
    assert len({event.request_id for event in ended}) == 1
    for event in ended:
        assert (event.secret_pk, event.secret_name) == (secret.pk, secret.name)
        assert (event.account, event.region) == (secret.account_id, secret.region)
        assert event.principal_arn == event.event_source == "secretsmanager.amazonaws.com"
        assert json.loads(event.request_parameters)["SecretId"] == secret.arn
        assert not event.read_only


def test_a_purge_of_a_secret_without_versions_is_on_record_too(call: Call) -> None:
    deletion.schedule(factories.make_secret(call, "empty", secret_string=None), call.now, 7)

    purge(call.now + timedelta(days=7))

    assert told() == [("EndSecretDelete", "")]


def test_a_second_purge_tells_nothing(call: Call, secret: Secret) -> None:
    deletion.schedule(secret, call.now, 7)
    due = call.now + timedelta(days=7)
    purge(due)
    before = told()

    purge(due)

    assert told() == before


def test_a_restored_secret_tells_that_its_deletion_was_cancelled(call: Call, secret: Secret) -> None:
    version = secret.versions.get().version_id
    operations.delete_secret(call, secret_id=secret.name)
    operations.restore_secret(call, secret_id=secret.name)
    operations.restore_secret(call, secret_id=secret.name)  # changes nothing

    assert told() == [("StartSecretVersionDelete", version), ("CancelSecretVersionDelete", version)]


def test_a_forced_deletion_begins_and_ends_at_once(call: Call, secret: Secret) -> None:
    version = secret.versions.get().version_id

    operations.delete_secret(call, secret_id=secret.name, force_delete_without_recovery=True)

    assert told() == [
        ("StartSecretVersionDelete", version),
        ("EndSecretVersionDelete", version),
        ("EndSecretDelete", ""),
    ]


def test_a_purge_that_fails_is_not_on_record(call: Call, secret: Secret, monkeypatch: pytest.MonkeyPatch) -> None:
    deletion.schedule(secret, call.now, 7)
    before = told()

    def fails(_secret: Secret) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(Secret, "delete", fails)
    with pytest.raises(RuntimeError):
        purge(call.now + timedelta(days=7))

    assert told() == before
    assert Secret.objects.filter(pk=secret.pk).exists()


@pytest.mark.parametrize("in_use", [False, True])
def test_the_end_of_a_key_is_on_record(call: Call, in_use: bool) -> None:
    """KMS developer guide, DeleteKey: recorded when the waiting period is over."""
    key = factories.make_key()
    if in_use:
        factories.make_secret(call, kms_key_id=key.key_id)
    kms.schedule_key_deletion(call, key_id=key.key_id, pending_window_in_days=7)
    due = call.now + timedelta(days=7)

    purge(due)
    purge(due + timedelta(days=1))

    event = AuditEvent.objects.get(event_name="DeleteKey")
    assert event.event_source == event.principal_arn == "kms.amazonaws.com"
    assert (event.at, event.door, event.account, event.region) == (due, "worker", key.account_id, key.region)
    assert json.loads(event.request_parameters) == {"KeyId": key.arn}
    assert event.secret_pk is None
