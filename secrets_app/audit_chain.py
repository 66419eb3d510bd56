"""The audit trail's chains: what makes a missing, altered, reordered or inserted event show.

Every database connection that writes events has a chain of its own, so that writers never wait for each other. The MAC
of an event (HMAC-SHA256) covers its number in the chain, everything its row holds, and the MAC before it. The chain's
row holds number and MAC of its last event under a seal, written in the transaction of the events: the end of a chain
can't be cut off without showing. How many chains there are is in the ledger, under a seal too.

The ledger's key is sealed under the root key, which is not in the database; keys of chains are derived from it by HKDF.
A row that is put back as it once was, together with the whole database, can't be told from the inside: `verify_audit`
prints where the trail ends, to be kept elsewhere and given to it later. docs/decisions/0016-audit-chains.md
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from . import root_key
from .models import AuditChain, AuditEvent, AuditLedger
from .statements import Statement, current_database, in_transaction_of_events

Row = list[Any]  # an event as its columns hold it, but for the time, which is text: "2026-11-25 10:19:16.123456", UTC

START = bytes(32)  # in place of a MAC before the first event
_LEDGER_PURPOSE = "audit-ledger"
_OF_CHAIN = ("chain", "sequence", "mac")

# What a Row has, in its order. Never changed but by a further column at the end.
COLUMNS = [
    field.attname for field in AuditEvent._meta.concrete_fields if not field.primary_key and field.name not in _OF_CHAIN
]
AT = COLUMNS.index("at")
_INSERT = Statement(
    "INSERT INTO {table} ({names}) VALUES ({places})".format(  # noqa: S608  our own table and column names
        table=AuditEvent._meta.db_table,
        names=", ".join(f'"{column}"' for column in (*COLUMNS, *_OF_CHAIN)),
        places=", ".join(["%s"] * (len(COLUMNS) + len(_OF_CHAIN))),
    )
)
_CHAIN_TABLE, _LEDGER_TABLE = AuditChain._meta.db_table, AuditLedger._meta.db_table
# Only from where this writer left it: after a transaction that was undone it is somewhere else.
_MOVE_END = Statement(
    f"UPDATE {_CHAIN_TABLE} SET sequence = %s, mac = %s, seal = %s WHERE number = %s AND mac = %s"  # noqa: S608
)
_END = Statement(f"SELECT sequence, mac, seal FROM {_CHAIN_TABLE} WHERE number = %s")  # noqa: S608  our own name
_CHAIN = "_secrets_console_audit_chain"  # on Django's wrapper of a connection


class AuditTrailError(Exception):
    """The trail can't be continued: its ledger is gone, or was written under another root key."""


@dataclass(slots=True)
class _Chain:
    """A chain as its writer remembers it."""

    number: int
    key: bytes
    sequence: int = 0
    mac: bytes = START


def append(rows: Sequence[Row]) -> None:
    """Write the events, in the transaction that is open or else in one of their own."""
    database = current_database()
    chain: _Chain | None = getattr(database, _CHAIN, None)
    if chain is not None and in_transaction_of_events(partial(_write, chain, rows)):
        return
    with transaction.atomic():
        chain = (chain and _as_stored(chain)) or _new_chain(database)
        if not _write(chain, rows):
            raise AuditTrailError(f"Chain {chain.number} of the audit trail cannot be continued.")
        setattr(database, _CHAIN, chain)


def _write(chain: _Chain, rows: Sequence[Row]) -> bool:
    """Insert the rows and move the chain's end behind them. False: it doesn't end where its writer thinks."""
    key, number, sequence, mac = chain.key, chain.number, chain.sequence, chain.mac
    linked = []
    for row in rows:
        sequence += 1
        mac = event_mac(key, mac, sequence, canonical(row))
        linked.append([*row, number, sequence, mac])
    if _MOVE_END.run((sequence, mac, end_seal(key, sequence, mac), number, chain.mac)) != 1:
        return False
    if len(linked) == 1:
        _INSERT.run(linked[0])
    else:
        _INSERT.run_each(linked)
    chain.sequence, chain.mac = sequence, mac
    return True


def _as_stored(chain: _Chain) -> _Chain | None:
    """Where the chain really ends. None if it isn't there, or its end was tampered with: what follows must not cover
    that up."""
    for sequence, mac, seal in _END.rows((chain.number,)):
        if hmac.compare_digest(bytes(seal), end_seal(chain.key, sequence, bytes(mac))):
            return _Chain(chain.number, chain.key, sequence, bytes(mac))
    return None


def _new_chain(database: BaseDatabaseWrapper) -> _Chain:
    ledger = _locked_ledger(database)
    key = open_key(ledger)
    # A seal that was broken stays broken.
    is_whole = hmac.compare_digest(bytes(ledger.seal), ledger_seal(key, ledger))
    last = AuditChain.objects.order_by("-number").values_list("number", flat=True).first() or 0
    number = max(last, ledger.chains) + 1
    ledger.chains += 1
    if is_whole:
        ledger.seal = ledger_seal(key, ledger)
    ledger.save(update_fields=["chains", "seal"])
    chain = _Chain(number, chain_key(key, number))
    AuditChain.objects.create(
        number=number,
        mac=START,
        seal=end_seal(chain.key, 0, START),
        pruned_mac=START,
        pruned_seal=pruned_seal(chain.key, 0, START),
    )
    return chain


def _locked_ledger(database: BaseDatabaseWrapper) -> AuditLedger:
    ledger = _read_ledger(database)
    if ledger is None and not AuditEvent.objects.exists() and not AuditChain.objects.exists():
        begin(datetime.now(UTC), unchained=())
        ledger = _read_ledger(database)
    if ledger is None:
        raise AuditTrailError("The audit trail has lost its ledger. `manage.py verify_audit` tells what is left of it.")
    return ledger


def _read_ledger(database: BaseDatabaseWrapper) -> AuditLedger | None:
    found = AuditLedger.objects.filter(pk=1)
    return (found.select_for_update() if database.features.has_select_for_update else found).first()


def begin(now: datetime, *, unchained: Iterable[Row]) -> None:
    """Write the ledger, if there is none yet. unchained: events that are there already, in order."""
    key = secrets.token_bytes(32)
    digest = Digest()
    for row in unchained:
        digest.add(row)
    ledger = AuditLedger(
        pk=1,
        sealed_key=root_key.current().seal(key, purpose=_LEDGER_PURPOSE),
        begun_at=now,
        unchained_events=digest.count,
        unchained_digest=digest.value(),
    )
    ledger.seal = ledger_seal(key, ledger)
    AuditLedger.objects.bulk_create([ledger], ignore_conflicts=True)


# --- what is covered ---------------------------------------------------------------------------------


def canonical(row: Row) -> bytes:
    """Everything an event's row holds, the same from every database. Columns that were added later hold NULL in older
    rows, which is left out at the end."""
    last = len(row)
    while row[last - 1] is None:
        last -= 1
    return orjson.dumps(row if last == len(row) else row[:last])


def row_of(values: Sequence[Any]) -> Row:
    """The Row of an event, from the values of COLUMNS as the ORM reads them."""
    row = list(values)
    row[AT] = database_time(row[AT])
    return row


def database_time(moment: datetime) -> str:
    """As Django writes it to SQLite, without the detour through settings and time zones; PostgreSQL reads it too."""
    return str(moment).removesuffix("+00:00")


class Digest:
    """Of events without a chain, in their order."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = hashlib.sha256()

    def add(self, row: Row) -> None:
        text = canonical(row)
        self._digest.update(b"%d:%b" % (len(text), text))
        self.count += 1

    def value(self) -> bytes:
        return self._digest.digest()


def event_mac(key: bytes, previous: bytes, sequence: int, text: bytes) -> bytes:
    return hmac.digest(key, b"event:%b%d:%b" % (previous, sequence, text), "sha256")


def end_seal(key: bytes, sequence: int, mac: bytes) -> bytes:
    return hmac.digest(key, b"end:%d:%b" % (sequence, mac), "sha256")


def pruned_seal(key: bytes, sequence: int, mac: bytes) -> bytes:
    return hmac.digest(key, b"pruned:%d:%b" % (sequence, mac), "sha256")


def ledger_seal(key: bytes, ledger: AuditLedger) -> bytes:
    text = [
        database_time(ledger.begun_at),
        ledger.chains,
        ledger.unchained_events,
        bytes(ledger.unchained_digest).hex(),
    ]
    return hmac.digest(key, b"ledger:" + orjson.dumps(text), "sha256")


def open_key(ledger: AuditLedger) -> bytes:
    """Raises cryptography's InvalidTag if it was sealed under another root key."""
    return root_key.current().open(bytes(ledger.sealed_key), purpose=_LEDGER_PURPOSE)


def chain_key(key: bytes, number: int) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"audit-chain:%d" % number).derive(key)
