"""ListSecretVersionIds and UpdateSecretVersionStage."""

from django.db.models import Exists, OuterRef

from secrets_app import arns, cross_account_replication, paging, replication, staging_labels, tagging
from secrets_app.call import Call
from secrets_app.errors import InvalidParameterException, ResourceNotFoundException
from secrets_app.kms import keys
from secrets_app.models import KmsKey, Secret, SecretVersion, StagingLabel, WrappedDataKey
from secrets_app.operations._operation import operation
from secrets_app.results import VersionEntry, VersionPage
from secrets_app.rotation import abandonment

DEFAULT_PAGE = 100


@operation("ListSecretVersionIds", changes=False)
def list_secret_version_ids(
    call: Call,
    /,
    *,
    secret_id: str,
    max_results: int | None = None,
    next_token: str | None = None,
    include_deprecated: bool | None = None,
) -> VersionPage:
    """A secret's versions, newest first. Those without staging labels only with include_deprecated (recorded)."""
    secret = call.secret(secret_id)
    size = max_results or DEFAULT_PAGE
    purpose = f"{secret.pk}:{bool(include_deprecated)}"
    found = secret.versions.order_by("-id").prefetch_related("staging_labels").defer("ciphertext")
    if not include_deprecated:
        found = found.filter(Exists(StagingLabel.objects.filter(version=OuterRef("pk"))))
    if next_token is not None:
        (before,) = paging.read_token(call, purpose, next_token, parts=1)
        found = found.filter(pk__lt=int(before))
    rows = list(found[: size + 1])
    more = len(rows) > size
    token = paging.make_token(call, purpose, str(rows[size - 1].pk)) if more else None
    key_ids = _key_ids([version.pk for version in rows[:size]])
    entries = [
        VersionEntry(version, [row.label for row in version.staging_labels.all()], key_ids.get(version.pk, []))
        for version in rows[:size]
    ]
    return VersionPage(secret, entries, token)


def _key_ids(version_pks: list[int]) -> dict[int, list[str]]:
    """Version -> the keys that its data key is encrypted under, as they are shown; in one statement, without them."""
    used = WrappedDataKey.objects.filter(version__in=version_pks).order_by("id")
    key = "backing_key__kms_key"
    found: dict[int, list[str]] = {}
    for pk, manager, region, account, key_id in used.values_list(
        "version_id", f"{key}__manager", f"{key}__region", f"{key}__account_id", f"{key}__key_id"
    ):
        shown = keys.DEFAULT_KEY_NAME if manager == KmsKey.Manager.AWS else arns.kms_key(region, account, key_id)
        if shown not in found.setdefault(pk, []):
            found[pk].append(shown)
    return found


@operation("UpdateSecretVersionStage")
def update_secret_version_stage(
    call: Call,
    /,
    *,
    secret_id: str,
    version_stage: str,
    remove_from_version_id: str | None = None,
    move_to_version_id: str | None = None,
) -> Secret:
    """Attach a staging label to a version, detach it, or move it. AWSCURRENT can only be moved."""
    if remove_from_version_id is None and move_to_version_id is None:
        raise InvalidParameterException(
            "You must specify MoveToVersionId, RemoveFromVersionId, or both.", parameter="MoveToVersionId"
        )
    secret = call.secret(
        secret_id,
        for_update=True,
        context={"secretsmanager:VersionStage": version_stage},
    )
    holder = staging_labels.holder(secret.pk, version_stage)
    target = _version(secret, move_to_version_id) if move_to_version_id else None
    if remove_from_version_id:
        _version(secret, remove_from_version_id)
    _check_move(version_stage, holder, remove_from_version_id, target)
    _check_function(call, secret, version_stage, target)
    before = staging_labels.holder(secret.pk, staging_labels.CURRENT)
    if target is not None:
        staging_labels.move(target, version_stage)
        staging_labels.check_quota(secret.pk)
    elif holder is not None:
        staging_labels.detach(holder, version_stage)
    if version_stage == staging_labels.PENDING and (target is None or target != holder):
        abandonment.pending_label_moved(call, secret)
    if version_stage == staging_labels.CURRENT and target is not None and target != before:
        abandonment.current_label_moved(call, secret, target.version_id)
    tagging.touch(call, secret)
    replication.mark_stale(secret)
    cross_account_replication.value_changed(call, secret)
    return secret


def _check_function(call: Call, secret: Secret, label: str, target: SecretVersion | None) -> None:
    if label == staging_labels.CURRENT and target is not None:
        abandonment.refuse_other_versions(call, secret, target.version_id, label)
    if label == staging_labels.PENDING:
        abandonment.refuse_to_forget(call, secret, target.version_id if target else None)


def _version(secret: Secret, version_id: str) -> SecretVersion:
    version = secret.versions.filter(version_id=version_id).first()
    if version is None:
        raise ResourceNotFoundException(
            f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
        )
    return version


def _check_move(
    label: str, holder: SecretVersion | None, remove_from: str | None, target: SecretVersion | None
) -> None:
    """First text verified against the service, second plausible (api.md 3); the others are ours."""
    if holder is not None and not remove_from and target != holder:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to "
            f"version {holder.version_id}, so you must explicitly reference that version in RemoveFromVersionId.",
            parameter="RemoveFromVersionId",
        )
    if remove_from and (holder is None or holder.version_id != remove_from):
        raise InvalidParameterException(
            f"When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version "
            f"that currently has the staging label {label}.",
            parameter="RemoveFromVersionId",
        )
    if label == staging_labels.CURRENT and target is None:
        raise InvalidParameterException(
            "You can't remove the staging label AWSCURRENT; move it to another version instead.",
            parameter="VersionStage",
        )
    if target is not None and label == staging_labels.CURRENT and not target.has_value:
        raise InvalidParameterException(
            "You can't move AWSCURRENT to a version that has no value yet.", parameter="MoveToVersionId"
        )
