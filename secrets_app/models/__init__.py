"""The tables, one family per file. Only these modules declare tables; what is above them queries them."""

from .access_key import AccessKey
from .audit_chain import AuditChain, AuditLedger
from .audit_event import AuditEvent
from .background_pass import BackgroundPass
from .bulk_change import BulkChange, BulkChangeItem
from .cross_account_replica import CrossAccountReplica, CrossAccountStatus
from .group import Group, GroupMembership
from .identity_policy import IdentityPolicy, ManagedPolicy, ManagedPolicyVersion, PolicyAttachment
from .kms_key import BackingKey, KeyAlias, KeyState, KeyTag, KmsKey
from .principal import Account, Principal
from .replica import Replica, ReplicationStatus
from .resource_policy import ResourcePolicy
from .root_key import RootKeyCheck
from .rotation import RotationConfiguration, RotationFunction, RotationRun, RotationStep
from .search_word import SearchWord
from .secret import Secret, Tag
from .secret_draft import SecretDraft
from .version import SecretVersion, StagingLabel, WrappedDataKey

__all__ = [
    "AccessKey",
    "Account",
    "AuditChain",
    "AuditEvent",
    "AuditLedger",
    "BackgroundPass",
    "BackingKey",
    "BulkChange",
    "BulkChangeItem",
    "Group",
    "GroupMembership",
    "CrossAccountReplica",
    "CrossAccountStatus",
    "IdentityPolicy",
    "KeyAlias",
    "KeyState",
    "KeyTag",
    "KmsKey",
    "ManagedPolicy",
    "ManagedPolicyVersion",
    "PolicyAttachment",
    "Principal",
    "Replica",
    "ReplicationStatus",
    "ResourcePolicy",
    "RootKeyCheck",
    "RotationConfiguration",
    "RotationFunction",
    "RotationRun",
    "RotationStep",
    "SearchWord",
    "Secret",
    "SecretDraft",
    "SecretVersion",
    "StagingLabel",
    "Tag",
    "WrappedDataKey",
]
