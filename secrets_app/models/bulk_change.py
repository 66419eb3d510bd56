from django.db import models
from django.db.models import Q

from .principal import Principal


class BulkChange(models.Model):
    """One change to many secrets, asked for in the console and done by the scheduler as the person who asked.

    Claimed with a lease, item by item: a scheduler that is killed leaves the rest to another.
    """

    class Kind(models.TextChoices):
        TAG = "tag"
        ROTATE = "rotate"
        REPLICATE = "replicate"
        DELETE = "delete"

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="bulk_changes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parameters = models.JSONField(default=dict)  # of the operation, but for the secret; never a value
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # The request that asked for it, as policies and the audit trail see it.
    source_ip = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=256, blank=True)
    secure_transport = models.BooleanField(default=False)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="bulk_change_due", condition=Q(finished_at=None)),
            models.Index(fields=["principal", "-id"], name="bulk_change_by_person"),
        ]


class BulkChangeItem(models.Model):
    """What became of one secret of a bulk change."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    change = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="items")
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=512)
    arn = models.CharField(max_length=2048)
    token = models.CharField(max_length=64)  # ClientRequestToken: tried again, a rotation is the same one
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    message = models.TextField(blank=True)  # why it was refused, in the operation's words

    class Meta:
        ordering = ["id"]
