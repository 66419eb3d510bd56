"""Managed policies given to users, roles and groups."""

from typing import Any

from secrets_app.call import Call
from secrets_app.models import Group, PolicyAttachment
from secrets_app.results import Page

from . import managed, pages, quotas
from .entities import Owner, kind_of
from .errors import NoSuchEntityException
from .managed import AnyPolicy


def attach(call: Call, owner: Owner, policy_arn: str) -> None:
    """One that is attached already stays so, which is no error (IAM API reference, AttachUserPolicy)."""
    managed.attachable(call.account, policy_arn)
    if owner.policy_attachments.filter(policy_arn=policy_arn).exists():
        return
    if owner.policy_attachments.count() >= quotas.ATTACHED_POLICIES:
        kind = kind_of(owner).capitalize()
        raise quotas.exceeded(f"PoliciesPer{kind}", quotas.ATTACHED_POLICIES, parameter="PolicyArn")
    PolicyAttachment.objects.create(**_owned_by(owner), policy_arn=policy_arn)


def detach(owner: Owner, policy_arn: str) -> None:
    deleted, _ = owner.policy_attachments.filter(policy_arn=policy_arn).delete()
    if not deleted:
        raise NoSuchEntityException(f"Policy {policy_arn} was not found.", parameter="PolicyArn")


def attached(
    call: Call, owner: Owner, path_prefix: str | None, marker: str | None, max_items: int | None
) -> Page[AnyPolicy]:
    found = [managed.find(call.account, each.policy_arn) for each in owner.policy_attachments.all()]
    rows = [policy for policy in found if policy is not None and policy.path.startswith(path_prefix or "/")]
    question = {"attached to": owner.arn, "path": path_prefix}
    return pages.page(call, rows, lambda policy: policy.name, question, marker, max_items)


def _owned_by(owner: Owner) -> dict[str, Any]:
    return {"group": owner} if isinstance(owner, Group) else {"principal": owner}
