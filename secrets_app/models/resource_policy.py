from django.db import models

from .secret import Secret


class ResourcePolicy(models.Model):
    """The policy attached to a secret; its text is kept byte for byte."""

    secret = models.OneToOneField(Secret, on_delete=models.CASCADE, related_name="resource_policy", primary_key=True)
    document = models.TextField()
