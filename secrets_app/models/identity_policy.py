from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from .group import Group
from .principal import Account, Principal

_OF_ONE = Q(principal__isnull=True, group__isnull=False) | Q(principal__isnull=False, group__isnull=True)


class IdentityPolicy(models.Model):
    """An inline policy: it is part of one user, role or group."""

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, null=True, related_name="identity_policies")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="identity_policies")
    name = models.CharField(max_length=128)
    document = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "name"], name="one_identity_policy_per_name"),
            models.UniqueConstraint(fields=["group", "name"], name="one_group_policy_per_name"),
            models.CheckConstraint(condition=_OF_ONE, name="identity_policy_of_one"),
        ]


class ManagedPolicy(models.Model):
    """A policy that stands by itself, made by the account. Those that AWS manages are in identity/aws_managed.py."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    arn = models.CharField(max_length=700, unique=True)
    unique_id = models.CharField(max_length=32, unique=True)  # ANPA...
    description = models.CharField(max_length=1000, blank=True)
    tags = models.JSONField(default=dict)
    default_version = models.PositiveIntegerField(default=1)
    newest_version = models.PositiveIntegerField(default=1)  # also of those deleted: a number is used once
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("account", Lower("name"), name="one_managed_policy_per_folded_name")]

    def __str__(self) -> str:
        return self.name


class ManagedPolicyVersion(models.Model):
    policy = models.ForeignKey(ManagedPolicy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # 1 for v1
    document = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_policy_version_per_number")]


class PolicyAttachment(models.Model):
    """A managed policy given to a user, role or group. By ARN, because those that AWS manages are in no table."""

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, null=True, related_name="policy_attachments")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="policy_attachments")
    policy_arn = models.CharField(max_length=700)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "policy_arn"], name="one_attachment_per_policy"),
            models.UniqueConstraint(fields=["group", "policy_arn"], name="one_group_attachment_per_policy"),
            models.CheckConstraint(condition=_OF_ONE, name="policy_attachment_to_one"),
        ]
        indexes = [models.Index(fields=["policy_arn"], name="attachment_by_policy")]
