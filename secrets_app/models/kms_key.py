import hashlib

from django.db import models
from django.db.models import Q

from secrets_app import arns

from .principal import Account


class KeyState(models.TextChoices):
    ENABLED = "Enabled"
    DISABLED = "Disabled"
    PENDING_DELETION = "PendingDeletion"


class KmsKey(models.Model):
    """A symmetric KMS key of one account and Region. Its material is in its backing keys."""

    class Manager(models.TextChoices):
        CUSTOMER = "CUSTOMER"
        AWS = "AWS"

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    region = models.CharField(max_length=32)
    key_id = models.CharField(max_length=64)  # a UUID, or what a demo needs it to be
    manager = models.CharField(max_length=8, choices=Manager.choices, default=Manager.CUSTOMER)
    state = models.CharField(max_length=16, choices=KeyState.choices, default=KeyState.ENABLED)
    description = models.CharField(max_length=8192, blank=True)
    created_at = models.DateTimeField()
    deletion_at = models.DateTimeField(null=True)
    policy = models.TextField(blank=True)  # "" for the one a key has by default (kms/key_policy.py)
    rotation_period_days = models.PositiveSmallIntegerField(null=True)  # None: not rotated by itself
    next_rotation_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "key_id"], name="one_key_per_id"),
            models.CheckConstraint(
                condition=Q(rotation_period_days=None, next_rotation_at=None)
                | Q(rotation_period_days__isnull=False, next_rotation_at__isnull=False),
                name="rotated_key_has_period_and_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_rotation_at"], name="key_by_rotation", condition=Q(next_rotation_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.key_id

    @property
    def arn(self) -> str:
        return arns.kms_key(self.region, self.account_id, self.key_id)

    @property
    def is_enabled(self) -> bool:
        return self.state == KeyState.ENABLED


class BackingKey(models.Model):
    """Key material of a KMS key, wrapped by the root key. The highest number is current; old ones still open."""

    kms_key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="backing_keys")
    number = models.PositiveIntegerField()
    wrapped_material = models.BinaryField()
    created_at = models.DateTimeField()
    is_automatic = models.BooleanField(default=False)  # made by yearly rotation; False also for the first

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kms_key", "number"], name="one_backing_key_per_number")]

    @property
    def material_id(self) -> str:
        """What KMS calls KeyMaterialId: 64 hexadecimal digits that say nothing of the material."""
        return hashlib.sha256(f"{self.kms_key.arn}:{self.number}".encode()).hexdigest()


class KeyTag(models.Model):
    kms_key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=128)
    value = models.CharField(max_length=256, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kms_key", "key"], name="one_key_tag_per_key")]


class KeyAlias(models.Model):
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=256)  # with its prefix: "alias/prod"
    kms_key = models.ForeignKey(KmsKey, on_delete=models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "region", "name"], name="one_key_per_alias")]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return arns.kms_alias(self.region, self.account_id, self.name)
