"""Envelope encryption: a value under its own data key, the data key under a KMS key's backing key.

AES-256-GCM with a random 96-bit nonce in front of the ciphertext. The encryption context (secret ARN and version id)
is authenticated at both levels, so neither a ciphertext nor a wrapped key can be moved to another version.
"""

import secrets
from collections.abc import Mapping

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


TO_VALIDATE_ACCESS = "RequestToValidateKeyAccess"  # in place of a version id, when a secret's key is set (documented)


def encryption_context(secret_arn: str, version_id: str) -> dict[str, str]:
    """As AWS names it (user guide, "Secret encryption and decryption")."""
    return {"SecretARN": secret_arn, "SecretVersionId": version_id}


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, authenticated(context))


def unseal(key: bytes, sealed: bytes, context: Mapping[str, str]) -> bytes:
    """Raises InvalidTag if a bit, the key or the context differs."""
    return unseal_under(key, sealed, authenticated(context))


def unseal_under(key: bytes, sealed: bytes, authenticated_context: bytes) -> bytes:
    """For several under one context."""
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], authenticated_context)


def authenticated(context: Mapping[str, str]) -> bytes:
    """One text for each context, whatever the order of its pairs: JSON with sorted keys."""
    return orjson.dumps(context, option=orjson.OPT_SORT_KEYS)


__all__ = [
    "KEY_BYTES",
    "TO_VALIDATE_ACCESS",
    "InvalidTag",
    "authenticated",
    "encryption_context",
    "new_key",
    "seal",
    "unseal",
    "unseal_under",
]
