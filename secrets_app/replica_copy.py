"""Copying a primary onto its replica: metadata, policy, rotation settings, versions under the replica's own key."""

from datetime import datetime

from django.db import transaction

from secrets_app import deletion, quotas, search_words, versions
from secrets_app.errors import DecryptionFailure
from secrets_app.kms import keys
from secrets_app.models import (
    KmsKey,
    Replica,
    ResourcePolicy,
    RotationConfiguration,
    Secret,
    SecretVersion,
    StagingLabel,
    Tag,
    WrappedDataKey,
)

_FOLLOWED = ("description", "type", "owning_service", "last_changed_at", "was_tagged")


class Failure(Exception):  # noqa: N818  a reason, never an answer on the wire
    """Why a replica could not be brought up to date, as its StatusMessage says it."""


def bring_up_to_date(replica: Replica, now: datetime) -> Secret:
    """The secret that is this replica, made if there is none yet, and now the same as its primary.

    Raises Failure, or an AwsError of the primary's.
    """
    primary, copy = replica.primary, replica.secret
    if copy is None:
        copy = _create(replica, now)
    elif (copy.kms_key_id, copy.kms_key_id_given) != (replica.kms_key_id, replica.kms_key_id_given):
        _refuse_unusable(replica.kms_key)
        copy.kms_key, copy.kms_key_id_given = replica.kms_key, replica.kms_key_id_given
        copy.save(update_fields=["kms_key", "kms_key_id_given"])
    copy_onto(primary, copy, now)
    return copy


def _create(replica: Replica, now: datetime) -> Secret:
    primary = replica.primary
    _refuse_unusable(replica.kms_key)
    in_the_way = Secret.objects.select_for_update().filter(
        account=primary.account_id, region=replica.region, name=primary.name
    )
    for existing in in_the_way:
        _make_way(existing, now, overwrite=replica.overwrite)
    quotas.check_secrets(primary.account_id, replica.region)
    return Secret.objects.create(
        account_id=primary.account_id,
        region=replica.region,
        name=primary.name,
        suffix=primary.suffix,  # a replica's ARN is the primary's with another Region (documented)
        kms_key=replica.kms_key,
        kms_key_id_given=replica.kms_key_id_given,
        created_at=now,
        last_changed_at=primary.last_changed_at,
        primary_region=primary.region,
    )


def _refuse_unusable(key: KmsKey | None) -> None:
    """A key that is set has to work, even if there is no value to encrypt yet."""
    if key is not None and not key.is_enabled:
        raise Failure(keys.unusable_reason(key.arn, key.state))


def _make_way(existing: Secret, now: datetime, *, overwrite: bool) -> None:
    """Sentences: the first seen in the field, the second documented (api.md 4.12). Overwriting never takes a copy
    away from another primary, a primary away from its copies, or a secret away from the service that owns it."""
    if existing.is_replica:
        raise Failure(f"Secret name {existing.name} is currently replicated to {existing.region} with a different arn")
    if not overwrite:
        raise Failure("Secret with this name already exists in this region")
    if existing.has_replicas:
        raise Failure("The secret with this name in this region has replicas of its own")
    if existing.owning_service:
        raise Failure(f"The secret with this name in this region is managed by {existing.owning_service}")
    deletion.at_once(existing, now)


def copy_onto(primary: Secret, replica: Secret, now: datetime) -> None:
    """Make the replica what the primary is now. Running it again changes nothing.

    The replica's key is the one on its row. Raises Failure, or the primary's DecryptionFailure, where a value
    has to be encrypted anew and can't be; what needs no key is no reason to fail.
    """
    for field in _FOLLOWED:
        setattr(replica, field, getattr(primary, field))
    replica.save(update_fields=list(_FOLLOWED))
    _copy_tags(primary, replica)
    search_words.keep(replica)
    _copy_policy(primary, replica)
    _copy_rotation(primary, replica)
    copy_values(primary, replica, now)


def copy_values(primary: Secret, replica: Secret, now: datetime) -> None:
    """Versions with their values, and who carries which label; nothing else."""
    _copy_versions(primary, replica, now)
    _copy_labels(primary, replica)


def _copy_tags(primary: Secret, replica: Secret) -> None:
    wanted = list(primary.tags.values_list("key", "value"))
    if wanted != list(replica.tags.values_list("key", "value")):
        replica.tags.all().delete()
        Tag.objects.bulk_create(Tag(secret=replica, key=key, value=value) for key, value in wanted)


def _copy_policy(primary: Secret, replica: Secret) -> None:
    policy = ResourcePolicy.objects.filter(secret=primary).first()
    if policy is None:
        ResourcePolicy.objects.filter(secret=replica).delete()
    else:
        ResourcePolicy.objects.update_or_create(secret=replica, defaults={"document": policy.document})


def _copy_rotation(primary: Secret, replica: Secret) -> None:
    """For those who read it. Without a next window the replica itself is never due: the primary is rotated."""
    configuration = RotationConfiguration.objects.filter(secret=primary).first()
    if configuration is None:
        RotationConfiguration.objects.filter(secret=replica).delete()
        return
    settings = {field.attname: getattr(configuration, field.attname) for field in configuration._meta.concrete_fields}
    del settings["secret_id"]
    RotationConfiguration.objects.update_or_create(secret=replica, defaults={**settings, "next_window_start": None})


def _copy_versions(primary: Secret, replica: Secret, now: datetime) -> None:
    key = replica.kms_key or keys.default_key(replica.account_id, replica.region, now)
    labelled = set(StagingLabel.objects.filter(secret=primary).values_list("version_id", flat=True))
    sealed = WrappedDataKey.objects.filter(version__secret=replica, backing_key__kms_key=key)
    under_key = set(sealed.values_list("version_id", flat=True))
    copies = {version.version_id: version for version in replica.versions.all()}
    for version in primary.versions.order_by("id"):
        copy = copies.pop(version.version_id, None)
        if copy is not None and copy.created_at != version.created_at:
            copy.delete()  # pruned and made anew under the same id since the last copy
            copy = None
        has_label = version.pk in labelled
        if copy is None:
            _copy_version(primary, replica, version, key, must=has_label)
        elif version.has_value and (not copy.has_value or (has_label and copy.pk not in under_key)):
            _seal_copy(primary, replica, version, copy, key)
    SecretVersion.objects.filter(pk__in=[version.pk for version in copies.values()]).delete()


def _copy_version(primary: Secret, replica: Secret, version: SecretVersion, key: KmsKey, *, must: bool) -> None:
    """must: somebody can ask for it by a label. An outdated version whose key is gone is left out instead."""
    try:
        with transaction.atomic():
            copy = SecretVersion.objects.create(
                secret=replica, version_id=version.version_id, created_at=version.created_at
            )
            if version.has_value:
                _seal_copy(primary, replica, version, copy, key)
    except DecryptionFailure:
        if must:
            raise


def _seal_copy(primary: Secret, replica: Secret, version: SecretVersion, copy: SecretVersion, key: KmsKey) -> None:
    """Decrypted in the primary's Region, encrypted in the replica's under a data key of its own."""
    if not key.is_enabled:
        raise Failure(keys.unusable_reason(key.arn, key.state))
    versions.seal_into(replica, copy, versions.open_value(primary.arn, version), key)


def _copy_labels(primary: Secret, replica: Secret) -> None:
    """In the same order. All at once, since a label sits on one version only, at every moment."""
    wanted = _labels(primary)
    if wanted == _labels(replica):
        return
    replica.staging_labels.all().delete()
    pk_of = dict(replica.versions.values_list("version_id", "pk"))
    StagingLabel.objects.bulk_create(
        StagingLabel(secret=replica, version_id=pk_of[version_id], label=label) for version_id, label in wanted
    )


def _labels(secret: Secret) -> list[tuple[str, str]]:
    return list(secret.staging_labels.order_by("id").values_list("version__version_id", "label"))
