"""A new secret with all that was asked for it: value, tags, replicas, policy, rotation. All of it or none of it.

Each part is the API's own operation, with its own authorization and its own event on record.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from secrets_app import audit, drafts
from secrets_app.call import Call
from secrets_app.errors import AwsError
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import service

Step = tuple[str, dict[str, Any]]  # an operation's name and its keywords


@dataclass(frozen=True, slots=True)
class NewSecret:
    """creation: keywords of CreateSecret. policy: "" for none. rotation: keywords of RotateSecret, None for none."""

    creation: dict[str, Any]
    policy: str = ""
    rotation: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return str(self.creation["name"])

    def __repr__(self) -> str:
        return f"NewSecret({self.name})"

    def steps(self) -> Iterator[Step]:
        yield "CreateSecret", self.creation
        if self.policy:
            policy = {"secret_id": self.name, "resource_policy": self.policy, "block_public_policy": True}
            yield "PutResourcePolicy", policy
        if self.rotation is not None:
            yield "RotateSecret", {"secret_id": self.name, **self.rotation}


class RefusedError(Exception):
    """One of the operations refused, and nothing has been stored."""

    def __init__(self, operation: str, error: AwsError) -> None:
        super().__init__(operation)
        self.operation, self.error = operation, error


def store(owner: drafts.Owner, draft_id: uuid.UUID, asked: NewSecret) -> str | None:
    """Make the draft a secret, once: its name, also when it was stored before. None if there is no such draft."""
    under_way: Step = ("CreateSecret", asked.creation)
    try:
        with transaction.atomic():
            draft = drafts.lock(owner, draft_id)
            if draft is None:
                return None
            if draft.stored_name:
                return draft.stored_name
            for under_way in asked.steps():
                operation, keywords = under_way
                REGISTERED["secretsmanager", operation](owner.call, **keywords)
            drafts.mark_stored(owner, draft_id, asked.name)
            return asked.name
    except Exception as error:
        _record(owner.call, under_way, asked.name, error)
        if isinstance(error, AwsError):
            raise RefusedError(under_way[0], error) from None
        raise


def _record(call: Call, step: Step, name: str, error: Exception) -> None:
    """The events of what was undone went with it; the refusal stays on record, as that of any call."""
    operation, keywords = step
    refused = call.starting(service("secretsmanager").operations[operation], "secretsmanager", read_only=False)
    refused.record.about(None, name, None)
    audit.write(refused, keywords, error)
