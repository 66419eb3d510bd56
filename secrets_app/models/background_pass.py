from django.db import models


class BackgroundPass(models.Model):
    """How one kind of the scheduler's work went last, and whose turn it is. Workers write it; a person reads it."""

    name = models.CharField(primary_key=True, max_length=32)
    last_run_at = models.DateTimeField(null=True)
    last_duration_ms = models.PositiveIntegerField(default=0)
    last_done = models.PositiveIntegerField(default=0)
    done_in_all = models.PositiveBigIntegerField(default=0)
    next_run_at = models.DateTimeField(null=True)
    errors_in_all = models.PositiveBigIntegerField(default=0)
    last_error = models.CharField(max_length=64, blank=True)  # its kind: a message could quote a value
    last_error_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
