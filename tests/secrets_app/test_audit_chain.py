"""What is done to the audit trail behind its back shows; what its writers do does not."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from secrets_app import audit_chain, operations
from secrets_app.audit_verification import verify
from secrets_app.call import Call
from secrets_app.models import AuditChain, AuditEvent, AuditLedger
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(call: Call) -> list[int]:
    """Primary keys of a few events, from oldest to newest."""
    factories.make_secret(call, "a", secret_string="x")
    for _ in range(4):
        operations.get_secret_value(call, secret_id="a")
    return list(AuditEvent.objects.order_by("id").values_list("pk", flat=True))


def event(pk: int) -> Any:
    return AuditEvent.objects.filter(pk=pk)


def swap(trail: list[int]) -> None:
    event(trail[1]).update(id=0)
    event(trail[2]).update(id=trail[1])
    event(0).update(id=trail[2])


def insert(trail: list[int], **change: Any) -> None:
    copy = AuditEvent.objects.get(pk=trail[-1])
    copy.pk = None
    for name, value in change.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)


def cut_off(trail: list[int]) -> None:
    """The last event, with a chain's end that fits what is left; only its seal can't be made without the key."""
    event(trail[-1]).delete()
    last = AuditEvent.objects.get(pk=trail[-2])
    AuditChain.objects.update(sequence=last.sequence, mac=last.mac)


TAMPERING: dict[str, tuple[Callable[[list[int]], object], str]] = {
    "one is missing": (lambda trail: event(trail[1]).delete(), "Event 2 of chain 1 was removed, before event"),
    "the first is missing": (lambda trail: event(trail[0]).delete(), "Event 1 of chain 1 was removed"),
    "some are missing": (
        lambda trail: AuditEvent.objects.filter(pk__in=trail[1:4]).delete(),
        "Events 2 to 4 of chain 1",
    ),
    "the last is missing": (lambda trail: event(trail[-1]).delete(), "Event 5 of chain 1 was removed, at its end"),
    "all are missing": (lambda _: AuditEvent.objects.all().delete(), "Events 1 to 5 of chain 1 were removed"),
    "its end is cut off": (cut_off, "The end of chain 1 was altered"),
    "an outcome": (
        lambda trail: event(trail[2]).update(error_code="AccessDeniedException"),
        "(3 of chain 1) was altered",
    ),
    "who it was": (lambda trail: event(trail[2]).update(principal_arn="arn:aws:iam::1:user/eve"), "was altered"),
    "when it was": (lambda trail: event(trail[2]).update(at=datetime(2020, 1, 1, tzinfo=UTC)), "was altered"),
    "a column that came later": (lambda trail: event(trail[2]).update(resource_arn=None), "was altered"),
    "a MAC": (lambda trail: event(trail[2]).update(mac=bytes(32)), "(3 of chain 1) was altered"),
    "order": (swap, "is out of order"),
    "a number": (lambda trail: event(trail[-1]).update(sequence=F("sequence") + 1), "removed"),
    "one was added": (lambda trail: insert(trail), "is out of order, or was inserted"),
    "one was added behind": (lambda trail: insert(trail, sequence=6), "Event 6 of chain 1 was inserted"),
    "one was added to no chain": (lambda trail: insert(trail, chain=9), "was inserted: there is no chain 9"),
    "one pretends to be old": (lambda trail: insert(trail, chain=None), "older than the chains"),
    "one was made to look old": (lambda trail: event(trail[0]).update(chain=None), "older than the chains"),
    "a chain is gone": (lambda _: AuditChain.objects.all().delete(), "Chain 1 is missing as a whole"),
    "a chain was added": (
        lambda _: AuditChain.objects.create(number=2, mac=b"", seal=b"", pruned_mac=b"", pruned_seal=b""),
        "Chain 2 is not in the ledger",
    ),
    "a beginning was moved": (lambda _: AuditChain.objects.update(pruned_sequence=2), "The beginning of chain 1"),
    "chain and ledger are gone": (
        lambda _: (
            AuditEvent.objects.all().delete(),
            AuditChain.objects.all().delete(),
            AuditLedger.objects.update(chains=0),
        ),
        "The ledger of the audit trail was altered",
    ),
    "ledger is gone": (lambda _: AuditLedger.objects.all().delete(), "ledger of the audit trail is missing"),
    "key is another": (
        lambda _: AuditLedger.objects.update(sealed_key=bytes(60)),
        "key of the audit trail was replaced",
    ),
}


def test_a_trail_that_nobody_touched_is_whole(trail: list[int]) -> None:
    report = verify()

    assert report.findings == []
    assert report.events == len(trail) == 5
    assert [end[0] for end in report.ends.values()] == [5]


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_shows(trail: list[int], case: str) -> None:
    tamper, finding = TAMPERING[case]
    tamper(trail)

    assert finding in " ".join(verify().findings)


DIFFERENT: dict[type, Callable[[Any], Any]] = {
    bool: lambda old: not old,
    int: lambda old: old + 1,
    datetime: lambda old: old.replace(year=2001),
    str: lambda old: old[1:] + "~",  # no longer than its column
}


def test_every_column_is_covered(trail: list[int]) -> None:
    for column in audit_chain.COLUMNS:
        before = AuditEvent.objects.filter(pk=trail[2]).values(column)[0][column]
        changed = DIFFERENT[type(before)](before)
        event(trail[2]).update(**{column: changed})
        assert any("(3 of chain 1) was altered" in found for found in verify().findings), column
        event(trail[2]).update(**{column: before})
    assert verify().findings == []


def test_an_undone_transaction_leaves_no_gap(call: Call, trail: list[int]) -> None:
    """Its writer remembers an end of the chain that was never committed."""
    with transaction.atomic():
        operations.put_secret_value(call, secret_id="a", secret_string="y", client_request_token="t" * 32)
        transaction.set_rollback(True)
    operations.get_secret_value(call, secret_id="a")

    report = verify()
    assert report.findings == []
    assert report.events == len(trail) + 1


def test_what_follows_does_not_cover_up(call: Call, trail: list[int]) -> None:
    """The writer finds its chain's end altered, and begins another chain rather than sealing that."""
    cut_off(trail)
    operations.get_secret_value(call, secret_id="a")

    report = verify()
    assert any("The end of chain 1 was altered" in found for found in report.findings)
    assert AuditEvent.objects.latest("id").chain == 2


def test_without_its_ledger_nothing_goes_on(call: Call, trail: list[int]) -> None:
    AuditLedger.objects.all().delete()
    AuditChain.objects.all().delete()

    with pytest.raises(audit_chain.AuditTrailError, match="lost its ledger"):
        operations.get_secret_value(call, secret_id="a")
    assert AuditEvent.objects.count() == len(trail)


def test_ends_that_were_kept_elsewhere_show_a_database_put_back(call: Call, trail: list[int]) -> None:
    """All seals of an older state fit; only from outside can it be told."""
    older = list(AuditChain.objects.values())
    operations.get_secret_value(call, secret_id="a")
    known = verify().ends

    AuditEvent.objects.latest("id").delete()
    AuditChain.objects.update(**older[0])

    assert verify().findings == []
    assert verify(known).findings == ["Chain 1 ends at event 5; it had 6 before."]
    operations.describe_secret(call, secret_id="a")
    assert any("is not the one that was there before" in found for found in verify(known).findings)


def test_events_from_before_the_chains_are_anchored(call: Call, trail: list[int]) -> None:
    """As the migration does it."""
    migration = import_module("secrets_app.migrations.0014_audit_chains")
    AuditEvent.objects.update(chain=None, sequence=None, mac=None, user_identity=None, resource_arn=None)
    AuditChain.objects.all().delete()
    AuditLedger.objects.all().delete()

    migration.anchor_what_is_there(_Apps(), None)
    operations.get_secret_value(call, secret_id="a")
    assert verify().findings == []

    event(trail[1]).update(user_agent="another")
    assert "Of the 5 events that are older than the chains" in verify().findings[0]


class _Apps:
    def get_model(self, _app: str, name: str) -> Any:
        return {"AuditEvent": AuditEvent}[name]


@pytest.mark.django_db(transaction=True)
def test_every_connection_has_a_chain_of_its_own(alice: factories.Person) -> None:
    call = factories.make_call(alice)
    factories.make_secret(call, "a", secret_string="x")

    def read() -> None:
        operations.get_secret_value(call.again(factories.NOW), secret_id="a")
        operations.get_secret_value(call.again(factories.NOW), secret_id="a")
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()

    report = verify()
    assert report.findings == []
    assert sorted(end[0] for end in report.ends.values()) == [1, 2, 2, 2]
