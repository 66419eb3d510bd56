"""Versions of a secret's value: adding one under its own data key, opening one, and what a ClientRequestToken means."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count

from . import quotas, service_events
from .errors import (
    AccessDeniedException,
    InternalServiceError,
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
)
from .kms import envelope, keys
from .models import KmsKey, Secret, SecretVersion, WrappedDataKey
from .rows import Columns
from .statements import Statement, current_database

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from .call import Call

YOUNGEST_PRUNED = timedelta(hours=24)
_BATCH = 100

_VERSION = Columns(SecretVersion, "v")
_TABLE, _WRAPPED = SecretVersion._meta.db_table, WrappedDataKey._meta.db_table
_BY_ID = _VERSION.select(f"FROM {_TABLE} v WHERE v.secret_id = %s AND v.version_id = %s")
_COUNT = Statement(f"SELECT COUNT(*) FROM {_TABLE} WHERE secret_id = %s")  # noqa: S608  our own names
_INSERT = Statement(
    f"INSERT INTO {_TABLE} (secret_id, version_id, is_binary, created_at) VALUES (%s, %s, %s, %s) RETURNING id"  # noqa: S608
)
_SET_VALUE = Statement(f"UPDATE {_TABLE} SET ciphertext = %s, is_binary = %s WHERE id = %s")  # noqa: S608
_UNWRAP = Statement(f"DELETE FROM {_WRAPPED} WHERE version_id = %s")  # noqa: S608
_WRAP = Statement(f"INSERT INTO {_WRAPPED} (version_id, backing_key_id, wrapped) VALUES (%s, %s, %s)")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Value:
    """A value in clear. repr leaves it out, so no log or traceback can show it."""

    content: bytes
    is_binary: bool

    def __repr__(self) -> str:
        return "Value()"

    @property
    def string(self) -> str | None:
        return None if self.is_binary else self.content.decode()

    @property
    def binary(self) -> bytes | None:
        return self.content if self.is_binary else None


def value_of(secret_string: str | None, secret_binary: bytes | None) -> Value | None:
    """What the caller sent, None if nothing. Both at once is refused (seen in the field; api.md 3)."""
    if secret_string is not None and secret_binary is not None:
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same secret.",
            parameter="SecretString",
        )
    if secret_string is None and secret_binary is None:
        return None
    try:
        content = secret_binary if secret_string is None else secret_string.encode()
    except UnicodeEncodeError:
        raise InvalidParameterException("SecretString is not valid Unicode.", parameter="SecretString") from None
    assert content is not None  # noqa: S101  one of the two was given
    quotas.check_value(content)
    return Value(content, is_binary=secret_string is None)


def require_token(client_request_token: str | None) -> str:
    """Recorded: asked for before the secret is looked up, even where no version is made."""
    if client_request_token is None:
        raise InvalidRequestException(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
            parameter="ClientRequestToken",
        )
    return client_request_token


def add(call: "Call", secret: Secret, token: str, value: Value) -> tuple[SecretVersion, bool]:
    """The version this token names, and whether this call made or filled it.

    Same token and same value: the version is already there, nothing changes. Same token, other value: refused
    (verified; api.md 4.3). A version that rotation opened without a value is filled.
    """
    existing = _version(secret.pk, token)
    if existing is not None and existing.has_value:
        if _same(call, secret, existing, value):
            return existing, False
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a version of "
            f"secret {secret.arn}.",
            parameter="ClientRequestToken",
        )
    version = existing or open_empty(secret, token, call.now)
    _store_value(call, secret, version, value)
    return version, True


def _version(secret_pk: int, version_id: str) -> SecretVersion | None:
    rows = _BY_ID.rows([secret_pk, version_id])
    return _VERSION.instance(rows[0]) if rows else None


def open_empty(secret: Secret, token: str, now: datetime) -> SecretVersion:
    """A version without a value, as RotateSecret opens one. Makes room by pruning, else refuses at the quota."""
    _make_room(secret, now)
    ((pk,),) = _INSERT.rows([secret.pk, token, False, current_database().ops.adapt_datetimefield_value(now)])
    version = SecretVersion(pk=pk, secret=secret, version_id=token, created_at=now)
    version._state.adding, version._state.db = False, "default"
    return version


def open_value(secret_arn: str, version: SecretVersion) -> Value:
    """Decrypt: by the newest wrapping whose KMS key is usable. The caller has been authorized for the key."""
    wrappings = list(version.wrapped_data_keys.select_related("backing_key__kms_key").order_by("-id"))
    return unseal(
        secret_arn,
        version.version_id,
        bytes(version.ciphertext or b""),
        version.is_binary,
        [
            Wrapping(
                key_arn=wrapping.backing_key.kms_key.arn,
                key_state=wrapping.backing_key.kms_key.state,
                number=wrapping.backing_key.number,
                wrapped_material=wrapping.backing_key.wrapped_material,
                wrapped=wrapping.wrapped,
            )
            for wrapping in wrappings
        ],
    )


@dataclass(frozen=True, slots=True)
class Wrapping:
    """A data key under one backing key of a KMS key."""

    key_arn: str
    key_state: str
    number: int
    wrapped_material: bytes | memoryview
    wrapped: bytes | memoryview


def unseal(
    secret_arn: str, version_id: str, ciphertext: bytes, is_binary: bool, wrappings: Iterable[Wrapping]
) -> Value:
    """Raises DecryptionFailure if every key is disabled; InternalServiceError if the data was tampered with."""
    last = None
    context = envelope.authenticated(envelope.encryption_context(secret_arn, version_id))
    for last in wrappings:
        if last.key_state != "Enabled":
            continue
        try:
            material = keys.material(last.key_arn, last.number, last.wrapped_material)
            data_key = envelope.unseal_under(material, bytes(last.wrapped), context)
            return Value(envelope.unseal_under(data_key, ciphertext, context), is_binary)
        except envelope.InvalidTag:
            raise InternalServiceError("The stored value failed its integrity check.") from None
    if last is None:
        raise InternalServiceError("The stored value has no data key.")
    raise keys.decryption_failure(last.key_arn, last.key_state)


def rewrap_labelled(call: "Call", secret: Secret, new_key: KmsKey | None) -> None:
    """After a change of key: the data keys of AWSCURRENT, AWSPENDING and AWSPREVIOUS under the new key as well.

    The old wrapping stays, so either key opens them until a new version is written (user guide, "Change the
    encryption key"). What can't be opened now, because its key is disabled or not permitted, stays as it is; and so
    does everything where the caller may not encrypt under the new key.
    """
    target = new_key or keys.default_key(secret.account_id, secret.region, call.now)
    labelled = secret.versions.filter(
        staging_labels__label__in=["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"], ciphertext__isnull=False
    ).distinct()
    for version in labelled:
        _rewrap(call, secret, version, target)


def _rewrap(call: "Call", secret: Secret, version: SecretVersion, target: KmsKey) -> None:
    context = envelope.encryption_context(secret.arn, version.version_id)
    for wrapping in version.wrapped_data_keys.select_related("backing_key__kms_key").order_by("-id"):
        key = wrapping.backing_key.kms_key
        if not key.is_enabled:
            continue
        if key.pk == target.pk:
            return
        try:
            _authorize_customer_key(call, key, "kms:Decrypt", about=context)
            _authorize_customer_key(call, target, "kms:Encrypt", about=context)
        except AccessDeniedException:
            continue
        old = wrapping.backing_key
        data_key = envelope.unseal(
            keys.material(key.arn, old.number, old.wrapped_material), bytes(wrapping.wrapped), context
        )
        backing_key, wrapped = keys.wrap(target, data_key, context)
        version.wrapped_data_keys.filter(backing_key=backing_key).delete()
        WrappedDataKey.objects.create(version=version, backing_key=backing_key, wrapped=wrapped)
        return


def _authorize_customer_key(call: "Call", key: KmsKey, action: str, *, about: Mapping[str, str]) -> None:
    call.authorize_key(None if key.manager == KmsKey.Manager.AWS else key, action, about=about)


def _store_value(call: "Call", secret: Secret, version: SecretVersion, value: Value) -> None:
    if secret.kms_key is not None:
        context = envelope.encryption_context(secret.arn, version.version_id)
        call.authorize_key(secret.kms_key, "kms:GenerateDataKey", about=context)
        keys.refuse_to_encrypt_unless_enabled(secret.kms_key)
    else:
        call.authorize_default_key(secret.account_id)
    seal_into(secret, version, value, secret.kms_key or keys.default_key(secret.account_id, secret.region, call.now))


def seal_into(secret: Secret, version: SecretVersion, value: Value, key: KmsKey) -> None:
    """Write the value into the version under a fresh data key, wrapped by the key alone."""
    data_key = envelope.new_key()
    context = envelope.encryption_context(secret.arn, version.version_id)
    backing_key, wrapped = keys.wrap(key, data_key, context)
    version.ciphertext = envelope.seal(data_key, value.content, context)
    version.is_binary = value.is_binary
    _SET_VALUE.run([version.ciphertext, version.is_binary, version.pk])
    _UNWRAP.run([version.pk])
    _WRAP.run([version.pk, backing_key.pk, wrapped])


def _same(call: "Call", secret: Secret, version: SecretVersion, value: Value) -> bool:
    if secret.kms_key is not None:
        context = envelope.encryption_context(secret.arn, version.version_id)
        call.authorize_key(secret.kms_key, "kms:Decrypt", about=context)
    else:
        call.authorize_default_key(secret.account_id)
    kept = open_value(secret.arn, version)
    return kept.is_binary == value.is_binary and hmac.compare_digest(kept.content, value.content)


def secrets_with_too_many() -> "QuerySet[Secret]":
    """More versions than the quota allows: what was copied or imported; PutSecretValue makes room first."""
    counted = SecretVersion.objects.values("secret").annotate(number=Count("pk")).filter(number__gt=quotas.VERSIONS)
    return Secret.objects.filter(pk__in=counted.values("secret"))


def prune(now: datetime) -> int:
    """Outdated versions of secrets with more than 100 go; at most 100 secrets in one pass. How many versions went."""
    return sum(_prune(pk, now) for pk in list(secrets_with_too_many().values_list("pk", flat=True)[:_BATCH]))


@transaction.atomic
def _prune(secret_pk: int, now: datetime) -> int:
    """Counts again under the lock."""
    secret = Secret.objects.select_for_update().filter(pk=secret_pk).first()
    if secret is None:
        return 0
    return _remove_outdated(secret, _COUNT.rows([secret.pk])[0][0] - quotas.VERSIONS, now)


def _make_room(secret: Secret, now: datetime) -> None:
    """Outdated versions go when there are more than 100, none younger than 24 hours (documented)."""
    count = _COUNT.rows([secret.pk])[0][0]
    if count < quotas.VERSIONS:
        return
    quotas.check_versions(count - _remove_outdated(secret, count - quotas.VERSIONS + 1, now))


def _remove_outdated(secret: Secret, most: int, now: datetime) -> int:
    """The oldest first; none that is younger than 24 hours or has a label. How many went."""
    outdated = secret.versions.filter(staging_labels=None, created_at__lte=now - YOUNGEST_PRUNED)
    surplus = dict(outdated.order_by("created_at", "id").values_list("pk", "version_id")[: max(most, 0)])
    SecretVersion.objects.filter(pk__in=surplus).delete()
    service_events.record_versions(service_events.END_VERSION_DELETE, secret, list(surplus.values()), now)
    return len(surplus)
