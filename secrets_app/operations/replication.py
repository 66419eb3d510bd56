"""ReplicateSecretToRegions, RemoveRegionsFromReplication and StopReplicationToReplica."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from secrets_app import cross_account_replication, replication
from secrets_app.call import Call
from secrets_app.errors import InvalidRequestException
from secrets_app.models import Secret
from secrets_app.operations._operation import operation
from secrets_app.results import Stored

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import ReplicaRegionTypeTypeDef


@operation("ReplicateSecretToRegions")
def replicate_secret_to_regions(
    call: Call,
    /,
    *,
    secret_id: str,
    add_replica_regions: Sequence["ReplicaRegionTypeTypeDef"],
    force_overwrite_replica_secret: bool | None = None,
) -> Stored:
    """Copy the secret to more Regions, each under a key of its own. For a Region that has a replica: try again, or
    change its key. Returns at once, the copies in progress."""
    replication.check_regions(call.region, add_replica_regions)
    context = replication.request_keys(add_replica_regions, force_overwrite_replica_secret)
    secret = call.secret(secret_id, for_update=True, context=context)
    replicas = replication.start(call, secret, add_replica_regions, overwrite=bool(force_overwrite_replica_secret))
    return Stored(secret, replicas=replicas)


@operation("RemoveRegionsFromReplication")
def remove_regions_from_replication(call: Call, /, *, secret_id: str, remove_replica_regions: list[str]) -> Stored:
    """Delete the replicas in these Regions."""
    secret = call.secret(secret_id, for_update=True)
    return Stored(secret, replicas=replication.remove(secret, remove_replica_regions, call.now))


@operation("StopReplicationToReplica")
def stop_replication_to_replica(call: Call, /, *, secret_id: str) -> Secret:
    """Promote the replica in this Region to a secret of its own. One across accounts loses the policy that Secrets
    Manager attached to it, which takes permission to delete a policy (documented)."""
    secret = call.secret(secret_id)  # locked further down, after its primary
    if secret.is_cross_account_replica:
        context = {"secretsmanager:PolicyName": cross_account_replication.POLICY_NAME}
        call.authorize_secret(secret, secret_id, action="secretsmanager:DeleteResourcePolicy", context=context)
        return cross_account_replication.stop(secret, call.now)
    if not secret.is_replica:
        raise InvalidRequestException("The secret isn't a replica in this Region.", parameter="SecretId")
    return replication.promote(secret, call.now)
