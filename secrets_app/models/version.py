from django.db import models
from django.db.models import Q

from .kms_key import BackingKey
from .secret import Secret


class SecretVersion(models.Model):
    """One version of a secret's value: ciphertext under its own data key. One that rotation opened has none yet."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="versions")
    version_id = models.CharField(max_length=64)  # the ClientRequestToken of the call that made it
    ciphertext = models.BinaryField(null=True)
    is_binary = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_accessed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["secret", "version_id"], name="one_version_per_id")]

    def __str__(self) -> str:
        return self.version_id

    @property
    def has_value(self) -> bool:
        return self.ciphertext is not None


class WrappedDataKey(models.Model):
    """A version's data key under one backing key. After a change of key there are several; any usable one opens it."""

    version = models.ForeignKey(SecretVersion, on_delete=models.CASCADE, related_name="wrapped_data_keys")
    backing_key = models.ForeignKey(BackingKey, on_delete=models.PROTECT)
    wrapped = models.BinaryField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["version", "backing_key"], name="one_wrapping_per_backing_key")]


class StagingLabel(models.Model):
    """A label on a version. The constraint is the rule: a label sits on one version of a secret at most."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="staging_labels")
    version = models.ForeignKey(SecretVersion, on_delete=models.CASCADE, related_name="staging_labels")
    label = models.CharField(max_length=256)

    class Meta:
        ordering = ["id"]  # in the order they were attached
        constraints = [
            models.UniqueConstraint(fields=["secret", "label"], name="one_version_per_label"),
            models.CheckConstraint(condition=~Q(label=""), name="staging_label_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.label
