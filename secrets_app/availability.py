"""Which operations the state of a secret allows, in one table; both doors ask it.

The console shows what is refused as disabled, with the same sentence (console.md 10.3).
"""

from typing import Protocol

from secrets_app.errors import (
    AwsError,
    managed_by_another_service,
    marked_for_deletion,
    read_only_cross_account_replica,
    read_only_replica,
)

_THOUGH_MARKED_FOR_DELETION = {"DescribeSecret", "ListSecretVersionIds", "RestoreSecret", "DeleteSecret"}
_NOT_ON_A_REPLICA = {
    "AssociateCrossAccountReplica",
    "CancelRotateSecret",
    "DeleteResourcePolicy",
    "DeleteSecret",
    "DisassociateCrossAccountReplica",
    "GetResourcePolicy",  # it only reads; refused as other emulators do, since nobody knows (api.md 10)
    "PutResourcePolicy",
    "PutSecretValue",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "RestoreSecret",
    "RotateSecret",
    "TagResource",
    "UntagResource",
    "UpdateSecret",
    "UpdateSecretVersionStage",
}
# It is an independent secret but for its value, which is its primary's (user guide, "Replicate ... across accounts").
_NOT_ON_A_CROSS_ACCOUNT_REPLICA = {
    "AssociateCrossAccountReplica",
    "CancelRotateSecret",
    "DeleteSecret",
    "DisassociateCrossAccountReplica",
    "PutSecretValue",
    "ReplicateSecretToRegions",
    "RotateSecret",
    "UpdateSecretVersionStage",
}
# The owner changes the value, the key, and whether the secret exists; schedule, tags and permissions stay its users'.
_LEFT_TO_THE_OWNER = {
    "AssociateCrossAccountReplica",
    "CancelRotateSecret",
    "DeleteSecret",
    "PutSecretValue",
    "RemoveRegionsFromReplication",
    "ReplicateSecretToRegions",
    "UpdateSecret",
    "UpdateSecretVersionStage",
}


class SecretState(Protocol):
    @property
    def is_scheduled_for_deletion(self) -> bool: ...
    @property
    def is_replica(self) -> bool: ...
    @property
    def is_cross_account_replica(self) -> bool: ...
    @property
    def owning_service(self) -> str: ...


def refusal(secret: SecretState, operation: str) -> AwsError | None:
    """Why this operation ("UpdateSecret") is refused in the secret's present state; None if it isn't."""
    if secret.is_scheduled_for_deletion and operation not in _THOUGH_MARKED_FOR_DELETION:
        return marked_for_deletion()
    if secret.is_replica and operation in _NOT_ON_A_REPLICA:
        return read_only_replica()
    if secret.is_cross_account_replica and operation in _NOT_ON_A_CROSS_ACCOUNT_REPLICA:
        return read_only_cross_account_replica(operation)
    if secret.owning_service and operation in _LEFT_TO_THE_OWNER:
        return managed_by_another_service(secret.owning_service)
    return None
