from django.db import models
from django.db.models import Q

from .principal import Principal


class AccessKey(models.Model):
    """An access key of a principal; with a session token it is temporary, and what it may do can be narrowed."""

    access_key_id = models.CharField(primary_key=True, max_length=32)
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="access_keys")
    sealed_secret = models.BinaryField()  # the secret access key under the root key: SigV4 needs it back in clear
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    # The last use, to some minutes: see last_use.py.
    last_used_at = models.DateTimeField(null=True)
    last_used_region = models.CharField(max_length=32, blank=True)
    last_used_service = models.CharField(max_length=32, blank=True)

    # Of a temporary key.
    session_token_digest = models.CharField(max_length=64, blank=True)  # SHA-256 hex; "" for a long-term key
    session_name = models.CharField(max_length=64, blank=True)  # of a role's session
    session_policy = models.TextField(blank=True)
    session_managed_policies = models.JSONField(default=list)  # [[ARN, document], ...] as they were when it began
    session_tags = models.JSONField(default=dict)
    transitive_tag_keys = models.JSONField(default=list)
    source_identity = models.CharField(max_length=64, blank=True)
    is_multi_factor = models.BooleanField(default=False)
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
