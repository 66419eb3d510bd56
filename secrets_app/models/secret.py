from django.db import models
from django.db.models import Q

from secrets_app import arns

from .kms_key import KmsKey
from .principal import Account


class Secret(models.Model):
    """A secret of one account and Region: its metadata. Values are in its versions."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=512)
    suffix = models.CharField(max_length=6)  # the six random characters at the end of the ARN
    description = models.CharField(max_length=2048, blank=True)
    # The key as the caller named it (id, ARN or alias); "" and None for the default key, aws/secretsmanager.
    kms_key_id_given = models.CharField(max_length=2048, blank=True)
    kms_key = models.ForeignKey(KmsKey, on_delete=models.PROTECT, null=True, related_name="secrets")
    type = models.CharField(max_length=256, blank=True)  # a managed external secret's type
    owning_service = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField()
    last_changed_at = models.DateTimeField()
    last_accessed_on = models.DateField(null=True)  # day resolution, as documented
    deleted_at = models.DateTimeField(null=True)  # when deletion was asked for
    deletion_at = models.DateTimeField(null=True)  # end of the recovery window
    was_tagged = models.BooleanField(default=False)  # DescribeSecret shows [] once tags existed (recorded)
    primary_region = models.CharField(max_length=32, blank=True)  # "" unless the secret is a replica or has replicas
    cross_account_primary_arn = models.CharField(max_length=2048, blank=True)  # of a replica in another account
    has_cross_account_replica = models.BooleanField(default=False)  # until its account has disassociated it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "name"], name="one_secret_per_name"),
            models.CheckConstraint(
                condition=Q(deleted_at=None, deletion_at=None) | Q(deleted_at__isnull=False, deletion_at__isnull=False),
                name="deletion_has_both_dates",
            ),
            models.CheckConstraint(
                condition=Q(kms_key=None, kms_key_id_given="") | (~Q(kms_key_id_given="") & Q(kms_key__isnull=False)),
                name="customer_key_is_named_and_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "region", "id"], name="secret_by_creation"),
            models.Index(fields=["account", "region", "last_changed_at", "id"], name="secret_by_last_change"),
            models.Index(fields=["account", "region", "last_accessed_on", "id"], name="secret_by_last_access"),
            models.Index(fields=["deletion_at"], name="secret_by_deletion", condition=Q(deletion_at__isnull=False)),
            # How many of a Region are scheduled for deletion: counted on every view of the list.
            models.Index(fields=["account", "region"], name="secret_scheduled", condition=Q(deleted_at__isnull=False)),
            # Of the filters of ListSecrets that few secrets answer to. Written as search_filters.py asks.
            models.Index(
                fields=["account", "region", "primary_region"],
                name="secret_by_primary_region",
                condition=Q(primary_region__gt=""),
            ),
            models.Index(
                fields=["account", "region", "owning_service"],
                name="secret_by_owning_service",
                condition=Q(owning_service__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return arns.secret(self.region, self.account_id, self.name, self.suffix)

    @property
    def is_replica(self) -> bool:
        return bool(self.primary_region) and self.primary_region != self.region

    @property
    def is_cross_account_replica(self) -> bool:
        return bool(self.cross_account_primary_arn)

    @property
    def has_replicas(self) -> bool:
        return self.primary_region == self.region

    @property
    def is_scheduled_for_deletion(self) -> bool:
        return self.deleted_at is not None


class Tag(models.Model):
    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="tags")
    key = models.CharField(max_length=128)
    value = models.CharField(max_length=256, blank=True)

    class Meta:
        ordering = ["id"]  # insertion order is kept (recorded)
        constraints = [models.UniqueConstraint(fields=["secret", "key"], name="one_value_per_tag_key")]
        indexes = [
            models.Index(fields=["key", "secret"], name="tag_by_key"),
            models.Index(fields=["value", "secret"], name="tag_by_value"),
        ]
