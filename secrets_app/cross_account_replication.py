"""Replication of a secret's value to a secret of another account, in the same Region.

Facts: user guide, "Replicate AWS Secrets Manager secrets across accounts" and its pages "Create a replica secret",
"Associate the replica", "How Secrets Manager authorizes", "Monitor", "Stop"; API reference of the operations. The
replica is an independent secret with a key, policies, tags and a life of its own: only versions with their values and
staging labels follow. Sentences of refusals and of StatusMessage are ours; AWS documents none.
"""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from secrets_app import arns, principals, replica_copy, replication, secret_ids, service_events
from secrets_app.authorization import decide, message_of_refusal
from secrets_app.call import Call
from secrets_app.errors import (
    AccessDeniedException,
    AwsError,
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
)
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, parse
from secrets_app.kms import envelope, keys
from secrets_app.models import CrossAccountReplica, CrossAccountStatus, Principal, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

POLICY_NAME = "cross-account-replication"  # of the policy that Secrets Manager attaches to a replica (documented)
ACCEPT = "secretsmanager:AcceptCrossAccountReplication"
_BATCH = 100


def link_of_replica(secret: Secret) -> CrossAccountReplica | None:
    """No query for a secret that is none."""
    return CrossAccountReplica.objects.filter(replica=secret).first() if secret.is_cross_account_replica else None


def link_of_primary(secret: Secret) -> CrossAccountReplica | None:
    return CrossAccountReplica.objects.filter(primary=secret).first() if secret.has_cross_account_replica else None


# --- making a replica ------------------------------------------------------------------------------


def check_new_replica(call: Call, primary_arn: str, kms_key_id: str | None, given: "Mapping[str, Any]") -> None:
    """What CreateSecret refuses beside CrossAccountPrimaryARN (API reference). given: the members it can't be with."""
    for member, value in given.items():
        if value is not None:
            raise InvalidParameterException(
                f"You can't specify {member} for a cross-account replica secret.", parameter=member
            )
    _check_other_secret(primary_arn, call.region, call.account, "CrossAccountPrimaryARN")
    if keys.is_default(call.account, call.region, kms_key_id or ""):
        raise needs_customer_key()


def needs_customer_key() -> InvalidParameterException:
    return InvalidParameterException(
        "You must encrypt a cross-account replica secret with a customer managed KMS key.", parameter="KmsKeyId"
    )


def begin(replica: Secret) -> None:
    """Pending, until the primary's account associates it."""
    CrossAccountReplica.objects.create(
        replica=replica, replica_arn=replica.arn, primary_arn=replica.cross_account_primary_arn
    )


def managed_policy(replica: Secret) -> str:
    """Lets the primary's account associate it, if its own policies allow them that."""
    primary = arns.read_secret(replica.cross_account_primary_arn)
    statement = {
        "Sid": "CrossAccountReplication",
        "Effect": "Allow",
        "Principal": {"AWS": arns.iam(primary.account if primary else "", "root")},
        "Action": ACCEPT,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def _check_other_secret(arn: str, region: str, account: str, parameter: str) -> arns.SecretArn:
    read = arns.read_secret(arn)
    if read is None or not read.suffix:
        raise InvalidParameterException(f"{parameter} must be the complete ARN of a secret.", parameter=parameter)
    if read.region != region:
        raise InvalidParameterException(
            f"{parameter} must be the ARN of a secret in the same Region.", parameter=parameter
        )
    if read.account == account:
        raise InvalidParameterException(
            f"{parameter} must be the ARN of a secret in another account.", parameter=parameter
        )
    return read


# --- associating it --------------------------------------------------------------------------------


def check_replica_arn(primary_region: str, primary_account: str, replica_arn: str) -> None:
    _check_other_secret(replica_arn, primary_region, primary_account, "CrossAccountReplicaARN")


def associate(call: Call, primary: Secret, replica_arn: str, role_arn: str) -> CrossAccountReplica:
    """Link the two and have the value copied; asked again, copy it again. Nothing is changed if it can't be done.

    The caller has been allowed to associate the primary; here they are also asked about the replica and both keys.
    """
    link = CrossAccountReplica.objects.select_for_update().filter(replica_arn=replica_arn).first()
    replica = None if link is None else link.replica
    _authorize_accepting(call, replica, replica_arn)
    if link is None or replica is None or link.primary_arn != primary.arn or replica.is_scheduled_for_deletion:
        raise InvalidRequestException(
            "The secret was not created as a cross-account replica of this secret.", parameter="CrossAccountReplicaARN"
        )
    _refuse_another_replica(primary, link)
    _authorize_keys(_asking(call, primary, role_arn), primary, replica)
    for key in filter(None, (primary.kms_key, replica.kms_key)):
        keys.refuse_to_encrypt_unless_enabled(key)
    link.primary, link.replication_role_arn = primary, role_arn
    _make_due(link, call.now)
    primary.has_cross_account_replica = True
    primary.save(update_fields=["has_cross_account_replica"])
    return link


def _authorize_accepting(call: Call, replica: Secret | None, replica_arn: str) -> None:
    """AcceptCrossAccountReplication on the replica: its managed policy allows that to the primary's account, unless its
    own denies it. Asked before anything is said of the replica: what isn't there is refused like what isn't theirs."""
    read = arns.read_secret(replica_arn)
    account, facts = read.account if read else "", {"secretsmanager:SecretId": replica_arn}
    documents = [""]
    if replica is not None and replica.is_cross_account_replica:
        facts = call.facts_about(replica)
        documents = [managed_policy(replica), secret_ids.resource_policy_of(replica.pk)]
    tags_of = None if replica is None else replica.pk
    decisions = [decide(call, ACCEPT, replica_arn, account, facts, document, tags_of=tags_of) for document in documents]
    denied = [decision for decision in decisions if decision.outcome == "ExplicitDeny"]
    if denied or not decisions[0].allowed:
        message = message_of_refusal(call, ACCEPT, replica_arn, (denied or decisions)[0])
        raise AccessDeniedException(message, parameter="CrossAccountReplicaARN")


def _refuse_another_replica(primary: Secret, link: CrossAccountReplica) -> None:
    if CrossAccountReplica.objects.filter(primary=primary).exclude(pk=link.pk).exists():
        raise LimitExceededException(
            "A secret can have at most one cross-account replica.", parameter="CrossAccountReplicaARN"
        )


def _asking(call: Call, primary: Secret, role_arn: str) -> Call:
    """In whose name the keys are used: the role's, if the replica was associated with one; else the caller's."""
    return call if not role_arn else _in_the_name_of(role_arn, primary, call.now)


def _in_the_name_of(role_arn: str, primary: Secret, now: datetime) -> Call:
    role = role_named(primary.account_id, role_arn)
    return Call(principal=principals.identity(role), region=primary.region, now=now, door="worker")


def role_named(account: str, role_arn: str) -> Principal:
    """An active role of the primary's account that trusts Secrets Manager."""
    roles = Principal.objects.filter(account=account, kind=Principal.Kind.ROLE, is_active=True)
    role = roles.filter(name=role_arn.rpartition("/")[2]).first()
    if role is None or role.arn != role_arn:
        raise InvalidParameterException(
            f"{role_arn} is not a role in the account of the primary secret.", parameter="ReplicationRoleARN"
        )
    if not _trusts_secrets_manager(role):
        raise InvalidParameterException(
            f"{role_arn} does not allow Secrets Manager to assume it.", parameter="ReplicationRoleARN"
        )
    return role


def _trusts_secrets_manager(role: Principal) -> bool:
    try:
        policy = parse(role.trust_policy, kind="trust")
    except MalformedPolicy:
        return False
    service = Caller(arn="secretsmanager.amazonaws.com", account="", kind="service")
    context = {"aws:PrincipalIsAWSService": "true", "aws:SourceAccount": role.account_id}
    question = Request("sts:AssumeRole", role.arn, role.account_id, context)
    return evaluate(service, question, policy, resource_policy_must_allow=True).allowed


def _authorize_keys(call: Call, primary: Secret, replica: Secret) -> None:
    """kms:Decrypt on the primary's key, kms:Encrypt on the replica's (documented); dry, with no version in mind."""
    ask = envelope.TO_VALIDATE_ACCESS
    if primary.kms_key is None:
        call.authorize_default_key(primary.account_id)
    call.authorize_key(primary.kms_key, "kms:Decrypt", about=envelope.encryption_context(primary.arn, ask))
    call.authorize_key(replica.kms_key, "kms:Encrypt", about=envelope.encryption_context(replica.arn, ask))


def _make_due(link: CrossAccountReplica, now: datetime) -> None:
    link.status, link.status_message = CrossAccountStatus.IN_PROGRESS, ""
    link.due_at, link.attempts = now, 0
    link.changes += 1
    link.save()


def value_changed(call: Call, primary: Secret) -> None:
    """Called by every operation that changes a value or a label, after the change. No query without such a replica.

    Without a role it is the caller who copies: who may not use the keys leaves the replica Failed until somebody who
    may changes the value, or associates it again.
    """
    if not primary.has_cross_account_replica:
        return
    link = CrossAccountReplica.objects.select_for_update().filter(primary=primary, replica__isnull=False).first()
    if link is None or link.replica is None:
        return
    _make_due(link, call.now)
    try:
        if not link.replication_role_arn:
            _authorize_keys(call, primary, link.replica)
    except AwsError as error:
        _end(link, call.now, failed=error.message, again_at=None)


# --- ending it -------------------------------------------------------------------------------------


def disassociate(primary: Secret, replica_arn: str) -> None:
    """From the primary's side. The replica stays, Detached."""
    link = CrossAccountReplica.objects.select_for_update().filter(primary=primary, replica_arn=replica_arn).first()
    if link is None:
        raise InvalidParameterException(
            "The secret isn't associated with this cross-account replica.", parameter="CrossAccountReplicaARN"
        )
    link.primary = None
    _detach(link)
    primary.has_cross_account_replica = False
    primary.save(update_fields=["has_cross_account_replica"])


def stop(replica: Secret, now: datetime) -> Secret:
    """From the replica's side: it becomes a secret of its own, as it is now. Its primary shows it as Detached."""
    link = CrossAccountReplica.objects.select_for_update().filter(replica=replica).first()
    replica = Secret.objects.select_for_update().get(pk=replica.pk)
    replica.cross_account_primary_arn = ""
    replica.last_changed_at = now
    replica.save(update_fields=["cross_account_primary_arn", "last_changed_at"])
    if link is not None:
        link.replica = None
        _detach(link)
    return replica


def _detach(link: CrossAccountReplica) -> None:
    """Kept as long as one side still shows the other."""
    if link.primary is None and link.replica is None:
        link.delete()
        return
    link.status, link.status_message, link.due_at = CrossAccountStatus.DETACHED, "", None
    link.changes += 1
    link.save()


# --- copying ---------------------------------------------------------------------------------------


def run_due(now: datetime, owner: str) -> int:
    """Copy what is due and nobody works on. Returns how many replicas it worked on."""
    due = CrossAccountReplica.objects.filter(replication.claimable(now)).order_by("due_at")
    worked_on = 0
    for pk in list(due.values_list("pk", flat=True)[:_BATCH]):
        mine = CrossAccountReplica.objects.filter(replication.claimable(now), pk=pk)
        if mine.update(lease_owner=owner, lease_until=now + replication.LEASE):
            sync(pk, now)
            worked_on += 1
    return worked_on


@transaction.atomic
def sync(link_pk: int, now: datetime) -> None:
    """Copy, and note how that ended. All of it or nothing: killed, it is still due."""
    link, primary, replica = _locked(link_pk)
    if link is None or primary is None or replica is None:
        return
    try:
        with transaction.atomic():
            if link.replication_role_arn:
                _authorize_keys(_in_the_name_of(link.replication_role_arn, primary, now), primary, replica)
            replica_copy.copy_values(primary, replica, now)
            replica.last_changed_at = now
            replica.save(update_fields=["last_changed_at"])
    except replica_copy.Failure as failure:
        _end(link, now, failed=str(failure), again_at=now + replication.wait_before_retry(link.attempts))
    except AwsError as error:
        _end(link, now, failed=error.message, again_at=now + replication.wait_before_retry(link.attempts))
    else:
        _end(link, now)


def _locked(link_pk: int) -> tuple[CrossAccountReplica | None, Secret | None, Secret | None]:
    """Primary, link, replica: in the order in which operations lock them."""
    found = CrossAccountReplica.objects.filter(pk=link_pk)
    primary = Secret.objects.select_for_update().filter(link_to_cross_account_replica=link_pk).first()
    link = found.select_for_update().first()
    if primary is None or link is None or link.primary_id != primary.pk:
        return None, None, None
    return link, primary, Secret.objects.select_for_update().filter(link_to_cross_account_primary=link).first()


def _end(link: CrossAccountReplica, now: datetime, *, failed: str = "", again_at: datetime | None = None) -> None:
    """InSync only if the primary hasn't changed since; otherwise the row stays due."""
    message = replication.shown_failure(failed) if failed else replication.SUCCEEDED
    rows = CrossAccountReplica.objects.filter(pk=link.pk)
    rows.update(lease_owner="", lease_until=None)
    rows.filter(changes=link.changes).update(
        status=CrossAccountStatus.FAILED if failed else CrossAccountStatus.IN_SYNC,
        status_message=message,
        due_at=again_at,
        attempts=F("attempts") + 1 if failed else 0,
    )
    name = service_events.REPLICATION_FAILED if failed else service_events.REPLICATION_SUCCEEDED
    details = {"CrossAccountReplicaARN": link.replica_arn}
    told_of = [secret for secret in (link.primary, link.replica) if secret is not None]
    told = (
        service_events.Told(name, secret, details, name if failed else "", message if failed else "")
        for secret in told_of
    )
    service_events.record(told, now)
