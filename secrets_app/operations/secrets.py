"""CreateSecret, DescribeSecret, UpdateSecret, ListSecrets, DeleteSecret and RestoreSecret."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from secrets_app import (
    arns,
    cross_account_replication,
    deletion,
    descriptions,
    quotas,
    replication,
    search_words,
    staging_labels,
    tagging,
    versions,
)
from secrets_app.call import Call
from secrets_app.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    marked_for_deletion,
    read_only_cross_account_replica,
)
from secrets_app.kms import envelope, keys
from secrets_app.models import KmsKey, Secret
from secrets_app.operations._operation import operation
from secrets_app.results import Deletion, Description, Page, Stored
from secrets_app.rotation import abandonment
from secrets_app.search import secrets_matching

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef, ReplicaRegionTypeTypeDef, TagTypeDef

_LIST_PAGE = 100


@operation("CreateSecret")
def create_secret(
    call: Call,
    /,
    *,
    name: str,
    client_request_token: str | None = None,
    description: str | None = None,
    kms_key_id: str | None = None,
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
    tags: Sequence["TagTypeDef"] | None = None,
    add_replica_regions: Sequence["ReplicaRegionTypeTypeDef"] | None = None,
    force_overwrite_replica_secret: bool | None = None,
    type: str | None = None,  # noqa: A002  the member's name
    cross_account_primary_arn: str | None = None,
) -> Stored:
    """A new secret, with or without a value. The same token and value again answers as the first time."""
    token = versions.require_token(client_request_token)
    value = versions.value_of(secret_string, secret_binary)
    wanted = tagging.check(tags or [])
    replication.check_regions(call.region, add_replica_regions or [])
    if cross_account_primary_arn is not None:
        not_with_it = {
            "SecretString": secret_string,
            "SecretBinary": secret_binary,
            "Description": description,
            "AddReplicaRegions": add_replica_regions,
            "Type": type,
        }
        cross_account_replication.check_new_replica(call, cross_account_primary_arn, kms_key_id, not_with_it)
    arn, suffix = call.arn_of_new_secret(name)
    key = keys.find(call.account, call.region, kms_key_id) if kms_key_id else None
    context = {
        "secretsmanager:Name": name,
        **_asked_for(description, kms_key_id, key, type),
        **tagging.request_keys(wanted),
        **{f"aws:ResourceTag/{tag}": text for tag, text in wanted.items()},
        **{f"secretsmanager:ResourceTag/{tag}": text for tag, text in wanted.items()},
        **replication.request_keys(add_replica_regions, force_overwrite_replica_secret),
    }
    call.authorize(resource=arn, shown=name, context=context)
    if wanted:
        call.authorize(action="secretsmanager:TagResource", resource=arn, shown=name, context=context)
    if add_replica_regions:
        call.authorize(action="secretsmanager:ReplicateSecretToRegions", resource=arn, shown=name, context=context)
    if cross_account_primary_arn is not None:
        named = {**context, "secretsmanager:PolicyName": cross_account_replication.POLICY_NAME}
        call.authorize(action="secretsmanager:PutResourcePolicy", resource=arn, shown=name, context=named)
    call.record.about(None, name, None)

    existing = Secret.objects.filter(account=call.account, region=call.region, name=name).first()
    if existing is not None:
        replicas = replication.of(existing) if add_replica_regions else None
        return replace(_same_again(call, existing, token, value), replicas=replicas)
    secret = _insert(call, name, suffix, description, kms_key_id, type, cross_account_primary_arn or "")
    if cross_account_primary_arn is not None:
        cross_account_replication.begin(secret)
    call.record.about(secret.pk, name, secret.arn)
    tagging.put(secret, wanted)
    search_words.keep(secret)
    if value is not None:
        version, _ = versions.add(call, secret, token, value)
        staging_labels.move(version, staging_labels.CURRENT)
    replicas = None
    if add_replica_regions:
        replicas = replication.start(call, secret, add_replica_regions, overwrite=bool(force_overwrite_replica_secret))
    return Stored(secret, token if value is not None else None, replicas=replicas)


def _asked_for(
    description: str | None, kms_key_id: str | None, key: KmsKey | None, external_type: str | None
) -> dict[str, str | list[str]]:
    """Condition keys that mirror a parameter are there only if the parameter was passed (security.md 1.6)."""
    context: dict[str, str | list[str]] = {}
    if description is not None:
        context["secretsmanager:Description"] = description
    if kms_key_id:
        context["secretsmanager:KmsKeyId"] = kms_key_id
        if key is not None:
            context["secretsmanager:KmsKeyArn"] = key.arn
    if external_type is not None:
        context["secretsmanager:Type"] = external_type
    return context


def _insert(
    call: Call,
    name: str,
    suffix: str,
    description: str | None,
    kms_key_id: str | None,
    external_type: str | None,
    cross_account_primary_arn: str,
) -> Secret:
    key = _usable_key(call, call.account, kms_key_id or "", arns.secret(call.region, call.account, name, suffix))
    quotas.check_secrets(call.account, call.region)
    try:
        with transaction.atomic():
            return Secret.objects.create(
                account_id=call.account,
                region=call.region,
                name=name,
                suffix=suffix,
                description=description or "",
                kms_key=key,
                kms_key_id_given=kms_key_id if key is not None and kms_key_id else "",
                type=external_type or "",
                cross_account_primary_arn=cross_account_primary_arn,
                created_at=call.now,
                last_changed_at=call.now,
            )
    except IntegrityError:  # somebody else created it between our look and our insert
        raise _already_exists(name) from None


def _same_again(call: Call, existing: Secret, token: str, value: versions.Value | None) -> Stored:
    if existing.deleted_at:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
            parameter="Name",
        )
    # A version without a value is a rotation's: it is for PutSecretValue to fill.
    if value is None or not existing.versions.filter(version_id=token, ciphertext__isnull=False).exists():
        raise _already_exists(existing.name)
    versions.add(call, existing, token, value)  # refuses the token if the value differs
    return Stored(existing, token)


def _already_exists(name: str) -> ResourceExistsException:
    return ResourceExistsException(f"The operation failed because the secret {name} already exists.", parameter="Name")


def _usable_key(call: Call, account: str, kms_key_id: str, secret_arn: str) -> KmsKey | None:
    """The customer key asked for, checked as AWS does when a key is set: the caller may use it and it is enabled."""
    key = keys.for_secret(account, call.region, kms_key_id)
    if key is not None:
        context = envelope.encryption_context(secret_arn, envelope.TO_VALIDATE_ACCESS)
        call.authorize_key(key, "kms:GenerateDataKey", "kms:Decrypt", about=context)
        keys.refuse_to_encrypt_unless_enabled(key)
    return key


@operation("DescribeSecret", changes=False)
def describe_secret(call: Call, /, *, secret_id: str) -> Description:
    """Everything about a secret but its value; also while it is marked for deletion."""
    secret = call.secret(secret_id)
    replicas = list(secret.replicas.select_related("secret", "kms_key")) if secret.has_replicas else []
    (described,) = descriptions.of([secret])
    return replace(
        described,
        replicas=replicas,
        cross_account_primary=cross_account_replication.link_of_replica(secret),
        cross_account_replica=cross_account_replication.link_of_primary(secret),
    )


@operation("ListSecrets", changes=False)
def list_secrets(
    call: Call,
    /,
    *,
    include_planned_deletion: bool | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence["FilterTypeDef"] | None = None,
    sort_order: str | None = None,
    sort_by: str | None = None,
) -> Page[Description]:
    """The Region's secrets, a page at a time, in as many statements whatever the number of rows."""
    call.authorize()
    page = secrets_matching(
        call,
        filters or [],
        size=max_results or _LIST_PAGE,
        next_token=next_token,
        sort_by=sort_by,
        sort_order=sort_order,
        include_planned_deletion=bool(include_planned_deletion),
    )
    return Page(descriptions.of(page.items), page.next_token)


@operation("UpdateSecret")
def update_secret(
    call: Call,
    /,
    *,
    secret_id: str,
    client_request_token: str | None = None,
    description: str | None = None,
    kms_key_id: str | None = None,
    secret_binary: bytes | None = None,
    secret_string: str | None = None,
    type: str | None = None,  # noqa: A002  the member's name
) -> Stored:
    """Change description, encryption key, type or value. kms_key_id "" goes back to aws/secretsmanager."""
    token = versions.require_token(client_request_token)
    value = versions.value_of(secret_string, secret_binary)
    key = keys.find(call.account, call.region, kms_key_id) if kms_key_id else None
    context = _asked_for(description, kms_key_id, key, type)
    secret = call.secret(secret_id, for_update=True, context=context)
    if secret.is_cross_account_replica and (value is not None or type is not None):
        raise read_only_cross_account_replica("UpdateSecret")
    if description is not None:
        secret.description = description
    if type is not None:
        secret.type = type
    if kms_key_id is not None:
        _change_key(call, secret, kms_key_id)
    secret.last_changed_at = call.now
    secret.save(update_fields=["description", "type", "kms_key", "kms_key_id_given", "last_changed_at"])
    if description is not None:
        search_words.keep(secret)
    if value is not None:
        version, stored = versions.add(call, secret, token, value)
        if stored:
            staging_labels.move(version, staging_labels.CURRENT)
            staging_labels.check_quota(secret.pk)
            abandonment.new_value_stored(call, secret, version.version_id)
            cross_account_replication.value_changed(call, secret)
    replication.mark_stale(secret)
    return Stored(secret, token if value is not None else None)


def _change_key(call: Call, secret: Secret, kms_key_id: str) -> None:
    if secret.is_cross_account_replica and keys.is_default(secret.account_id, secret.region, kms_key_id):
        raise cross_account_replication.needs_customer_key()
    key = _usable_key(call, secret.account_id, kms_key_id, secret.arn)
    before = secret.kms_key_id
    secret.kms_key = key
    secret.kms_key_id_given = kms_key_id if key is not None else ""
    if secret.kms_key_id != before:
        versions.rewrap_labelled(call, secret, key)


@operation("DeleteSecret")
def delete_secret(
    call: Call,
    /,
    *,
    secret_id: str,
    recovery_window_in_days: int | None = None,
    force_delete_without_recovery: bool | None = None,
) -> Deletion:
    """Mark for deletion after a recovery window of 7 to 30 days (30 if not given), or delete at once by force."""
    days = deletion.window(recovery_window_in_days, force=bool(force_delete_without_recovery))
    context: dict[str, str | list[str]] = {}
    if recovery_window_in_days is not None:
        context["secretsmanager:RecoveryWindowInDays"] = str(recovery_window_in_days)
    if force_delete_without_recovery is not None:
        context["secretsmanager:ForceDeleteWithoutRecovery"] = str(force_delete_without_recovery).lower()
    if not force_delete_without_recovery:
        secret = call.secret(secret_id, for_update=True, context=context)
        _refuse_with_replicas(secret)
        if secret.deleted_at:
            raise marked_for_deletion()
        deletion.schedule(secret, call.now, days)
        return _deleted(secret)
    try:
        secret = call.secret(secret_id, for_update=True, context=context)
    except ResourceNotFoundException:
        return _deletion_of_nothing(call, secret_id)
    _refuse_with_replicas(secret)
    result = Deletion(secret.arn, secret.name, call.now)
    deletion.at_once(secret, call.now)
    return result


def _refuse_with_replicas(secret: Secret) -> None:
    """First text, with its full stop, seen in the field (api.md 3); the second is ours."""
    regions = sorted(secret.replicas.values_list("region", flat=True))
    if regions:
        raise InvalidParameterException(
            f"You can't delete secret {secret.arn} that still has replica regions [{', '.join(regions)}].",
            parameter="SecretId",
        )
    if cross_account_replication.link_of_primary(secret) is not None:
        raise InvalidParameterException(
            f"You can't delete secret {secret.arn} that is still associated with a cross-account replica. "
            "Call DisassociateCrossAccountReplica first.",
            parameter="SecretId",
        )


def _deleted(secret: Secret) -> Deletion:
    assert secret.deletion_at is not None  # noqa: S101  deletion.schedule has just set it
    return Deletion(secret.arn, secret.name, secret.deletion_at)


def _deletion_of_nothing(call: Call, secret_id: str) -> Deletion:
    """A forced deletion of what doesn't exist succeeds, with an ARN made up for it (recorded; api.md 5.10)."""
    if secret_id.startswith("arn:"):
        read = arns.read_secret(secret_id)
        return Deletion(secret_id, read.name if read else secret_id, call.now)
    return Deletion(call.arn_of_new_secret(secret_id)[0], secret_id, call.now)


@operation("RestoreSecret")
def restore_secret(call: Call, /, *, secret_id: str) -> Secret:
    """Cancel a scheduled deletion. On a secret that isn't scheduled for one it changes nothing and succeeds."""
    secret = call.secret(secret_id, for_update=True)
    if secret.deleted_at:
        deletion.restore(secret, call.now)
    return secret
