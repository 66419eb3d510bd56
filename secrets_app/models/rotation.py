from django.db import models
from django.db.models import Q

from secrets_app import arns

from .principal import Account
from .secret import Secret


def secrets_manager_may_invoke() -> str:
    """The policy that a function has unless another one is given."""
    return (
        '{"Version":"2012-10-17","Statement":[{"Sid":"SecretsManagerAccess","Effect":"Allow",'
        '"Principal":{"Service":"secretsmanager.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*"}]}'
    )


class RotationFunction(models.Model):
    """A Lambda-compatible function that rotates secrets: a Python handler, or the address of one."""

    class Kind(models.TextChoices):
        MODULE = "module"  # handler is an importable "package.module:function"
        SOURCE = "source"  # source is the text of a module with lambda_handler(event, context)
        INVOKE = "invoke"  # invoke_url is a Lambda-compatible Invoke address

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=140)
    description = models.CharField(max_length=256, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.MODULE)
    handler = models.CharField(max_length=256, blank=True)
    source = models.TextField(blank=True)
    invoke_url = models.CharField(max_length=2048, blank=True)
    environment = models.JSONField(default=dict)
    timeout_seconds = models.PositiveIntegerField(default=30)
    # Who may invoke it. Without a statement for secretsmanager.amazonaws.com RotateSecret is refused; "" is no policy.
    resource_policy = models.TextField(blank=True, default=secrets_manager_may_invoke)
    # The type of managed external secrets that it rotates; "" for a function that is chosen by its ARN.
    external_type = models.CharField(max_length=256, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "region", "name"], name="one_function_per_name"),
            models.UniqueConstraint(
                fields=["account", "region", "external_type"],
                condition=~Q(external_type=""),
                name="one_function_per_external_type",
            ),
            models.CheckConstraint(
                condition=Q(kind="module", source="", invoke_url="") & ~Q(handler="")
                | Q(kind="source", handler="", invoke_url="") & ~Q(source="")
                | Q(kind="invoke", handler="", source="") & ~Q(invoke_url=""),
                name="function_is_of_one_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def arn(self) -> str:
        return arns.function(self.region, self.account_id, self.name)


class RotationConfiguration(models.Model):
    """How a secret is rotated. Stays, disabled, after CancelRotateSecret; absent until rotation was ever set up."""

    secret = models.OneToOneField(
        Secret, on_delete=models.CASCADE, related_name="rotation_configuration", primary_key=True
    )
    enabled = models.BooleanField()
    function_arn = models.CharField(max_length=2048, blank=True)  # "" for managed rotation
    automatically_after_days = models.PositiveIntegerField(null=True)
    schedule_expression = models.CharField(max_length=256, blank=True)
    duration = models.CharField(max_length=3, blank=True)
    external_metadata = models.JSONField(default=list)
    external_role_arn = models.CharField(max_length=2048, blank=True)
    enabled_at = models.DateTimeField()  # base of rate() schedules until something was rotated
    last_rotated_at = models.DateTimeField(null=True)
    value_changed_at = models.DateTimeField(null=True)  # a manual change counts as a rotation for rate()
    next_window_start = models.DateTimeField(null=True)
    next_window_end = models.DateTimeField(null=True)  # its last second is NextRotationDate

    class Meta:
        indexes = [
            models.Index(fields=["next_window_start"], name="rotation_due", condition=Q(enabled=True)),
        ]


class RotationRun(models.Model):
    """One rotation of one secret, from its first step to its end; claimed by a scheduler with a lease."""

    class State(models.TextChoices):
        RUNNING = "running"  # due, or being worked on while the lease holds
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        ABANDONED = "abandoned"
        CANCELLED = "cancelled"

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="rotation_runs")
    version_id = models.CharField(max_length=64)  # "" for a check of the stored credential
    test_only = models.BooleanField(default=False)  # RotateImmediately=false: testSecret alone; or a check
    function_arn = models.CharField(max_length=2048, blank=True)
    rotation_token_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    step = models.CharField(max_length=16, blank=True)  # createSecret ... finishSecret; "" before the first
    attempts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    retry_until = models.DateTimeField(null=True)  # end of the window it belongs to
    error = models.CharField(max_length=1024, blank=True)
    due_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret"], condition=Q(state="running"), name="one_running_rotation"),
        ]
        indexes = [models.Index(fields=["due_at"], name="rotation_run_due", condition=Q(state="running"))]

    @property
    def is_check(self) -> bool:
        """Of the stored credential: no version belongs to it."""
        return self.test_only and not self.version_id


class RotationStep(models.Model):
    """One step of one attempt: when, how it ended, what the function printed (known values scrubbed)."""

    run = models.ForeignKey(RotationRun, on_delete=models.CASCADE, related_name="steps")
    attempt = models.PositiveIntegerField()
    step = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    succeeded = models.BooleanField(null=True)
    error = models.CharField(max_length=1024, blank=True)
    log = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
