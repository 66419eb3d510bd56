"""What operations answer where there is more to say than one row. Only SecretValue holds anything in clear."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from secrets_app.models import CrossAccountReplica, Replica, RotationConfiguration, Secret, SecretVersion, Tag
from secrets_app.versions import Value

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored:
    """A secret that was created, updated, given a value or set to rotate. version_id: None if no version was made."""

    secret: Secret
    version_id: str | None = None
    staging_labels: list[str] = field(default_factory=list)
    replicas: list[Replica] | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """Everything DescribeSecret and one entry of ListSecrets show."""

    secret: Secret
    versions_to_stages: dict[str, list[str]]  # labelled versions only
    tags: list[Tag]
    rotation: RotationConfiguration | None  # None until rotation was ever configured
    replicas: list[Replica]  # of a primary; read only for DescribeSecret, as the two below
    cross_account_primary: CrossAccountReplica | None = None  # of such a replica
    cross_account_replica: CrossAccountReplica | None = None  # of such a primary


@dataclass(slots=True)  # not frozen: that triples what making one costs
class SecretValue:
    """The one result that holds a value in clear. Its repr leaves the value out."""

    arn: str
    name: str
    version_id: str
    created_at: datetime
    staging_labels: list[str]
    value: Value


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    version: SecretVersion
    staging_labels: list[str]
    kms_key_ids: list[str]  # "DefaultEncryptionKey" for aws/secretsmanager (recorded)

    @property
    def has_value(self) -> bool:
        """Known by its key: the list is read without ciphertext."""
        return bool(self.kms_key_ids)


@dataclass(frozen=True, slots=True)
class VersionPage:
    secret: Secret
    versions: list[VersionEntry]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """arn is made up when a forced deletion names no secret (recorded; api.md 5.10)."""

    arn: str
    name: str
    deletion_at: datetime


@dataclass(frozen=True, slots=True)
class Disassociated:
    arn: str
    replica_arn: str


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    secret: Secret
    document: str | None  # None without one, and where it isn't asked for
    policy_name: str | None = None  # None unless the caller named it


@dataclass(frozen=True, slots=True)
class BatchError:
    secret_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Batch:
    values: list[SecretValue]
    errors: list[BatchError]
    next_token: str | None = None
