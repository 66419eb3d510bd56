"""Managed policies by ARN: the account's own, and those that AWS manages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException
from secrets_app.models import ManagedPolicy, ManagedPolicyVersion, PolicyAttachment, Principal

from . import aws_managed, entities, tags
from .aws_managed import AwsManagedPolicy
from .entities import Context
from .errors import NoSuchEntityException

AnyPolicy = ManagedPolicy | AwsManagedPolicy


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    document: str
    created_at: datetime
    is_default: bool

    @property
    def version_id(self) -> str:
        return f"v{self.number}"


def policy(call: Call, arn: str, context: Context | None = None, *, for_update: bool = False) -> AnyPolicy:
    """Authorized before it is told whether there is one. That of another account is none."""
    found = find(call.account, arn, for_update=for_update)
    own = found if isinstance(found, ManagedPolicy) else None
    entities.authorize(call, arn, {**(tags.of_resource(own.tags) if own else {}), **(context or {})})
    if found is None:
        raise NoSuchEntityException(f"Policy {arn} was not found.", parameter="PolicyArn")
    return found


def own_policy(call: Call, arn: str, context: Context | None = None) -> ManagedPolicy:
    """To change it; those that AWS manages are for nobody to change."""
    found = policy(call, arn, context, for_update=True)
    if isinstance(found, AwsManagedPolicy):
        raise AccessDeniedException(
            f"User: {call.principal.arn} is not authorized to perform: {call.action} on resource: policy {arn} "
            f"because no resource-based policy allows the {call.action} action",
            parameter="PolicyArn",
        )
    return found


def attachable(account: str, arn: str, *, parameter: str = "PolicyArn") -> AnyPolicy:
    """Locked, so that it is not deleted meanwhile."""
    found = find(account, arn, for_update=True)
    if found is None:
        raise NoSuchEntityException(f"Policy {arn} does not exist or is not attachable.", parameter=parameter)
    return found


def find(account: str, arn: str, *, for_update: bool = False) -> AnyPolicy | None:
    if aws_managed.is_aws_managed(arn):
        return aws_managed.BY_ARN.get(arn)
    rows = ManagedPolicy.objects.select_for_update() if for_update else ManagedPolicy.objects.all()
    return rows.filter(account=account, arn=arn).first()


def versions(found: AnyPolicy) -> list[Version]:
    """The newest first."""
    if isinstance(found, AwsManagedPolicy):
        return [Version(found.version, found.document, found.created_at, is_default=True)]
    return [_version(found, row) for row in found.versions.order_by("-number")]


def version(found: AnyPolicy, version_id: str) -> Version:
    number = version_id[1:].partition(".")[0]
    for each in versions(found):
        if str(each.number) == number:
            return each
    raise NoSuchEntityException(
        f"Policy {found.arn} version {version_id} does not exist or is not attachable.", parameter="VersionId"
    )


def default_document(found: AnyPolicy) -> str:
    return next(each.document for each in versions(found) if each.is_default)


def attachment_count(account: str, arn: str) -> int:
    """In this account: a policy that AWS manages is attached in each by itself."""
    return (
        PolicyAttachment.objects.filter(policy_arn=arn)
        .filter(Q(principal__account=account) | Q(group__account=account))
        .count()
    )


def boundary_count(account: str, arn: str) -> int:
    return Principal.objects.filter(account=account, boundary_arn=arn).count()


def _version(found: ManagedPolicy, row: ManagedPolicyVersion) -> Version:
    return Version(row.number, row.document, row.created_at, is_default=row.number == found.default_version)
