"""The operations of STS: who calls, and roles to be assumed. Registered against STS's own model."""

from .identity import CallerIdentity, get_caller_identity
from .sessions import AssumedRole, assume_role

__all__ = ["AssumedRole", "CallerIdentity", "assume_role", "get_caller_identity"]
