"""Customer managed policies, their versions, and those that AWS manages."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from secrets_app import arns, principals
from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.identity import aws_managed, documents, entities, managed, pages, quotas
from secrets_app.identity import tags as _tags  # an operation has a parameter of that name
from secrets_app.identity.errors import DeleteConflictException, EntityAlreadyExistsException
from secrets_app.identity.managed import AnyPolicy
from secrets_app.identity.tags import Tags
from secrets_app.models import Group, ManagedPolicy, ManagedPolicyVersion, PolicyAttachment, Principal
from secrets_app.operations._operation import operation
from secrets_app.results import Page


@dataclass(frozen=True, slots=True)
class DescribedPolicy:
    policy: AnyPolicy
    attachments: int
    boundaries: int


@operation("CreatePolicy", service_name="iam")
def create_policy(
    call: Call,
    /,
    *,
    policy_name: str,
    policy_document: str,
    path: str | None = None,
    description: str | None = None,
    tags: Tags | None = None,
) -> DescribedPolicy:
    wanted = _tags.check(tags)
    arn = arns.iam(call.account, f"policy{path or '/'}{policy_name}")
    entities.authorize(call, arn, _tags.of_request(wanted))
    documents.check_managed(policy_document)
    own = ManagedPolicy.objects.filter(account=call.account)
    if own.filter(name__iexact=policy_name).exists():
        raise EntityAlreadyExistsException(
            f"A policy called {policy_name} already exists. Duplicate names are not allowed.", parameter="PolicyName"
        )
    quotas.check_account("policy", own.count())
    policy = ManagedPolicy.objects.create(
        account_id=call.account,
        name=policy_name,
        path=path or "/",
        arn=arn,
        unique_id=principals.new_unique_id("policy"),
        description=description or "",
        tags=wanted,
        created_at=call.now,
        updated_at=call.now,
    )
    ManagedPolicyVersion.objects.create(policy=policy, number=1, document=policy_document, created_at=call.now)
    return DescribedPolicy(policy, 0, 0)


@operation("GetPolicy", changes=False, service_name="iam")
def get_policy(call: Call, /, *, policy_arn: str) -> DescribedPolicy:
    return _described(call, managed.policy(call, policy_arn))


@operation("ListPolicies", changes=False, service_name="iam")
def list_policies(
    call: Call,
    /,
    *,
    scope: str | None = None,
    only_attached: bool | None = None,
    path_prefix: str | None = None,
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[DescribedPolicy]:
    entities.authorize(call, "*")
    found: list[AnyPolicy] = []
    if scope in (None, "All", "Local"):
        found += ManagedPolicy.objects.filter(account=call.account)
    if scope in (None, "All", "AWS"):
        found += aws_managed.BY_ARN.values()
    described = [_described(call, each) for each in found if each.path.startswith(path_prefix or "/")]
    if only_attached or policy_usage_filter:
        described = [each for each in described if _is_used(each, policy_usage_filter)]
    question = {"policies": [scope, bool(only_attached), path_prefix, policy_usage_filter]}
    return pages.page(call, described, lambda each: each.policy.arn, question, marker, max_items)


@operation("DeletePolicy", service_name="iam")
def delete_policy(call: Call, /, *, policy_arn: str) -> None:
    """With its default version; others, and whoever has it, have to be gone."""
    policy = managed.own_policy(call, policy_arn)
    if managed.attachment_count(call.account, policy_arn) or managed.boundary_count(call.account, policy_arn):
        raise DeleteConflictException("Cannot delete a policy attached to entities.", parameter="PolicyArn")
    if policy.versions.count() > 1:
        raise DeleteConflictException(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's "
            "versions. The default version is deleted with the policy.",
            parameter="PolicyArn",
        )
    policy.delete()


@dataclass(frozen=True, slots=True)
class Entities:
    """Whom a policy is attached to, or bounds."""

    users: list[Principal]
    roles: list[Principal]
    groups: list[Group]


@operation("ListEntitiesForPolicy", changes=False, service_name="iam")
def list_entities_for_policy(
    call: Call,
    /,
    *,
    policy_arn: str,
    entity_filter: str | None = None,
    path_prefix: str | None = None,
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Entities:
    """All on one page."""
    if marker is not None:
        raise ValidationException("Invalid Marker.", parameter="Marker")
    del max_items
    managed.policy(call, policy_arn)
    attachments = PolicyAttachment.objects.filter(policy_arn=policy_arn)
    used: Q = Q(pk__in=attachments.values("principal"))
    if policy_usage_filter == "PermissionsBoundary":
        used = Q(boundary_arn=policy_arn)
    elif policy_usage_filter is None:
        used |= Q(boundary_arn=policy_arn)
    there: dict[str, Any] = {"account": call.account, "path__startswith": path_prefix or "/"}
    found = Principal.objects.filter(used, **there).order_by("name")
    groups = Group.objects.filter(pk__in=attachments.values("group"), **there).order_by("name")
    wants_groups = policy_usage_filter != "PermissionsBoundary" and entity_filter in (None, "Group")
    return Entities(
        users=list(found.filter(kind="user")) if entity_filter in (None, "User") else [],
        roles=list(found.filter(kind="role")) if entity_filter in (None, "Role") else [],
        groups=list(groups) if wants_groups else [],
    )


def _described(call: Call, policy: AnyPolicy) -> DescribedPolicy:
    return DescribedPolicy(
        policy,
        managed.attachment_count(call.account, policy.arn),
        managed.boundary_count(call.account, policy.arn),
    )


def _is_used(described: DescribedPolicy, usage: str | None) -> bool:
    if usage == "PermissionsBoundary":
        return described.boundaries > 0
    return described.attachments > 0
