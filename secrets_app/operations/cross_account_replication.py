"""AssociateCrossAccountReplica and DisassociateCrossAccountReplica, called from the primary's account."""

from secrets_app import cross_account_replication
from secrets_app.call import Call
from secrets_app.errors import InvalidParameterException
from secrets_app.models import CrossAccountReplica
from secrets_app.operations._operation import operation
from secrets_app.results import Disassociated


@operation("AssociateCrossAccountReplica")
def associate_cross_account_replica(
    call: Call,
    /,
    *,
    secret_id: str,
    cross_account_replica_arn: str,
    replica_restriction: str | None = None,
    replication_role_arn: str | None = None,
) -> CrossAccountReplica:
    """Have the value copied to a secret that another account made for it (CreateSecret with CrossAccountPrimaryARN).

    replica_restriction: SameOrg is always met, as all accounts of one server are taken for one organization's.
    Also needs GetSecretValue on the primary, AcceptCrossAccountReplication on the replica, kms:Decrypt and kms:Encrypt
    on their keys, and iam:PassRole on the role (API reference).
    """
    del replica_restriction
    secret = call.secret(secret_id, for_update=True)
    cross_account_replication.check_replica_arn(call.region, call.account, cross_account_replica_arn)
    if secret.account_id != call.account:
        raise InvalidParameterException(
            "The operation must be called from the account that owns the primary secret.", parameter="SecretId"
        )
    call.authorize_secret(secret, secret_id, action="secretsmanager:GetSecretValue")
    if replication_role_arn is not None:
        call.authorize(
            action="iam:PassRole",
            resource=replication_role_arn,
            shown=replication_role_arn,
            context={"iam:PassedToService": "secretsmanager.amazonaws.com"},
        )
        cross_account_replication.role_named(secret.account_id, replication_role_arn)
    return cross_account_replication.associate(call, secret, cross_account_replica_arn, replication_role_arn or "")


@operation("DisassociateCrossAccountReplica")
def disassociate_cross_account_replica(
    call: Call, /, *, secret_id: str, cross_account_replica_arn: str
) -> Disassociated:
    """The value is copied no more. The replica stays what it is, in its account, with status Detached."""
    secret = call.secret(secret_id, for_update=True)
    cross_account_replication.disassociate(secret, cross_account_replica_arn)
    return Disassociated(secret.arn, cross_account_replica_arn)
