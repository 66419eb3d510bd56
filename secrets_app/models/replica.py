from django.db import models

from .kms_key import KmsKey
from .secret import Secret


class ReplicationStatus(models.TextChoices):
    IN_SYNC = "InSync"
    IN_PROGRESS = "InProgress"
    FAILED = "Failed"


class Replica(models.Model):
    """That a primary secret is replicated to a Region, and how far it got. The replica itself is a Secret there.

    A change of the primary marks its replicas InProgress with due_at; the scheduler claims due rows with a lease.
    """

    primary = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="replicas")
    region = models.CharField(max_length=32)
    kms_key_id_given = models.CharField(max_length=2048, blank=True)  # "" for the Region's aws/secretsmanager
    kms_key = models.ForeignKey(KmsKey, on_delete=models.PROTECT, null=True, related_name="+")
    overwrite = models.BooleanField(default=False)  # ForceOverwriteReplicaSecret of the request that is under way
    secret = models.OneToOneField(Secret, on_delete=models.SET_NULL, null=True, related_name="replica_of")
    status = models.CharField(max_length=16, choices=ReplicationStatus.choices, default=ReplicationStatus.IN_PROGRESS)
    status_message = models.CharField(max_length=1024, blank=True)
    changes = models.PositiveBigIntegerField(default=1)  # counts the primary's changes; a run syncs up to one of them
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["primary", "region"], name="one_replica_per_region")]
        indexes = [models.Index(fields=["due_at"], name="replica_due")]
