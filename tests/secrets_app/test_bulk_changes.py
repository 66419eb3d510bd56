"""One change to many secrets, done by the scheduler: once each, as the person who asked, and after interruptions."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from secrets_app import arns, bulk_changes
from secrets_app.call import Call
from secrets_app.models import AuditEvent, BulkChange, BulkChangeItem, Secret, Tag
from tests.factories import Person, make_secret

pytestmark = pytest.mark.django_db

TAGS: dict[str, Any] = {"tags": [{"Key": "team", "Value": "orders"}]}


def start(call: Call, secrets: list[Secret], kind: str = "tag", parameters: dict[str, Any] | None = None) -> BulkChange:
    read = [arns.read_secret(secret.arn) for secret in secrets]
    return bulk_changes.start(
        call, kind, TAGS if parameters is None else parameters, [one for one in read if one], uuid.uuid4()
    )


def run(call: Call, owner: str = "worker", later: timedelta = timedelta()) -> int:
    return bulk_changes.run_due(lambda: call.now + later, owner)


def test_each_secret_is_changed_by_its_operation_as_the_person(call: Call, alice: Person) -> None:
    change = start(call, [make_secret(call, "one"), make_secret(call, "two")])

    assert run(call) == 2

    progress = bulk_changes.progress(call, change.pk)
    assert progress is not None
    assert (progress.total, progress.done, progress.refused, progress.is_finished) == (2, 2, 0, True)
    events = AuditEvent.objects.filter(event_name="TagResource")
    assert {(event.principal_arn, event.door) for event in events} == {(alice.arn, "console")}


def test_nothing_is_done_twice(call: Call) -> None:
    start(call, [make_secret(call, "one")])

    assert [run(call), run(call)] == [1, 0]
    assert AuditEvent.objects.filter(event_name="TagResource").count() == 1


def test_long_change_is_done_in_turns(call: Call) -> None:
    change = start(call, [make_secret(call, f"s{number}") for number in range(60)])

    first = run(call)
    half = bulk_changes.progress(call, change.pk)
    second = run(call)

    assert (first, second) == (50, 10)
    assert half is not None
    assert (half.handled, half.is_finished) == (50, False)
    assert Tag.objects.count() == 60


def test_secret_that_another_scheduler_has_done_meanwhile_is_not_done_again(
    call: Call,
) -> None:
    """The list of what waits may be older than the answer: the first secret's turn takes longer than the lease."""
    start(call, [make_secret(call, "one"), make_secret(call, "two")])
    ticks = iter(range(10))

    def clock() -> datetime:
        if next(ticks) == 2:  # before the second secret
            BulkChangeItem.objects.filter(name="two").update(outcome="refused", message="by another")
        return call.now

    bulk_changes.run_due(clock, "worker")

    assert BulkChangeItem.objects.get(name="two").message == "by another"
    assert not Tag.objects.filter(secret__name="two").exists()


def test_lease_keeps_a_second_scheduler_away_until_it_ends(call: Call) -> None:
    change = start(call, [make_secret(call, "one")])
    BulkChange.objects.filter(pk=change.pk).update(lease_owner="dead", lease_until=call.now + timedelta(seconds=30))

    assert run(call) == 0
    assert run(call, later=timedelta(seconds=31)) == 1


def test_secret_at_which_the_server_fails_is_given_up_and_the_others_go_on(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug must not hold up the rest for ever: after three attempts the secret is refused."""
    broken, fine = make_secret(call, "broken"), make_secret(call, "fine")
    start(call, [broken, fine])
    BulkChangeItem.objects.filter(name="broken").update(attempts=3)

    run(call)

    assert dict(BulkChangeItem.objects.values_list("name", "outcome")) == {"broken": "refused", "fine": "done"}


def test_attempt_that_breaks_off_leaves_nothing_half_done(call: Call) -> None:
    """The parameters are no operation's: whatever fails unforeseen is tried again when the lease has ended."""
    start(call, [make_secret(call, "one")], parameters={**TAGS, "no_such_parameter": 1})

    with pytest.raises(TypeError):
        run(call)

    item = BulkChangeItem.objects.get()
    assert (item.outcome, item.attempts) == ("waiting", 1)
    assert run(call, later=timedelta(seconds=30)) == 0


def test_person_who_may_no_longer_sign_in_changes_nothing(call: Call, alice: Person) -> None:
    start(call, [make_secret(call, "one")])
    alice.principal.is_active = False
    alice.principal.save(update_fields=["is_active"])

    run(call)

    item = BulkChangeItem.objects.get()
    assert (item.outcome, item.message) == ("refused", "The user who asked for this may no longer sign in.")
    assert not Tag.objects.exists()


def test_conditions_see_the_request_that_asked(call: Call) -> None:
    call = Call(principal=call.principal, region=call.region, now=call.now, source_ip="192.0.2.7", user_agent="Firefox")
    start(call, [make_secret(call, "one")])

    run(call)

    event = AuditEvent.objects.get(event_name="TagResource")
    assert (event.source_ip, event.user_agent) == ("192.0.2.7", "Firefox")


def test_finished_changes_are_kept_for_a_week(call: Call) -> None:
    old = start(call, [make_secret(call, "one")])
    run(call)
    start(call, [make_secret(call, "two")])

    run(call, later=bulk_changes.KEPT_FOR + timedelta(seconds=1))

    assert not BulkChange.objects.filter(pk=old.pk).exists()
    assert BulkChange.objects.count() == 1
