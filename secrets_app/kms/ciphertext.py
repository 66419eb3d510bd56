"""What KMS hands out as a CiphertextBlob: data under a backing key, which says itself which one opens it.

    0x01 | number of the backing key, 4 bytes | length of the key's ARN, 2 bytes | the ARN | nonce | ciphertext and tag

AES-256-GCM. Everything before the nonce and the encryption context are authenticated. Real blobs are as opaque to
their holders; nobody but this server reads them.
"""

import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import envelope

_FIRST = struct.Struct(">BIH")
_FORMAT = 1
_NONCE_BYTES, _TAG_BYTES = 12, 16


@dataclass(frozen=True, slots=True)
class Ciphertext:
    key_arn: str
    backing_key_number: int
    header: bytes
    sealed: bytes


def seal(key_arn: str, number: int, material: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    arn = key_arn.encode()
    header = _FIRST.pack(_FORMAT, number, len(arn)) + arn
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return header + nonce + AESGCM(material).encrypt(nonce, plaintext, header + envelope.authenticated(context))


def read(blob: bytes) -> Ciphertext | None:
    """What it says of itself, of which nothing is proven yet. None: not one of ours."""
    if len(blob) < _FIRST.size:
        return None
    version, number, length = _FIRST.unpack_from(blob)
    end = _FIRST.size + length
    if version != _FORMAT or len(blob) < end + _NONCE_BYTES + _TAG_BYTES:
        return None
    try:
        arn = blob[_FIRST.size : end].decode("ascii")
    except UnicodeDecodeError:
        return None
    return Ciphertext(arn, number, blob[:end], blob[end:])


def unseal(ciphertext: Ciphertext, material: bytes, context: Mapping[str, str]) -> bytes:
    """Raises envelope.InvalidTag if a bit, the key or the context differs."""
    nonce, sealed = ciphertext.sealed[:_NONCE_BYTES], ciphertext.sealed[_NONCE_BYTES:]
    return AESGCM(material).decrypt(nonce, sealed, ciphertext.header + envelope.authenticated(context))
