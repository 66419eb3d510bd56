"""Condition keys of KMS (developer guide, "AWS KMS condition keys")."""

from collections.abc import Mapping
from typing import Any

SYMMETRIC = "SYMMETRIC_DEFAULT"  # spec and algorithm of the one kind of key there is here
OF_EVERY_KEY = {
    "kms:KeySpec": SYMMETRIC,
    "kms:KeyUsage": "ENCRYPT_DECRYPT",
    "kms:KeyOrigin": "AWS_KMS",
    "kms:MultiRegion": "false",
}


def of_cryptography(encryption_context: Mapping[str, str], algorithm: str = SYMMETRIC) -> dict[str, Any]:
    """What a policy may ask of a cryptographic operation."""
    return {
        **OF_EVERY_KEY,
        "kms:EncryptionAlgorithm": algorithm,
        **({"kms:EncryptionContextKeys": list(encryption_context)} if encryption_context else {}),
        **{f"kms:EncryptionContext:{name}": value for name, value in encryption_context.items()},
    }
