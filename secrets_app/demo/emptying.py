"""Emptying the demo account, and the accounts that were made by being used under AUTH=permissive, all at once.

What somebody needs to go on working stays: principals, their lasting access keys, passwords and sessions, so that the
files of the AWS CLI stay good; and the audit trail. A request that is under way meanwhile finds its secret gone.
"""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from secrets_app.models import (
    AccessKey,
    Account,
    BackingKey,
    BulkChange,
    BulkChangeItem,
    CrossAccountReplica,
    KeyAlias,
    KeyTag,
    KmsKey,
    Replica,
    ResourcePolicy,
    RotationConfiguration,
    RotationRun,
    RotationStep,
    SearchWord,
    Secret,
    SecretDraft,
    SecretVersion,
    StagingLabel,
    Tag,
    WrappedDataKey,
)


def is_of_the_demo(account: str) -> bool:
    return _accounts().filter(pk=account).exists()


def _accounts() -> QuerySet[Account]:
    return Account.objects.filter(Q(pk=settings.DEMO_ACCOUNT) | Q(is_made_by_use=True))


@transaction.atomic
def empty(now: datetime) -> None:
    """Table by table from the leaves, so that each is one statement however many rows it has."""
    _wait_for_writers()
    accounts = [account.pk for account in _accounts()]
    secrets = Secret.objects.filter(account__in=accounts)
    for rows in (
        WrappedDataKey.objects.filter(version__secret__in=secrets),
        StagingLabel.objects.filter(secret__in=secrets),
        SecretVersion.objects.filter(secret__in=secrets),
        Tag.objects.filter(secret__in=secrets),
        SearchWord.objects.filter(secret__in=secrets),
        ResourcePolicy.objects.filter(secret__in=secrets),
        RotationStep.objects.filter(run__secret__in=secrets),
        RotationRun.objects.filter(secret__in=secrets),
        RotationConfiguration.objects.filter(secret__in=secrets),
        Replica.objects.filter(primary__in=secrets),
        CrossAccountReplica.objects.filter(replica__in=secrets),
        CrossAccountReplica.objects.filter(primary__in=secrets),
        BulkChangeItem.objects.filter(change__principal__account__in=accounts),
        BulkChange.objects.filter(principal__account__in=accounts),
        SecretDraft.objects.filter(principal__account__in=accounts),
        AccessKey.objects.filter(principal__account__in=accounts, expires_at__isnull=False),
        secrets,
    ):
        rows.delete()
    _delete_keys(accounts)
    Account.objects.filter(pk__in=accounts).update(emptied_at=now)


def _delete_keys(accounts: list[str]) -> None:
    """But for those that secrets of other accounts are encrypted under: nobody could read them any more."""
    in_use = (
        Q(pk__in=WrappedDataKey.objects.values("backing_key__kms_key"))
        | Q(pk__in=Secret.objects.filter(kms_key__isnull=False).values("kms_key"))
        | Q(pk__in=Replica.objects.filter(kms_key__isnull=False).values("kms_key"))
    )
    keys = KmsKey.objects.filter(account__in=accounts)
    KeyAlias.objects.filter(account__in=accounts).delete()
    KeyTag.objects.filter(kms_key__in=keys).delete()
    unused = list(keys.exclude(in_use).values_list("pk", flat=True))
    BackingKey.objects.filter(kms_key__in=unused).delete()
    KmsKey.objects.filter(pk__in=unused).delete()


def _wait_for_writers() -> None:
    """SQLite has one writer anyway. On PostgreSQL nearly every change begins with its secret, so it waits there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Secret._meta.db_table} IN ACCESS EXCLUSIVE MODE")
