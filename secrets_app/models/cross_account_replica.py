from django.db import models

from .secret import Secret


class CrossAccountStatus(models.TextChoices):
    PENDING = "Pending"  # the replica waits to be associated with its primary
    IN_PROGRESS = "InProgress"
    IN_SYNC = "InSync"
    FAILED = "Failed"
    DETACHED = "Detached"  # one of the two accounts has stopped it


class CrossAccountReplica(models.Model):
    """A replica in another account and its primary, of whom each may end it alone: then its side is None.

    The value is copied from primary to replica; everything else of the replica is its own. ARNs are kept, since each
    side goes on showing the other's after that has ended it, or is gone.
    """

    replica = models.OneToOneField(
        Secret, on_delete=models.SET_NULL, null=True, related_name="link_to_cross_account_primary"
    )
    replica_arn = models.CharField(max_length=2048)
    primary = models.OneToOneField(
        Secret, on_delete=models.SET_NULL, null=True, related_name="link_to_cross_account_replica"
    )
    primary_arn = models.CharField(max_length=2048)
    replication_role_arn = models.CharField(max_length=2048, blank=True)  # "": whoever changes the primary
    status = models.CharField(max_length=16, choices=CrossAccountStatus.choices, default=CrossAccountStatus.PENDING)
    status_message = models.CharField(max_length=1024, blank=True)
    changes = models.PositiveBigIntegerField(default=1)  # counts the primary's changes; a run copies up to one of them
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="cross_account_replica_due")]
