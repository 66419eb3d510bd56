from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q

from secrets_app import arns


class Account(models.Model):
    """A 12-digit AWS account; everything else belongs to exactly one."""

    id = models.CharField(primary_key=True, max_length=12)
    created_at = models.DateTimeField()
    is_made_by_use = models.BooleanField(default=False)  # by its first request under AUTH=permissive
    emptied_at = models.DateTimeField(null=True)  # the last time all that is in it was removed at once

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id__regex=r"^\d{12}$"), name="account_id_is_12_digits")]

    def __str__(self) -> str:
        return self.id


class Principal(AbstractBaseUser):
    """Who calls: a user, a role or the root of an account. The console signs in as one (AUTH_USER_MODEL)."""

    class Kind(models.TextChoices):
        USER = "user"
        ROLE = "role"
        ROOT = "root"

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.USER)
    name = models.CharField(max_length=64)
    unique_id = models.CharField(max_length=32, unique=True)  # AIDA..., never reused for another of the same name
    created_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    color_mode = models.CharField(max_length=8, default="system")  # console preference: light, dark, system
    density = models.CharField(max_length=12, default="comfortable")
    # What else the console remembers for this person, by page: {"secrets_list": {"page_size": 50}}.
    console_preferences = models.JSONField(default=dict)

    USERNAME_FIELD = "unique_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "name"], name="one_principal_per_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return arns.iam(self.account_id, "root" if self.kind == self.Kind.ROOT else f"{self.kind}/{self.name}")


class IdentityPolicy(models.Model):
    """A policy attached to a principal."""

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="identity_policies")
    name = models.CharField(max_length=128)
    arn = models.CharField(max_length=200, blank=True)  # "" for an inline policy
    document = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "name"], name="one_identity_policy_per_name")]


class AccessKey(models.Model):
    """An access key of a principal; with a session token it is temporary and may be narrowed by a session policy."""

    access_key_id = models.CharField(primary_key=True, max_length=32)
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="access_keys")
    sealed_secret = models.BinaryField()  # the secret access key under the root key: SigV4 needs it back in clear
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    session_token_digest = models.CharField(max_length=64, blank=True)  # SHA-256 hex; "" for a long-term key
    session_name = models.CharField(max_length=64, blank=True)
    session_policy = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="access_key_expiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(session_token_digest="", expires_at=None)
                | (~Q(session_token_digest="") & Q(expires_at__isnull=False)),
                name="temporary_access_keys_expire",
            )
        ]
