"""Who sent a request, and for which Region: the signature checked against the key store. Order: security.md 4.3."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from secrets_app.errors import (
    ExpiredTokenException,
    InvalidSignatureException,
    UnrecognizedClientException,
)
from secrets_app.principals import Identity, SigningKey, digest_of_token, signing_key
from secrets_app.sigv4 import verify
from secrets_app.sigv4.canonical_request import Request

# Stands in for the secret of an access key that doesn't exist, so that its refusal takes as long as any other.
_NOBODYS_SECRET = "0" * 40


@dataclass(slots=True)  # not frozen: that triples what making one costs
class Caller:
    identity: Identity
    region: str


def authenticate(request: Request, now: datetime, service: str) -> Caller:
    """Raises one of the authentication errors unless the request was signed, for this service, by a key in force."""
    claim = verify.read_claim(request, now, service)
    key = signing_key(claim.access_key_id)
    is_signed = verify.is_true(claim, request, _NOBODYS_SECRET if key is None else key.secret_access_key)
    if key is None:
        raise _unrecognized()
    if not is_signed:
        raise InvalidSignatureException(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details."
            + verify.explain(claim, request)
        )
    _check_session_token(key, claim.session_token, now)
    if not key.is_active:
        raise _unrecognized()
    return Caller(key.identity, claim.region)


def _check_session_token(key: SigningKey, token: str | None, now: datetime) -> None:
    """A temporary key needs its own token, a long-term key must not come with one."""
    given = digest_of_token(token) if token is not None else ""
    if not hmac.compare_digest(given, key.session_token_digest):
        raise _unrecognized()
    if key.expires_at is not None and key.expires_at <= now:
        raise ExpiredTokenException("The security token included in the request is expired")


def _unrecognized() -> UnrecognizedClientException:
    return UnrecognizedClientException("The security token included in the request is invalid.")
