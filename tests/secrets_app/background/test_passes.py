"""Every pass: what waits for it, that it is bounded, and that doing it twice changes nothing."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from secrets_app import operations, quotas, versions
from secrets_app.background import operations as background
from secrets_app.background import passes
from secrets_app.background.passes import PASSES, ROTATION
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.kms import operations as kms
from secrets_app.models import AuditEvent, BackgroundPass, Secret, SecretVersion
from secrets_app.rotation.engine import Worker
from tests import factories
from tests.factories import Person

BY_NAME = {each.name: each for each in (ROTATION, *PASSES)}
LATER = timedelta(days=8)


def make_due(call: Call, name: str) -> None:
    """Something that is due for this pass in eight days."""
    secret = factories.make_secret(call)
    match name:
        case "replication":
            operations.replicate_secret_to_regions(
                call, secret_id=secret.name, add_replica_regions=[{"Region": "eu-west-1"}]
            )
        case "purge":
            operations.delete_secret(call, secret_id=secret.name, recovery_window_in_days=7)
        case "key-deletion":
            kms.schedule_key_deletion(call, key_id=kms.create_key(call).key_id, pending_window_in_days=7)
        case "key-rotation":
            key = kms.create_key(call)
            kms.enable_key_rotation(call, key_id=key.key_id)
            type(key).objects.filter(pk=key.pk).update(next_rotation_at=call.now + LATER)
        case "version-pruning":
            SecretVersion.objects.bulk_create(
                SecretVersion(secret=secret, version_id=str(uuid.uuid4()), created_at=call.now)
                for _ in range(quotas.VERSIONS)
            )
        case "sessions":
            Session.objects.create(session_key="s" * 32, session_data="", expire_date=call.now + LATER)


@pytest.mark.parametrize(
    "name", ["replication", "purge", "key-deletion", "key-rotation", "version-pruning", "sessions"]
)
def test_what_is_due_waits_is_done_and_is_done_once(call: Call, name: str) -> None:
    make_due(call, name)
    a_pass, now = BY_NAME[name], call.now + LATER
    worker = Worker(owner="worker", clock=lambda: now)
    assert a_pass.backlog(now) == 1

    assert [a_pass.run(worker), a_pass.run(worker)] == [1, 0]

    assert a_pass.backlog(now) == 0


def test_names_are_different_and_fit() -> None:
    assert len(BY_NAME) == len(PASSES) + 1
    longest = BackgroundPass._meta.get_field("name").max_length
    assert longest is not None
    assert max(map(len, BY_NAME)) <= longest


@pytest.mark.django_db
@pytest.mark.parametrize("name", BY_NAME)
def test_with_nothing_due_a_pass_does_nothing(name: str) -> None:
    assert BY_NAME[name].run(Worker(owner="worker", clock=lambda: factories.NOW)) == 0
    assert BY_NAME[name].backlog(factories.NOW) in (0, None)


def test_a_backlog_is_counted_up_to_a_number(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "MOST_COUNTED", 1)
    for name in ("a", "b", "c"):
        secret = factories.make_secret(call, name)
        operations.delete_secret(call, secret_id=secret.name, recovery_window_in_days=7)

    assert BY_NAME["purge"].backlog(call.now + LATER) == 2


# --- outdated versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "labelled", "left"),
    [(timedelta(hours=24), False, 100), (timedelta(hours=23), False, 105), (timedelta(hours=24), True, 105)],
    ids=["old and unlabelled", "young", "labelled"],
)
def test_versions_over_the_quota_are_pruned_if_old_and_unlabelled(
    call: Call, age: timedelta, labelled: bool, left: int
) -> None:
    """API reference, PutSecretValue: more than 100, without label, older than 24 hours."""
    secret = factories.make_secret(call, secret_string=None)
    made = SecretVersion.objects.bulk_create(
        SecretVersion(secret=secret, version_id=f"version-{number:03}", created_at=call.now - age)
        for number in range(105)
    )
    if labelled:
        for number, version in enumerate(made):
            version.staging_labels.create(secret=secret, label=f"label-{number}")

    assert versions.prune(call.now) == 105 - left

    assert secret.versions.count() == left
    assert secret.versions.order_by("id").last() == made[-1]
    assert AuditEvent.objects.filter(event_name="EndSecretVersionDelete").count() == 105 - left


# --- how it is told ---------------------------------------------------------------------------------------


def test_who_may_is_told_of_every_pass(call: Call) -> None:
    found = background.list_background_passes(call)

    assert [state.a_pass.name for state in found] == list(BY_NAME)
    assert all(state.is_late for state in found)
    assert AuditEvent.objects.get().event_name == "ListBackgroundPasses"


def test_it_takes_a_permission_of_its_own(bob: Person) -> None:
    """It is about all accounts of the server, so reading secrets is not enough."""
    with pytest.raises(AccessDeniedException, match="secretsconsole:ListBackgroundPasses"):
        background.list_background_passes(factories.make_call(bob))


def test_a_pass_is_late_a_minute_after_its_turn_and_failing_until_it_succeeds(call: Call) -> None:
    row = BackgroundPass.objects.create(
        name="purge", last_run_at=call.now, last_error="ValueError", last_error_at=call.now, next_run_at=call.now
    )

    def state(after: timedelta) -> tuple[bool, bool]:
        found = background.list_background_passes(replace(call, now=call.now + after))
        purge = next(each for each in found if each.a_pass.name == "purge")
        return purge.is_failing, purge.is_late

    assert [state(timedelta(seconds=60)), state(timedelta(seconds=61))] == [(True, False), (True, True)]
    row.last_run_at = call.now + timedelta(seconds=1)
    row.save()
    assert state(timedelta(0)) == (False, False)


def test_a_secret_that_was_restored_meanwhile_stays(call: Call) -> None:
    secret = factories.make_secret(call)
    operations.delete_secret(call, secret_id=secret.name, recovery_window_in_days=7)
    operations.restore_secret(call, secret_id=secret.name)

    BY_NAME["purge"].run(Worker(owner="worker", clock=lambda: call.now + LATER))

    assert Secret.objects.filter(pk=secret.pk).exists()
