"""Whether the audit trail is whole: every event as it was written, none missing, none added, none moved.

How it is chained: audit_chain.py. What comes out is for the operator: one sentence per finding.
"""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from . import audit_chain
from .models import AuditChain, AuditEvent, AuditLedger

Ends = Mapping[int, tuple[int, str]]  # chain -> number and MAC (hexadecimal) of its last event


@dataclass(slots=True)
class Report:
    events: int = 0
    findings: list[str] = field(default_factory=list)
    ends: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Chain:
    """A chain on the way through its events."""

    key: bytes
    sequence: int
    macs: tuple[bytes, ...]  # of the event before: as stored, and as it should be; none after a gap
    stored: AuditChain
    known_end: tuple[int, str] | None = None  # from outside the database

    @property
    def is_behind(self) -> bool:
        return self.sequence < self.stored.sequence


def verify(known_ends: Ends | None = None) -> Report:
    """known_ends: what an earlier report said; the trail must go on from there. As of one moment, beside writers."""
    report = Report()
    with _one_snapshot():
        ledger = AuditLedger.objects.filter(pk=1).first()
        if ledger is None:
            if AuditEvent.objects.exists() or AuditChain.objects.exists():
                report.findings.append("The ledger of the audit trail is missing: nothing can be verified.")
            elif known_ends:
                report.findings.append("The whole audit trail is gone.")
            return report
        try:
            key = audit_chain.open_key(ledger)
        except InvalidTag:
            report.findings.append("The key of the audit trail was replaced, or sealed under another root key.")
            return report
        chains = _chains(ledger, key, known_ends or {}, report)
        _scan(ledger, chains, report)
        for number, chain in chains.items():
            _check_end(number, chain, report)
            report.ends[number] = (chain.stored.sequence, bytes(chain.stored.mac).hex())
    return report


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """What is read inside is as of one moment, without holding up anybody who writes."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.execute("BEGIN DEFERRED")  # Django's own would be IMMEDIATE and lock
        try:
            yield
        finally:
            connection.connection.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _chains(ledger: AuditLedger, key: bytes, known_ends: Ends, report: Report) -> dict[int, _Chain]:
    if not hmac.compare_digest(bytes(ledger.seal), audit_chain.ledger_seal(key, ledger)):
        report.findings.append("The ledger of the audit trail was altered.")
    stored = {chain.number: chain for chain in AuditChain.objects.order_by("number")}
    wanted = set(range(1, ledger.chains + 1)) | set(known_ends)
    report.findings += [f"Chain {number} is missing as a whole." for number in sorted(wanted - stored.keys())]
    report.findings += [f"Chain {number} is not in the ledger." for number in sorted(stored.keys() - wanted)]
    return {
        number: _checked_chain(chain, audit_chain.chain_key(key, number), known_ends.get(number), report)
        for number, chain in stored.items()
    }


def _checked_chain(chain: AuditChain, key: bytes, known_end: tuple[int, str] | None, report: Report) -> _Chain:
    mac, pruned_mac = bytes(chain.mac), bytes(chain.pruned_mac)
    if not hmac.compare_digest(bytes(chain.seal), audit_chain.end_seal(key, chain.sequence, mac)):
        report.findings.append(f"The end of chain {chain.number} was altered.")
    expected = audit_chain.pruned_seal(key, chain.pruned_sequence, pruned_mac)
    if not hmac.compare_digest(bytes(chain.pruned_seal), expected):
        report.findings.append(f"The beginning of chain {chain.number} was altered.")
    if known_end is not None and known_end[0] > chain.sequence:
        report.findings.append(f"Chain {chain.number} ends at event {chain.sequence}; it had {known_end[0]} before.")
    return _Chain(key, chain.pruned_sequence, (pruned_mac,), chain, known_end)


def _scan(ledger: AuditLedger, chains: dict[int, _Chain], report: Report) -> None:
    unchained = audit_chain.Digest()
    events = AuditEvent.objects.order_by("id").values_list("id", "chain", "sequence", "mac", *audit_chain.COLUMNS)
    for pk, number, sequence, mac, *values in events.iterator():
        report.events += 1
        row = audit_chain.row_of(values)
        if number is None:
            unchained.add(row)
        elif (chain := chains.get(number)) is None:
            report.findings.append(f"Event {pk} was inserted: there is no chain {number}.")
        else:
            report.findings += _check_event(pk, number, chain, sequence, bytes(mac or b""), row)
    if (unchained.count, unchained.value()) != (ledger.unchained_events, bytes(ledger.unchained_digest)):
        report.findings.append(
            f"Of the {ledger.unchained_events} events that are older than the chains (now {unchained.count}), one "
            "or more were altered, removed or inserted."
        )


def _check_event(
    pk: int, number: int, chain: _Chain, sequence: int | None, mac: bytes, row: list[Any]
) -> Iterator[str]:
    place = f"{sequence} of chain {number}"
    if sequence is None or sequence <= chain.sequence:
        yield f"Event {pk} ({place}) is out of order, or was inserted."
        return
    if sequence > chain.sequence + 1:
        yield f"{_events(chain.sequence + 1, sequence - 1, number)} removed, before event {pk} of the table."
        chain.macs = ()
    text = audit_chain.canonical(row)
    possible = [audit_chain.event_mac(chain.key, previous, sequence, text) for previous in chain.macs]
    if possible and mac not in possible:
        yield f"Event {pk} ({place}) was altered."
    chain.sequence, chain.macs = sequence, (mac, *possible[:1])
    if chain.known_end is not None and sequence == chain.known_end[0] and mac.hex() != chain.known_end[1]:
        yield f"Event {pk} ({place}) is not the one that was there before."


def _check_end(number: int, chain: _Chain, report: Report) -> None:
    end = chain.stored.sequence
    if chain.is_behind:
        report.findings.append(f"{_events(chain.sequence + 1, end, number)} removed, at its end.")
    elif chain.sequence > end:
        report.findings.append(f"{_events(end + 1, chain.sequence, number)} inserted behind its end.")
    elif bytes(chain.stored.mac) not in chain.macs:
        report.findings.append(f"The end of chain {number} is not its last event.")


def _events(first: int, last: int, chain: int) -> str:
    return f"Event {first} of chain {chain} was" if first == last else f"Events {first} to {last} of chain {chain} were"
