from django.db import models
from django.db.models.functions import Lower

from secrets_app import arns

from .principal import Account, Principal


class Group(models.Model):
    """Users of one account that share policies. A group is nobody: it cannot call, and no policy can name it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    unique_id = models.CharField(max_length=32, unique=True)  # AGPA...
    created_at = models.DateTimeField()
    members = models.ManyToManyField(Principal, through="GroupMembership", related_name="groups")

    class Meta:
        constraints = [models.UniqueConstraint("account", Lower("name"), name="one_group_per_folded_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return arns.iam(self.account_id, f"group{self.path}{self.name}")


class GroupMembership(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "principal"], name="one_membership_per_group")]
