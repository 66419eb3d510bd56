"""Reading a value: everything GetSecretValue needs in one statement, because it is the hottest path of the service.

The ORM would cost more than the signature, the policies and the decryption together (docs/performance.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from secrets_app import arns, secret_ids, versions
from secrets_app.errors import InvalidRequestException, ResourceNotFoundException
from secrets_app.kms import envelope
from secrets_app.models import (
    BackingKey,
    KmsKey,
    ResourcePolicy,
    Secret,
    SecretVersion,
    StagingLabel,
    WrappedDataKey,
)
from secrets_app.results import SecretValue
from secrets_app.statements import Statement

if TYPE_CHECKING:
    from secrets_app.call import Call

_COLUMNS = """s.id, s.account_id, s.region, s.name, s.suffix, s.primary_region, s.type, s.owning_service,
    s.deleted_at, s.last_accessed_on, s.kms_key_id IS NOT NULL, p.document,
    v.id, v.version_id, v.ciphertext, v.is_binary, v.created_at, v.last_accessed_on,
    a.label, w.id, w.wrapped, b.wrapped_material, b.number, k.account_id, k.region, k.key_id, k.state, k.manager,
    k.id, k.policy, s.cross_account_primary_arn"""
_TABLES = f"""
    FROM {Secret._meta.db_table} s
    LEFT JOIN {ResourcePolicy._meta.db_table} p ON p.secret_id = s.id
    %s
    LEFT JOIN {StagingLabel._meta.db_table} a ON a.version_id = v.id
    LEFT JOIN {WrappedDataKey._meta.db_table} w ON w.version_id = v.id
    LEFT JOIN {BackingKey._meta.db_table} b ON b.id = w.backing_key_id
    LEFT JOIN {KmsKey._meta.db_table} k ON k.id = b.kms_key_id
    WHERE s.account_id = %%s AND s.region = %%s AND s.name = %%s ORDER BY w.id DESC, a.id"""
_BY_LABEL = f"""
    LEFT JOIN {StagingLabel._meta.db_table} l ON l.secret_id = s.id AND l.label = %s
    LEFT JOIN {SecretVersion._meta.db_table} v ON v.id = l.version_id"""
_BY_VERSION_ID = f"LEFT JOIN {SecretVersion._meta.db_table} v ON v.secret_id = s.id AND v.version_id = %s"
_READ_BY_LABEL = Statement(f"SELECT {_COLUMNS}{_TABLES.replace('%s', _BY_LABEL, 1).replace('%%s', '%s')}")  # noqa: S608
_READ_BY_VERSION_ID = Statement(
    f"SELECT {_COLUMNS}{_TABLES.replace('%s', _BY_VERSION_ID, 1).replace('%%s', '%s')}"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """What authorization asks of the key of a wrapping."""

    pk: int
    arn: str
    account_id: str
    region: str
    manager: str
    policy: str


@dataclass(frozen=True, slots=True)
class StoredValue:
    """A secret and one of its versions as rows, still encrypted. Has what authorization asks of a secret."""

    pk: int
    arn: str
    account_id: str
    region: str
    name: str
    suffix: str
    primary_region: str
    type: str
    owning_service: str
    is_cross_account_replica: bool
    deleted_at: datetime | None
    last_accessed_on: date | None
    has_customer_key: bool
    policy_document: str
    version_pk: int | None
    version_id: str
    ciphertext: bytes | None
    is_binary: bool
    created_at: datetime
    version_accessed_on: date | None
    staging_labels: list[str]
    wrappings: list[versions.Wrapping]
    keys_to_decrypt: list[CustomerKey] | None  # one of them is enough; None: the default key is, which is everybody's

    @property
    def is_scheduled_for_deletion(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_replica(self) -> bool:
        return bool(self.primary_region) and self.primary_region != self.region


def find(call: "Call", secret_id: str, *, label: str, version_id: str) -> StoredValue | None:
    """The secret with the version that carries the label, or that has the version id; its version may be missing."""
    where = secret_ids.lookup(call.account, call.region, secret_id)
    if where is None:
        return None
    statement, first = (_READ_BY_VERSION_ID, version_id) if version_id else (_READ_BY_LABEL, label)
    stored = statement.made_of_rows((first, where["account_id"], where["region"], where["name"]), _stored)
    if stored is None or ("suffix" in where and stored.suffix != where["suffix"]):
        return None
    return stored


def _stored(rows: Sequence[tuple[Any, ...]]) -> StoredValue | None:
    """A row for each data key's wrapping with each label: the newest wrapping first, labels in order of attachment."""
    if not rows:
        return None
    wrappings: dict[int, versions.Wrapping] = {}
    customer_keys = []
    for row in rows:
        wrapping_pk, wrapped, material, number, account, region, key_id, state, manager, key_pk, policy = row[19:30]
        if wrapping_pk is None or wrapping_pk in wrappings:
            continue
        key_arn = arns.kms_key(region, account, key_id)
        wrappings[wrapping_pk] = versions.Wrapping(key_arn, state, number, bytes(material), bytes(wrapped))
        if manager == "CUSTOMER":
            customer_keys.append(CustomerKey(key_pk, key_arn, account, region, manager, policy))
    first = rows[0]
    return StoredValue(
        pk=first[0],
        arn=arns.secret(first[2], first[1], first[3], first[4]),
        account_id=first[1],
        region=first[2],
        name=first[3],
        suffix=first[4],
        primary_region=first[5],
        type=first[6],
        owning_service=first[7],
        is_cross_account_replica=bool(first[30]),
        deleted_at=first[8],
        last_accessed_on=first[9],
        has_customer_key=bool(first[10]),
        policy_document=first[11] or "",
        version_pk=first[12],
        version_id=first[13] or "",
        ciphertext=None if first[14] is None else bytes(first[14]),
        is_binary=bool(first[15]),
        created_at=_aware(first[16]),
        version_accessed_on=first[17],
        staging_labels=list(dict.fromkeys(row[18] for row in rows if row[18] is not None)),
        wrappings=list(wrappings.values()),
        keys_to_decrypt=_keys_to_decrypt(list(wrappings.values()), customer_keys),
    )


def _keys_to_decrypt(wrappings: list[versions.Wrapping], customer_keys: list[CustomerKey]) -> list[CustomerKey] | None:
    """Of those that open the version now; of those that would, where all of them are disabled."""
    usable = [wrapping for wrapping in wrappings if wrapping.key_state == "Enabled"] or wrappings
    arns_of_usable = {wrapping.key_arn for wrapping in usable}
    found = [key for key in customer_keys if key.arn in arns_of_usable]
    return found if len(found) == len(usable) else None


def open_for(call: "Call", stored: StoredValue, *, label: str, version_id: str) -> SecretValue:
    """Decrypt for a caller who may read the secret; notes the day of access. Sentences recorded (api.md 3)."""
    if stored.version_pk is None or stored.ciphertext is None:
        what = f"VersionId: {version_id}" if version_id and not label else f"staging label: {label}"
        raise ResourceNotFoundException(f"Secrets Manager can't find the specified secret value for {what}")
    if version_id and label and label not in stored.staging_labels:
        raise InvalidRequestException(
            "You provided a VersionStage that is not associated to the provided VersionId.", parameter="VersionStage"
        )
    if stored.keys_to_decrypt is None:
        call.authorize_default_key(stored.account_id)
    else:
        context = envelope.encryption_context(stored.arn, stored.version_id)
        call.authorize_decrypt(stored.keys_to_decrypt, about=context)
    value = versions.unseal(stored.arn, stored.version_id, stored.ciphertext, stored.is_binary, stored.wrappings)
    _note_access(call, stored)
    return SecretValue(
        arn=stored.arn,
        name=stored.name,
        version_id=stored.version_id,
        created_at=stored.created_at,
        staging_labels=stored.staging_labels,
        value=value,
    )


def _note_access(call: "Call", stored: StoredValue) -> None:
    """Day resolution, as documented: one write a day."""
    today = call.now.date()
    if stored.last_accessed_on != today:
        Secret.objects.filter(pk=stored.pk).update(last_accessed_on=today)
    if stored.version_accessed_on != today:
        SecretVersion.objects.filter(pk=stored.version_pk or 0).update(last_accessed_on=today)


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
