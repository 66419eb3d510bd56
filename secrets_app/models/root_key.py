from django.db import models


class RootKeyCheck(models.Model):
    """A sealed known text: tells at start whether the root key is the one this database was written under."""

    sealed = models.BinaryField()
