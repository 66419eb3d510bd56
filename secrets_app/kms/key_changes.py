"""Two operations on keys that only make sense together: both are done, or neither is.

Each is the API's own, with its own authorization and its own event on record.
"""

from typing import Any

from django.db import transaction

from secrets_app import audit
from secrets_app.call import Call
from secrets_app.models import KmsKey
from secrets_app.operations._operation import REGISTERED
from secrets_app.service_model import service

from . import operations  # noqa: F401  importing operations registers them


def create_key_with_alias(call: Call, *, alias_name: str, description: str) -> KmsKey:
    """No key is left behind without the name it was to have."""
    with _Together(call) as together:
        key: KmsKey = together.run("CreateKey", description=description)
        together.run("CreateAlias", alias_name=alias_name, target_key_id=key.key_id)
        return key


def rename_alias(call: Call, *, alias_name: str, new_name: str, key_id: str) -> None:
    """KMS has no operation for it (developer guide, "Aliases"): a new alias for the same key, then the old one goes."""
    with _Together(call) as together:
        together.run("CreateAlias", alias_name=new_name, target_key_id=key_id)
        together.run("DeleteAlias", alias_name=alias_name)


class _Together:
    """A transaction of operations. Their events are undone with it, but the refusal stays on record."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._atomic = transaction.atomic()
        self._under_way: tuple[str, dict[str, Any]] | None = None

    def __enter__(self) -> "_Together":
        self._atomic.__enter__()
        return self

    def run(self, operation: str, **keywords: Any) -> Any:
        self._under_way = operation, keywords
        return REGISTERED["kms", operation](self._call, **keywords)

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._atomic.__exit__(kind, error, trace)
        if error is not None and self._under_way is not None:
            operation, keywords = self._under_way
            refused = self._call.starting(service("kms").operations[operation], "kms", read_only=False)
            audit.write(refused, keywords, error)
