"""Policies that are part of one user, role or group."""

from typing import Any

from secrets_app.call import Call
from secrets_app.models import Group, IdentityPolicy
from secrets_app.results import Page

from . import documents, pages, quotas
from .entities import Owner, kind_of
from .errors import LimitExceededException, no_such


def put(owner: Owner, name: str, document: str) -> None:
    """In place of the one of that name, if there is one."""
    documents.check_identity(document)
    others = owner.identity_policies.exclude(name=name).values_list("document", flat=True)
    limit = quotas.INLINE_POLICY_CHARACTERS[kind_of(owner)]
    if sum(map(quotas.characters, [document, *others])) > limit:
        raise LimitExceededException(
            f"Maximum policy size of {limit} bytes exceeded for {kind_of(owner)} {owner.name}",
            parameter="PolicyDocument",
        )
    IdentityPolicy.objects.update_or_create(**_owned_by(owner), name=name, defaults={"document": document})


def get(owner: Owner, name: str) -> IdentityPolicy:
    found: IdentityPolicy | None = owner.identity_policies.filter(name=name).first()
    if found is None:
        raise no_such(f"{kind_of(owner)} policy", name, parameter="PolicyName")
    return found


def delete(owner: Owner, name: str) -> None:
    get(owner, name).delete()


def names(call: Call, owner: Owner, marker: str | None, max_items: int | None) -> Page[str]:
    found = owner.identity_policies.values_list("name", flat=True)
    return pages.page(call, found, lambda name: name, {"inline policies of": owner.arn}, marker, max_items)


def _owned_by(owner: Owner) -> dict[str, Any]:
    return {"group": owner} if isinstance(owner, Group) else {"principal": owner}
