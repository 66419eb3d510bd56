"""The string to sign, the signing key derived from a secret access key, and the signature made of the two."""

import hashlib
import hmac

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"

# Derived keys by (access key id, digest of its secret, date, Region, service). The digest makes a changed secret
# a different entry, and keeps the secret itself out of this table. A derived key is good for one day and Region.
_derived: dict[tuple[str, bytes, str, str, str], bytes] = {}
_MOST_DERIVED = 4096


def signature(
    access_key_id: str, secret_access_key: str, timestamp: str, region: str, service: str, canonical_request: bytes
) -> str:
    """64 hexadecimal digits. timestamp: "20261124T090000Z"; its first eight characters are the date of the scope."""
    date = timestamp[:8]
    text = string_to_sign(timestamp, f"{date}/{region}/{service}/{TERMINATOR}", canonical_request)
    key = signing_key(access_key_id, secret_access_key, date, region, service)
    return hmac.digest(key, text.encode(), "sha256").hex()


def string_to_sign(timestamp: str, scope: str, canonical_request: bytes) -> str:
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{hashlib.sha256(canonical_request).hexdigest()}"


def signing_key(access_key_id: str, secret_access_key: str, date: str, region: str, service: str) -> bytes:
    secret = secret_access_key.encode()
    entry = (access_key_id, hashlib.sha256(secret).digest(), date, region, service)
    key = _derived.get(entry)
    if key is None:
        key = b"AWS4" + secret
        for part in (date, region, service, TERMINATOR):
            key = hmac.digest(key, part.encode(), "sha256")
        if len(_derived) >= _MOST_DERIVED:
            _derived.clear()
        _derived[entry] = key
    return key
