"""Versions of a managed policy, of which one, the default, counts."""

from secrets_app.call import Call
from secrets_app.identity import documents, managed, pages, quotas
from secrets_app.identity.errors import DeleteConflictException, LimitExceededException
from secrets_app.identity.managed import Version
from secrets_app.models import ManagedPolicyVersion
from secrets_app.operations._operation import operation
from secrets_app.results import Page


@operation("CreatePolicyVersion", service_name="iam")
def create_policy_version(
    call: Call, /, *, policy_arn: str, policy_document: str, set_as_default: bool | None = None
) -> Version:
    policy = managed.own_policy(call, policy_arn)
    documents.check_managed(policy_document)
    if policy.versions.count() >= quotas.VERSIONS_PER_POLICY:
        raise LimitExceededException(
            f"A managed policy can have up to {quotas.VERSIONS_PER_POLICY} versions. Before you create a new version, "
            "you must delete an existing version.",
            parameter="PolicyDocument",
        )
    policy.newest_version += 1
    ManagedPolicyVersion.objects.create(
        policy=policy, number=policy.newest_version, document=policy_document, created_at=call.now
    )
    if set_as_default:
        policy.default_version = policy.newest_version
    policy.updated_at = call.now
    policy.save(update_fields=["newest_version", "default_version", "updated_at"])
    return managed.version(policy, f"v{policy.newest_version}")


@operation("GetPolicyVersion", changes=False, service_name="iam")
def get_policy_version(call: Call, /, *, policy_arn: str, version_id: str) -> Version:
    return managed.version(managed.policy(call, policy_arn), version_id)


@operation("ListPolicyVersions", changes=False, service_name="iam")
def list_policy_versions(
    call: Call, /, *, policy_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[Version]:
    """The newest first. There are five at most, so the order that pages go by is that of the numbers turned round."""
    found = managed.versions(managed.policy(call, policy_arn))
    question = {"versions of": policy_arn}
    return pages.page(call, found, lambda each: f"{10**9 - each.number}", question, marker, max_items)


@operation("SetDefaultPolicyVersion", service_name="iam")
def set_default_policy_version(call: Call, /, *, policy_arn: str, version_id: str) -> None:
    """Counts for whoever has the policy from the next request on."""
    policy = managed.own_policy(call, policy_arn)
    policy.default_version = managed.version(policy, version_id).number
    policy.updated_at = call.now
    policy.save(update_fields=["default_version", "updated_at"])


@operation("DeletePolicyVersion", service_name="iam")
def delete_policy_version(call: Call, /, *, policy_arn: str, version_id: str) -> None:
    policy = managed.own_policy(call, policy_arn)
    version = managed.version(policy, version_id)
    if version.is_default:
        raise DeleteConflictException("Cannot delete the default version of a policy.", parameter="VersionId")
    policy.versions.filter(number=version.number).delete()
    policy.updated_at = call.now
    policy.save(update_fields=["updated_at"])
