"""Whether a request was signed by the holder of an access key: what it claims, then whether the claim is true.

`read_claim` needs no key and comes first, so that nobody unsigned reaches the key store; `is_true` compares signatures.
Order of the checks and their texts: security.md 4.3.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from secrets_app.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
)
from secrets_app.regions import is_region

from .canonical_request import HeaderLookup, Request, SignedHeaderMissingError, canonical_request
from .signature import ALGORITHM, TERMINATOR, signature, string_to_sign

CLOCK_WINDOW = timedelta(minutes=5)

# Headers the server acts on: one that came in must have been signed, or somebody on the way could have added it.
_SIGNED_IF_SENT = {
    "x-amz-date": "X-Amz-Date",
    "x-amz-target": "X-Amz-Target",
    "x-amz-security-token": "X-Amz-Security-Token",
}

# As the AWS SDKs write it, all before the signature; anything else is taken apart with care, to say what is wrong.
_USUAL = re.compile(rf"{ALGORITHM} Credential=(?P<Credential>[^\s,=]+), ?SignedHeaders=(?P<SignedHeaders>[^\s,=]+), ?")
_LONGEST_USUAL = 1024
_MOST_REMEMBERED = 128  # few, since nobody has said yet who sent them


@dataclass(slots=True)
class Claim:
    """What the Authorization header says. Nothing of it is proven before `is_true`."""

    access_key_id: str
    region: str
    service: str
    timestamp: str  # "20261124T090000Z"
    signed_headers: tuple[str, ...]
    signature: str
    session_token: str | None


def read_claim(request: Request, now: datetime, service: str) -> Claim:
    """service: the one the request is for, as a credential scope names it ("secretsmanager").

    Raises MissingAuthenticationTokenException, IncompleteSignatureException or InvalidSignatureException.
    """
    header = request.header
    authorization = header("authorization") or ""
    if not authorization.startswith("AWS4-"):
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    algorithm, given = _algorithm_and_parameters(authorization)
    date_header = "x-amz-date" if header("x-amz-date") else "date"
    sent_date = header(date_header) or ""
    _check_complete(given, sent_date, authorization)
    moment = _moment(sent_date, date_header)
    timestamp = sent_date if date_header == "x-amz-date" else _basic_iso(moment)
    _check_clock(moment, timestamp, now)
    signed = _names(given["SignedHeaders"])
    _check_signed_headers(signed, date_header, header)
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). Authorization={authorization}"
        )
    access_key_id, region = _check_scope(given["Credential"], service, timestamp)
    _check_body(request)
    return Claim(
        access_key_id=access_key_id,
        region=region,
        service=service,
        timestamp=timestamp,
        signed_headers=signed,
        signature=given["Signature"],
        session_token=header("x-amz-security-token"),
    )


def is_true(claim: Claim, request: Request, secret_access_key: str) -> bool:
    """Whether the holder of this secret access key signed exactly this request."""
    try:
        canonical = canonical_request(request, claim.signed_headers)
    except (SignedHeaderMissingError, UnicodeEncodeError):
        return False
    expected = signature(
        claim.access_key_id, secret_access_key, claim.timestamp, claim.region, claim.service, canonical
    )
    return hmac.compare_digest(expected.encode(), claim.signature.encode("utf-8", "replace"))


def explain(claim: Claim, request: Request) -> str:
    """What should have been signed, in the service's words (seen in the field; api.md 1.4). No secret is in either
    text; a session token, which is one, is left out. docs/decisions/0011-signature-mismatch-explained.md"""
    try:
        canonical = canonical_request(request, claim.signed_headers)
    except (SignedHeaderMissingError, UnicodeEncodeError):
        return ""
    scope = f"{claim.timestamp[:8]}/{claim.region}/{claim.service}/{TERMINATOR}"
    shown = canonical.decode("latin-1")
    if claim.session_token:
        shown = shown.replace(" ".join(claim.session_token.split()), "(session token)")
    return (
        f"\n\nThe Canonical String for this request should have been\n'{shown}'"
        f"\n\nThe String-to-Sign should have been\n'{string_to_sign(claim.timestamp, scope, canonical)}'\n"
    )


def _algorithm_and_parameters(authorization: str) -> tuple[str, dict[str, str]]:
    before, is_there, signature_ = authorization.partition("Signature=")
    if is_there and signature_.isalnum() and len(before) < _LONGEST_USUAL:
        usual = _usual(before)
        if usual is not None:
            return ALGORITHM, {**usual, "Signature": signature_}
    algorithm, _, rest = authorization.partition(" ")
    return algorithm, _parameters(rest, authorization)


@lru_cache(maxsize=1024)
def _usual(before_signature: str) -> dict[str, str] | None:
    """The same for all that one client sends on one day."""
    found = _USUAL.fullmatch(before_signature)
    return None if found is None else found.groupdict()


def _parameters(text: str, authorization: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise IncompleteSignatureException(
                f"'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."
            )
        if name in found:
            raise IncompleteSignatureException(f"Authorization header has more than one '{name}' parameter.")
        found[name] = value
    return found


def _check_complete(given: dict[str, str], sent_date: str, authorization: str) -> None:
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    if not sent_date:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise IncompleteSignatureException(" ".join([*missing, f"Authorization={authorization}"]))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _moment(sent: str, date_header: str) -> datetime:
    """From ISO 8601 basic format; a Date header may also have its own form. Raises IncompleteSignatureException."""
    try:
        if len(sent) == 16 and sent[8] == "T" and sent[15] == "Z" and sent.isascii():
            # By hand: strptime would cost more than the signature.
            date, time = sent[:8], sent[9:15]
            year, month, day = int(date[:4]), int(date[4:6]), int(date[6:])
            if (date + time).isdecimal():
                return datetime(year, month, day, int(time[:2]), int(time[2:4]), int(time[4:]), tzinfo=UTC)
        if date_header == "date":
            return parsedate_to_datetime(sent).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise IncompleteSignatureException(
        f"Date must be in ISO-8601 'basic format'. Got '{sent}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _basic_iso(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _check_clock(moment: datetime, timestamp: str, now: datetime) -> None:
    if abs(now - moment) <= CLOCK_WINDOW:
        return
    earliest, latest = now - CLOCK_WINDOW, now + CLOCK_WINDOW
    if moment < earliest:
        raise InvalidSignatureException(
            f"Signature expired: {timestamp} is now earlier than {_basic_iso(earliest)} ({_basic_iso(now)} - 5 min.)"
        )
    raise InvalidSignatureException(
        f"Signature not yet current: {timestamp} is still later than {_basic_iso(latest)} ({_basic_iso(now)} + 5 min.)"
    )


@lru_cache(maxsize=_MOST_REMEMBERED)
def _names(signed_headers: str) -> tuple[str, ...]:
    return tuple(signed_headers.split(";"))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _not_signed(signed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, shown) for name, shown in _SIGNED_IF_SENT.items() if name not in signed)


def _check_signed_headers(signed: tuple[str, ...], date_header: str, header: HeaderLookup) -> None:
    unsigned = [shown for name, shown in _not_signed(signed) if header(name) is not None]
    if "host" not in signed:
        unsigned.insert(0, "Host")
    if date_header == "date" and "date" not in signed:
        unsigned.append("Date")
    if unsigned:
        raise InvalidSignatureException(f"'{unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization.")


@lru_cache(maxsize=_MOST_REMEMBERED)
def _check_scope(credential: str, service: str, timestamp: str) -> tuple[str, str]:
    """The access key id and the Region."""
    parts = credential.split("/")
    if len(parts) != 5:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential}'"
        )
    access_key_id, date, region, scoped_service, terminator = parts
    wrong = []
    if not is_region(region):
        wrong.append(f"Credential should be scoped to a valid region, not '{region}'. ")
    if scoped_service != service:
        wrong.append(f"Credential should be scoped to correct service: '{service}'. ")
    if terminator != TERMINATOR:
        wrong.append(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. ")
    if date != timestamp[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if wrong:
        raise InvalidSignatureException("".join(wrong))
    return access_key_id, region


def _check_body(request: Request) -> None:
    """Some SDKs send the body's hash. Payloads left unsigned or streamed in signed chunks are for S3 alone."""
    sent = request.header("x-amz-content-sha256")
    if sent is not None and sent != request.body_sha256:
        raise InvalidSignatureException("The value of the 'X-Amz-Content-SHA256' header is not the hash of the body.")
