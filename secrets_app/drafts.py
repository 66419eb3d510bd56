"""Drafts of new secrets: what was typed before Store, sealed under the root key, for one person's session, one hour.

A draft's id is in the address of the wizard's pages and is of no use to anybody else. The seal authenticates id,
person and session, so a row written over another does not open (docs/decisions/0013-drafts-of-secrets.md).
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from secrets_app import root_key
from secrets_app.call import Call
from secrets_app.models import SecretDraft

KEPT_FOR = timedelta(hours=1)  # since it was last saved
MOST_PER_PERSON = 20

Content = dict[str, Any]  # what JSON can hold


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose draft it is. session_key: of the browser's session; only a digest of it is kept."""

    call: Call
    session_key: str

    @property
    def session_digest(self) -> str:
        return hashlib.sha256(self.session_key.encode()).hexdigest()

    def purpose(self, draft_id: uuid.UUID) -> str:
        return f"secret-draft:{draft_id}:{self.call.principal.principal_id}:{self.session_digest}"


@dataclass(frozen=True, slots=True)
class Draft:
    """stored_name: the secret it became, or ""; then there is no content any more."""

    id: uuid.UUID
    content: Content
    stored_name: str

    def __repr__(self) -> str:
        return f"Draft({self.id})"


def start(owner: Owner, content: Content) -> uuid.UUID:
    """A new draft. Of those a person has left lying about, the oldest go."""
    draft_id = uuid.uuid4()
    with transaction.atomic():
        SecretDraft.objects.create(
            id=draft_id,
            principal_id=owner.call.principal.principal_id,
            session_digest=owner.session_digest,
            sealed=_sealed(owner, draft_id, content),
            created_at=owner.call.now,
            expires_at=owner.call.now + KEPT_FOR,
        )
        of_person = SecretDraft.objects.filter(principal_id=owner.call.principal.principal_id)
        kept = of_person.order_by("-expires_at").values_list("pk", flat=True)[:MOST_PER_PERSON]
        of_person.exclude(pk__in=list(kept)).delete()
    return draft_id


def find(owner: Owner, draft_id: uuid.UUID) -> Draft | None:
    """None for a draft that expired, is somebody else's, or never was: the answer does not tell which."""
    row = _of(owner, draft_id).first()
    return _opened(owner, row) if row else None


def lock(owner: Owner, draft_id: uuid.UUID) -> Draft | None:
    """find(), and nobody else changes or stores it until the transaction ends."""
    row = _of(owner, draft_id).select_for_update().first()
    return _opened(owner, row) if row else None


def save(owner: Owner, draft_id: uuid.UUID, content: Content) -> None:
    _of(owner, draft_id).filter(stored_name="").update(
        sealed=_sealed(owner, draft_id, content), expires_at=owner.call.now + KEPT_FOR
    )


def mark_stored(owner: Owner, draft_id: uuid.UUID, name: str) -> None:
    """What was typed goes; that it became a secret stays for the hour, so that Store pressed twice stores once."""
    _of(owner, draft_id).update(sealed=b"", stored_name=name)


def discard(owner: Owner, draft_id: uuid.UUID) -> None:
    _of(owner, draft_id).delete()


def delete_expired(now: datetime) -> int:
    """At most 1,000 in one pass."""
    expired = list(SecretDraft.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:1_000])
    return SecretDraft.objects.filter(pk__in=expired).delete()[0]


def _of(owner: Owner, draft_id: uuid.UUID) -> QuerySet[SecretDraft]:
    return SecretDraft.objects.filter(
        id=draft_id,
        principal_id=owner.call.principal.principal_id,
        session_digest=owner.session_digest,
        expires_at__gt=owner.call.now,
    )


def _sealed(owner: Owner, draft_id: uuid.UUID, content: Content) -> bytes:
    return root_key.current().seal(json.dumps(content).encode(), purpose=owner.purpose(draft_id))


def _opened(owner: Owner, row: SecretDraft) -> Draft:
    if row.stored_name:
        return Draft(row.id, {}, row.stored_name)
    content = json.loads(root_key.current().open(bytes(row.sealed), purpose=owner.purpose(row.id)))
    return Draft(row.id, content, "")
