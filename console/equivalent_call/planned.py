"""What the form of a dialog, as it stands, is about to call. By the name of the dialog's route.

Nothing is read, checked or done here: the calls are put together from what was typed and from the dialog's address.
tests/console/equivalent_call/test_planned.py sends each form, and compares with the calls that were made.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from console.encryption_keys.forms import named
from console.secret.rotation_form import RotationForm
from console.secret.tags import tag_rows

from . import many_secrets
from .calls import EquivalentCall, Result, call
from .rendering import MASK

Calls = list[EquivalentCall]


@dataclass(frozen=True, slots=True)
class Asked:
    """region: the page's. address: the dialog's parameters. form: what is typed."""

    region: str
    address: QueryDict
    form: QueryDict

    @property
    def secret_id(self) -> str:
        return self.address.get("name", "")

    def call(self, operation: str, **given: Any) -> EquivalentCall:
        return call(operation, self.region, **given)

    def kms(self, operation: str, **given: Any) -> EquivalentCall:
        return call(operation, self.region, service_name="kms", **given)

    def number(self, field: str) -> int | str | None:
        """As typed, where it is none."""
        typed = self.form.get(field, "").strip()
        return int(typed) if typed.isascii() and typed.isdecimal() else typed or None


Plan = Callable[[Asked], Calls]
PLANS: dict[str, Plan] = {}
# Fields that hold values: they are not even sent to be shown as a mask.
WITHHELD_FIELDS = ("secret_string",)


def plans(route: str) -> Callable[[Plan], Plan]:
    def register(plan: Plan) -> Plan:
        PLANS[route] = plan
        return plan

    return register


# --- one secret ----------------------------------------------------------------------------------


@plans("secret-details-edit-description")
def _description(asked: Asked) -> Calls:
    return [asked.call("UpdateSecret", SecretId=asked.secret_id, Description=asked.form.get("description", ""))]


@plans("secret-details-edit-encryption-key")
def _encryption_key(asked: Asked) -> Calls:
    """A new version holds the value as it is, which the console reads for it."""
    value = MASK if asked.form.get("new_version") else None
    key = asked.form.get("kms_key_id", "")
    return [asked.call("UpdateSecret", SecretId=asked.secret_id, KmsKeyId=key, SecretString=value)]


@plans("secret-value-edit")
def _value(asked: Asked) -> Calls:
    return [asked.call("PutSecretValue", SecretId=asked.secret_id, SecretString=MASK)]


@plans("secret-versions-make-current")
def _make_current(asked: Asked) -> Calls:
    return [
        asked.call(
            "UpdateSecretVersionStage",
            SecretId=asked.secret_id,
            VersionStage="AWSCURRENT",
            MoveToVersionId=asked.address.get("version_id", ""),
            RemoveFromVersionId=asked.form.get("current") or None,
        )
    ]


@plans("secret-staging-labels-edit")
def _staging_label(asked: Asked) -> Calls:
    return [
        asked.call(
            "UpdateSecretVersionStage",
            SecretId=asked.secret_id,
            VersionStage=asked.form.get("label", "").strip(),
            MoveToVersionId=asked.address.get("version_id", ""),
            RemoveFromVersionId=asked.form.get("holder") or None,
        )
    ]


@plans("secret-tags-edit")
def _tags(asked: Asked) -> Calls:
    """The difference, as the dialog saves it."""
    before = dict(zip(asked.form.getlist("before_key"), asked.form.getlist("before_value"), strict=False))
    wanted = {row["Key"]: row["Value"] for row in tag_rows(asked.form) if row["Key"]}
    changed = [{"Key": key, "Value": value} for key, value in wanted.items() if before.get(key) != value]
    removed = [key for key in before if key not in wanted]
    calls = []
    if changed:
        calls.append(asked.call("TagResource", SecretId=asked.secret_id, Tags=changed))
    if removed:
        calls.append(asked.call("UntagResource", SecretId=asked.secret_id, TagKeys=removed))
    return calls


@plans("secret-rotation-edit")
def _rotation(asked: Asked) -> Calls:
    form = RotationForm(asked.form, functions=None, is_managed=True)
    form.is_valid()
    if not form.cleaned_data.get("automatic"):
        return [asked.call("CancelRotateSecret", SecretId=asked.secret_id)]
    return [
        asked.call(
            "RotateSecret",
            SecretId=asked.secret_id,
            RotationLambdaARN=asked.form.get("rotation_lambda_arn") or None,
            RotationRules=form.rules() if form.schedule is not None else None,
            RotateImmediately=bool(form.cleaned_data.get("rotate_immediately")),
        )
    ]


@plans("secret-rotation-rotate")
def _rotate(asked: Asked) -> Calls:
    return [asked.call("RotateSecret", SecretId=asked.secret_id)]


@plans("secret-rotation-cancel")
def _cancel_rotation(asked: Asked) -> Calls:
    return [asked.call("CancelRotateSecret", SecretId=asked.secret_id)]


@plans("secret-rotation-discard")
def _discard(asked: Asked) -> Calls:
    return [
        asked.call(
            "UpdateSecretVersionStage",
            SecretId=asked.secret_id,
            VersionStage="AWSPENDING",
            RemoveFromVersionId=asked.form.get("version_id") or None,
        )
    ]


@plans("secret-replication-replicate")
def _replicate(asked: Asked) -> Calls:
    pairs = zip(asked.form.getlist("replica_region"), asked.form.getlist("replica_key"), strict=False)
    chosen = [{"Region": region, "KmsKeyId": key.strip()} for region, key in pairs if region]
    return [
        asked.call(
            "ReplicateSecretToRegions",
            SecretId=asked.secret_id,
            AddReplicaRegions=chosen,
            ForceOverwriteReplicaSecret=bool(asked.form.get("overwrite")),
        )
    ]


@plans("secret-replication-edit-key")
def _replica_key(asked: Asked) -> Calls:
    replica = {"Region": asked.address.get("replica_region", ""), "KmsKeyId": asked.form.get("kms_key_id", "")}
    return [asked.call("ReplicateSecretToRegions", SecretId=asked.secret_id, AddReplicaRegions=[replica])]


@plans("secret-replication-retry")
def _retry(asked: Asked) -> Calls:
    return [
        asked.call(
            "ReplicateSecretToRegions",
            SecretId=asked.secret_id,
            AddReplicaRegions=[{"Region": asked.address.get("replica_region", "")}],
            ForceOverwriteReplicaSecret=bool(asked.form.get("overwrite")),
        )
    ]


@plans("secret-replication-delete")
def _delete_replica(asked: Asked) -> Calls:
    regions = [asked.address.get("replica_region", "")]
    return [asked.call("RemoveRegionsFromReplication", SecretId=asked.secret_id, RemoveReplicaRegions=regions)]


@plans("secret-replication-promote")
def _promote(asked: Asked) -> Calls:
    return [asked.call("StopReplicationToReplica", SecretId=asked.secret_id)]


@plans("secret-cross-account-associate")
def _associate(asked: Asked) -> Calls:
    role = asked.form.get("replication_role_arn", "").strip()
    given = {
        "SecretId": asked.secret_id,
        "CrossAccountReplicaARN": asked.form.get("cross_account_replica_arn", "").strip(),
    }
    return [asked.call("AssociateCrossAccountReplica", **given, **({"ReplicationRoleARN": role} if role else {}))]


@plans("secret-cross-account-disassociate")
def _disassociate(asked: Asked) -> Calls:
    arn = asked.form.get("replica_arn", "")
    return [asked.call("DisassociateCrossAccountReplica", SecretId=asked.secret_id, CrossAccountReplicaARN=arn)]


@plans("secret-cross-account-stop")
def _stop_cross_account(asked: Asked) -> Calls:
    return [asked.call("StopReplicationToReplica", SecretId=asked.secret_id)]


@plans("secret-permissions-edit")
def _permissions(asked: Asked) -> Calls:
    document = asked.form.get("resource_policy", "").replace("\r\n", "\n")
    if not document.strip():
        return [asked.call("DeleteResourcePolicy", SecretId=asked.secret_id)]
    return [asked.call("PutResourcePolicy", SecretId=asked.secret_id, ResourcePolicy=document, BlockPublicPolicy=True)]


@plans("secret-deletion-delete")
def _delete(asked: Asked) -> Calls:
    days = asked.number("recovery_window_in_days")
    return [asked.call("DeleteSecret", SecretId=asked.secret_id, RecoveryWindowInDays=days)]


@plans("secret-deletion-delete-now")
def _delete_now(asked: Asked) -> Calls:
    return [asked.call("DeleteSecret", SecretId=asked.secret_id, ForceDeleteWithoutRecovery=True)]


@plans("secret-deletion-cancel")
def _restore(asked: Asked) -> Calls:
    return [asked.call("RestoreSecret", SecretId=asked.secret_id)]


# --- many secrets: the same call for each, Region by Region --------------------------------------


@plans("secrets-list-bulk")
def _bulk(asked: Asked) -> Calls:
    form, kind = asked.form, asked.address.get("kind", "")
    given: dict[str, Any]
    match kind:
        case "tag":
            given = {"Tags": [{"Key": row["Key"], "Value": row["Value"]} for row in tag_rows(form)]}
        case "rotate":
            given = {}
        case "replicate":
            given = {
                "AddReplicaRegions": [{"Region": region} for region in form.getlist("replica_regions")],
                "ForceOverwriteReplicaSecret": bool(form.get("overwrite")),
            }
        case "delete":
            given = {"RecoveryWindowInDays": asked.number("recovery_window_in_days")}
        case _:
            return []
    return many_secrets.of_each(kind, form.getlist("secret"), **given)


# --- encryption keys -----------------------------------------------------------------------------


@plans("encryption-keys-create")
def _create_key(asked: Asked) -> Calls:
    made = Result("key_id", ("KeyMetadata", "KeyId"))
    create = replace(asked.kms("CreateKey", Description=asked.form.get("description", "")), keeps=made)
    alias = named(asked.form.get("alias", ""))
    return [create, asked.kms("CreateAlias", AliasName=alias, TargetKeyId=made)]


@plans("encryption-keys-alias")
def _create_alias(asked: Asked) -> Calls:
    alias = named(asked.form.get("alias", ""))
    return [asked.kms("CreateAlias", AliasName=alias, TargetKeyId=asked.address.get("key_id", ""))]


@plans("encryption-keys-rename-alias")
def _rename_alias(asked: Asked) -> Calls:
    return [*_create_alias(asked), *_delete_alias(asked)]


@plans("encryption-keys-delete-alias")
def _delete_alias(asked: Asked) -> Calls:
    return [asked.kms("DeleteAlias", AliasName=asked.address.get("alias", ""))]


@plans("encryption-keys-description")
def _key_description(asked: Asked) -> Calls:
    key_id, text = asked.address.get("key_id", ""), asked.form.get("description", "")
    return [asked.kms("UpdateKeyDescription", KeyId=key_id, Description=text)]


@plans("encryption-keys-policy")
def _key_policy(asked: Asked) -> Calls:
    document = asked.form.get("policy", "").replace("\r\n", "\n")
    return [asked.kms("PutKeyPolicy", KeyId=asked.address.get("key_id", ""), Policy=document)]


@plans("encryption-keys-change")
def _change_key(asked: Asked) -> Calls:
    key_id = asked.address.get("key_id", "")
    operations = {
        "rotate": "RotateKeyOnDemand",
        "enable-rotation": "EnableKeyRotation",
        "disable-rotation": "DisableKeyRotation",
        "disable": "DisableKey",
        "enable": "EnableKey",
        "cancel-deletion": "CancelKeyDeletion",
    }
    change = asked.address.get("action", "")
    if change == "schedule-deletion":
        days = asked.number("pending_window_in_days")
        return [asked.kms("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=days)]
    return [asked.kms(operations[change], KeyId=key_id)] if change in operations else []
