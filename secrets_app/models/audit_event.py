from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q


class RowNumber(models.BigAutoField):  # type: ignore[type-arg]  # generic for the type checker alone
    """SQLite: without AUTOINCREMENT, whose own table would be read and written with every event.

    What it is for, that the number of the newest row is never given again after its deletion, the audit trail doesn't
    need: its rows are chained, and the newest is never pruned.
    """

    def db_type_suffix(self, connection: BaseDatabaseWrapper) -> str | None:
        return None if connection.vendor == "sqlite" else super().db_type_suffix(connection)


class AuditEvent(models.Model):
    """One attempted call, allowed or not, from either door, or what the service did by itself. Never holds a value.

    Plain columns instead of foreign keys: an event outlives the secret it is about. Rows are written by raw SQL
    (audit.py), so a column without a value is "" or NULL there, never left out. A column is added at the end, nullable:
    the MACs of the rows that are there cover what they held (audit_chain.py).
    """

    id = RowNumber(primary_key=True)
    request_id = models.CharField(max_length=36)
    at = models.DateTimeField()
    account = models.CharField(max_length=12)
    region = models.CharField(max_length=32)
    event_source = models.CharField(max_length=64)  # "secretsmanager.amazonaws.com"
    event_name = models.CharField(max_length=64)  # "PutSecretValue"
    read_only = models.BooleanField()
    door = models.CharField(max_length=8)  # "api", "console" or "worker"
    principal_arn = models.CharField(max_length=256)
    access_key_id = models.CharField(max_length=32, blank=True)
    source_ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=256, blank=True)
    secret_pk = models.BigIntegerField(null=True)
    secret_name = models.CharField(max_length=512, blank=True)
    request_parameters = models.TextField()  # JSON, without sensitive members
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.CharField(max_length=2048, blank=True)
    # Since events are chained; NULL before.
    user_identity = models.TextField(null=True)  # noqa: DJ001  JSON: what the ARN doesn't tell of CloudTrail's userIdentity
    resource_arn = models.CharField(max_length=2048, null=True)  # noqa: DJ001  of the secret or the key it is about

    # The chain; covered by the MAC in their own way.
    chain = models.BigIntegerField(null=True)
    sequence = models.BigIntegerField(null=True)
    mac = models.BinaryField(null=True)

    class Meta:
        # Each further index over all events costs the read path a tenth of its speed (docs/performance.md). Those over
        # changes and errors alone cost a read nothing; audit_reading.py says what it does without any.
        indexes = [
            models.Index(fields=["secret_pk", "id"], name="audit_event_by_secret"),
            models.Index(fields=["secret_pk", "id"], name="audit_change_by_secret", condition=Q(read_only=False)),
            models.Index(fields=["secret_name", "id"], name="audit_change_by_name", condition=Q(read_only=False)),
            models.Index(fields=["account", "region", "id"], name="audit_change", condition=Q(read_only=False)),
            models.Index(fields=["account", "region", "id"], name="audit_error", condition=Q(error_code__gt="")),
        ]
