from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

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
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)  # AIDA..., never reused for another of the same name
    created_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)
    tags = models.JSONField(default=dict)  # key -> value, in the order they were given
    # The managed policy that says what policies can give this user or role at most; "" for none.
    boundary_arn = models.CharField(max_length=700, blank=True)

    # Of a user that can sign in to the console.
    password_changed_at = models.DateTimeField(null=True)
    must_change_password = models.BooleanField(default=False)

    # Of a role.
    description = models.CharField(max_length=1000, blank=True)
    trust_policy = models.TextField(blank=True)  # who may assume it; "" for nobody
    max_session_seconds = models.PositiveIntegerField(default=3600)

    color_mode = models.CharField(max_length=8, default="system")  # console preference: light, dark, system
    density = models.CharField(max_length=12, default="comfortable")
    # What else the console remembers for this person, by page: {"secrets_list": {"page_size": 50}}.
    console_preferences = models.JSONField(default=dict)

    USERNAME_FIELD = "unique_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "name"], name="one_principal_per_name"),
            # "Names are not distinguished by case" (IAM API reference, CreateUser).
            models.UniqueConstraint("account", "kind", Lower("name"), name="one_principal_per_folded_name"),
        ]
        indexes = [models.Index(fields=["boundary_arn"], name="principal_by_boundary")]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        if self.kind == self.Kind.ROOT:
            return arns.iam(self.account_id, "root")
        return arns.iam(self.account_id, f"{self.kind}{self.path}{self.name}")

    @property
    def has_password(self) -> bool:
        """Whether it can sign in to the console."""
        return bool(self.password) and self.has_usable_password()
