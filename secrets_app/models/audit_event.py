from django.db import models


class AuditEvent(models.Model):
    """One attempted call, allowed or not, from either door, or what the service did by itself. Never holds a value.

    Plain columns instead of foreign keys: an event outlives the secret it is about. Rows are written by raw SQL
    (audit.py), so a column without a value is "" or NULL there, never left out.
    """

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

    class Meta:
        # Each further index costs the read path a tenth of its speed (docs/performance.md).
        indexes = [models.Index(fields=["secret_pk", "id"], name="audit_event_by_secret")]
