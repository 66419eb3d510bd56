"""What an operation answers -> the members of its output shape: one function per operation of Secrets Manager.

Absent means absent: None leaves a member out; an empty list or string is only sent where AWS sends one (api.md 4, 5).
"""

from collections.abc import Callable, Mapping
from typing import Any

from secrets_app.kms import keys
from secrets_app.models import CrossAccountReplica, Replica, RotationConfiguration, Secret
from secrets_app.resource_policy import Finding
from secrets_app.results import (
    AttachedPolicy,
    Batch,
    Deletion,
    Description,
    Disassociated,
    Page,
    SecretValue,
    Stored,
    VersionEntry,
    VersionPage,
)

Reply = Mapping[str, Any]


def nothing(_result: None) -> Reply:
    return {}


# --- a secret ----------------------------------------------------------------------------------------


def arn_and_name(secret: Secret) -> Reply:
    return {"ARN": secret.arn, "Name": secret.name}


def create_secret(stored: Stored) -> Reply:
    return {
        **arn_and_name(stored.secret),
        "VersionId": stored.version_id,
        "ReplicationStatus": _replicas(stored.replicas),
    }


def arn_name_and_version(stored: Stored) -> Reply:
    """VersionId only if the call made a version (recorded)."""
    return {**arn_and_name(stored.secret), "VersionId": stored.version_id}


def describe_secret(description: Description) -> Reply:
    return {
        **_details(description),
        "VersionIdsToStages": description.versions_to_stages or None,
        "ReplicationStatus": _replicas(description.replicas or None),
        "CrossAccountPrimary": _cross_account_primary(description.cross_account_primary),
        "CrossAccountReplicas": _cross_account_replicas(description.cross_account_replica),
    }


def list_secrets(page: Page[Description]) -> Reply:
    return {
        "SecretList": [
            {**_details(item), "SecretVersionsToStages": item.versions_to_stages or None} for item in page.items
        ],
        "NextToken": page.next_token,
    }


def _details(description: Description) -> dict[str, Any]:
    """What DescribeSecret and an entry of ListSecrets share."""
    secret = description.secret
    tags = [{"Key": tag.key, "Value": tag.value} for tag in description.tags]
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "Type": secret.type or None,
        "Description": secret.description or None,
        "KmsKeyId": secret.kms_key_id_given or None,
        **_rotation(description.rotation),
        "LastChangedDate": secret.last_changed_at,
        "LastAccessedDate": secret.last_accessed_on,
        "DeletedDate": secret.deletion_at,
        "Tags": tags if tags or secret.was_tagged else None,
        "OwningService": secret.owning_service or None,
        "CreatedDate": secret.created_at,
        "PrimaryRegion": secret.primary_region or None,
    }


def _rotation(configuration: RotationConfiguration | None) -> dict[str, Any]:
    """Nothing until rotation was ever set up (recorded). A window ends with its last second: NextRotationDate."""
    if configuration is None:
        return {}
    rules = {
        "AutomaticallyAfterDays": configuration.automatically_after_days,
        "Duration": configuration.duration or None,
        "ScheduleExpression": configuration.schedule_expression or None,
    }
    return {
        "RotationEnabled": configuration.enabled,
        "RotationLambdaARN": configuration.function_arn or None,
        "RotationRules": rules if any(value is not None for value in rules.values()) else None,
        "ExternalSecretRotationMetadata": configuration.external_metadata or None,
        "ExternalSecretRotationRoleArn": configuration.external_role_arn or None,
        "LastRotatedDate": configuration.last_rotated_at,
        "NextRotationDate": configuration.next_window_end if configuration.enabled else None,
    }


def delete_secret(deletion: Deletion) -> Reply:
    return {"ARN": deletion.arn, "Name": deletion.name, "DeletionDate": deletion.deletion_at}


# --- its value ---------------------------------------------------------------------------------------


def get_secret_value(found: SecretValue) -> Reply:
    """A version read by its id may have no labels any more; then VersionStages is absent."""
    return {
        "ARN": found.arn,
        "Name": found.name,
        "VersionId": found.version_id,
        "SecretString": found.value.string,
        "SecretBinary": found.value.binary,
        "VersionStages": found.staging_labels or None,
        "CreatedDate": found.created_at,
    }


def batch_get_secret_value(batch: Batch) -> Reply:
    """Errors is [] when there are none (documented example)."""
    return {
        "SecretValues": [get_secret_value(value) for value in batch.values],
        "Errors": [
            {"SecretId": error.secret_id, "ErrorCode": error.code, "Message": error.message} for error in batch.errors
        ],
        "NextToken": batch.next_token,
    }


def put_secret_value(stored: Stored) -> Reply:
    return {**arn_name_and_version(stored), "VersionStages": stored.staging_labels or None}


def get_random_password(password: str) -> Reply:
    return {"RandomPassword": password}


# --- its versions ------------------------------------------------------------------------------------


def list_secret_version_ids(page: VersionPage) -> Reply:
    return {
        "Versions": [_version(entry) for entry in page.versions],
        "NextToken": page.next_token,
        **arn_and_name(page.secret),
    }


def _version(entry: VersionEntry) -> Reply:
    return {
        "VersionId": entry.version.version_id,
        "VersionStages": entry.staging_labels or None,
        "LastAccessedDate": entry.version.last_accessed_on,
        "CreatedDate": entry.version.created_at,
        "KmsKeyIds": entry.kms_key_ids or None,
    }


# --- its replicas ------------------------------------------------------------------------------------


def arn_and_replicas(stored: Stored) -> Reply:
    """All replicas there are now; [] after the last one was removed."""
    return {"ARN": stored.secret.arn, "ReplicationStatus": _replicas(stored.replicas or [])}


def _cross_account_primary(link: CrossAccountReplica | None) -> Reply | None:
    if link is None:
        return None
    return {
        "PrimarySecretARN": link.primary_arn,
        "ReplicationStatus": link.status,
        "StatusMessage": link.status_message or None,
    }


def _cross_account_replicas(link: CrossAccountReplica | None) -> list[Reply] | None:
    if link is None:
        return None
    entry = {
        "ReplicaSecretARN": link.replica_arn,
        "ReplicationRoleARN": link.replication_role_arn or None,
        "ReplicationStatus": link.status,
        "StatusMessage": link.status_message or None,
    }
    return [entry]


def associated(link: CrossAccountReplica) -> Reply:
    return {
        "ARN": link.primary_arn,
        "CrossAccountReplicaARN": link.replica_arn,
        "ReplicationStatus": link.status,
    }


def disassociated(done: Disassociated) -> Reply:
    return {"ARN": done.arn, "CrossAccountReplicaARN": done.replica_arn}


def stop_replication_to_replica(secret: Secret) -> Reply:
    return {"ARN": secret.arn}


def _replicas(replicas: list[Replica] | None) -> list[Reply] | None:
    return None if replicas is None else [_replica(replica) for replica in replicas]


def _replica(replica: Replica) -> Reply:
    return {
        "Region": replica.region,
        "KmsKeyId": replica.kms_key_id_given or keys.DEFAULT_ALIAS,
        "Status": replica.status,
        "StatusMessage": replica.status_message or None,
        "LastAccessedDate": replica.secret.last_accessed_on if replica.secret else None,
    }


# --- its resource policy -----------------------------------------------------------------------------


def get_resource_policy(policy: AttachedPolicy) -> Reply:
    """Without a policy the member is absent; with one, its text byte for byte."""
    return {**named_policy(policy), "ResourcePolicy": policy.document}


def named_policy(policy: AttachedPolicy) -> Reply:
    """PolicyName only for those who know of it: recorded answers are older, and have ARN and Name alone."""
    return {**arn_and_name(policy.secret), "PolicyName": policy.policy_name}


def validate_resource_policy(findings: list[Finding]) -> Reply:
    return {
        "PolicyValidationPassed": not findings,
        "ValidationErrors": [
            {"CheckName": finding.check_name, "ErrorMessage": finding.error_message} for finding in findings
        ],
    }


def list_resource_policies(names: list[str]) -> Reply:
    return {"ResourcePolicies": [{"PolicyName": name} for name in names]}


REPLIES: Mapping[str, Callable[[Any], Reply]] = {
    "AssociateCrossAccountReplica": associated,
    "BatchGetSecretValue": batch_get_secret_value,
    "CancelRotateSecret": arn_name_and_version,
    "CreateSecret": create_secret,
    "DeleteResourcePolicy": named_policy,
    "DeleteSecret": delete_secret,
    "DescribeSecret": describe_secret,
    "DisassociateCrossAccountReplica": disassociated,
    "GetRandomPassword": get_random_password,
    "GetResourcePolicy": get_resource_policy,
    "GetSecretValue": get_secret_value,
    "ListResourcePolicies": list_resource_policies,
    "ListSecretVersionIds": list_secret_version_ids,
    "ListSecrets": list_secrets,
    "PutResourcePolicy": named_policy,
    "PutSecretValue": put_secret_value,
    "RemoveRegionsFromReplication": arn_and_replicas,
    "ReplicateSecretToRegions": arn_and_replicas,
    "RestoreSecret": arn_and_name,
    "RotateSecret": arn_name_and_version,
    "StopReplicationToReplica": stop_replication_to_replica,
    "TagResource": nothing,
    "UntagResource": nothing,
    "UpdateSecret": arn_name_and_version,
    "UpdateSecretVersionStage": arn_and_name,
    "ValidateResourcePolicy": validate_resource_policy,
}
