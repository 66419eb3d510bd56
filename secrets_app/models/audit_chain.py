from django.db import models


class AuditLedger(models.Model):
    """What is known of the audit trail as a whole: its key, how many chains there are, and what came before them.

    One row, with id 1. Written by secrets_app/audit_chain.py, which says how all this fits together.
    """

    sealed_key = models.BinaryField()  # under the root key; every chain's key is derived from it
    begun_at = models.DateTimeField()
    chains = models.BigIntegerField(default=0)
    unchained_events = models.BigIntegerField(default=0)  # those of versions that had no chains
    unchained_digest = models.BinaryField()  # SHA-256 over all of them
    seal = models.BinaryField()


class AuditChain(models.Model):
    """One writer's chain of events: where it ends, and where it begins since events were pruned."""

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 ... without a gap
    sequence = models.BigIntegerField(default=0)  # of the last event; 0: none yet
    mac = models.BinaryField()  # of the last event
    seal = models.BinaryField()  # over the three above
    pruned_sequence = models.BigIntegerField(default=0)  # of the last event that was pruned; 0: none was
    pruned_mac = models.BinaryField()
    pruned_seal = models.BinaryField()
