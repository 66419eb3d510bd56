import uuid

from django.db import models

from .principal import Principal


class SecretDraft(models.Model):
    """What somebody has typed so far for a secret that is not stored yet. For that person, in that session, only.

    sealed: everything typed, the value too, under the root key; emptied when the secret is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="secret_drafts")
    session_digest = models.CharField(max_length=64)
    sealed = models.BinaryField()
    stored_name = models.CharField(max_length=512, blank=True)  # of the secret it became
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="secret_draft_expiry")]
