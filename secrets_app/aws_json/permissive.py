"""AUTH=permissive, for other people's test suites: any credentials, or none, are taken for an administrator's.

A signature that is right still acts for its own principal. All after that is real: policies, encryption, audit. What
is refused is what only a web page in somebody's browser sends, see docs/threat-model.md.
"""

import re
from datetime import UTC, datetime

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from secrets_app import accounts
from secrets_app.errors import (
    AccessDeniedException,
    AwsError,
    InvalidSignatureException,
    UnrecognizedClientException,
)
from secrets_app.regions import is_region
from secrets_app.sigv4.canonical_request import Request

from . import authentication
from .authentication import Caller

_CREDENTIAL = re.compile(r"\bCredential=([^,\s]*)")
_ACCOUNT = re.compile(r"[0-9]{12}")
_LONGEST_ACCESS_KEY_ID = 32  # as the audit trail keeps it
# No SDK sends them, and no page can leave them out of what it posts to another origin.
_SENT_BY_BROWSERS = ("origin", "sec-fetch-site")


def authenticate(request: Request, now: datetime, service: str) -> Caller:
    """Raises AccessDeniedException for what a web page sends, and the usual error for a Region that isn't one."""
    try:
        return authentication.authenticate(request, _senders_clock(request) or now, service)
    except AwsError:
        return _administrator(request, now)


def _administrator(request: Request, now: datetime) -> Caller:
    _refuse_web_pages(request)
    access_key_id, region = _claimed(request.header("authorization") or "")
    if not is_region(region):
        raise InvalidSignatureException(f"Credential should be scoped to a valid region, not '{region}'. ")
    account = access_key_id if _ACCOUNT.fullmatch(access_key_id) else settings.DEMO_ACCOUNT
    identity = accounts.administrator_by_use(account, access_key_id[:_LONGEST_ACCESS_KEY_ID], now)
    if identity is None:
        raise UnrecognizedClientException("The security token included in the request is invalid.")
    return Caller(identity, region)


def _claimed(authorization: str) -> tuple[str, str]:
    """The access key id, "" for none, and the Region: that of the credential scope, else the home Region."""
    found = _CREDENTIAL.search(authorization)
    access_key_id, *scope = found[1].split("/") if found else [""]
    return access_key_id, scope[1] if len(scope) > 1 else settings.HOME_REGION


def _refuse_web_pages(request: Request) -> None:
    """A page from anywhere may post to this machine without asking, and by DNS rebinding may call it its own host."""
    for name in _SENT_BY_BROWSERS:
        if request.header(name) is not None:
            raise AccessDeniedException(
                f"A request with the header {name.title()} comes from a web page, and AUTH=permissive takes none of "
                "them unless they are signed with an access key of this server."
            )
    domain, _ = split_domain_port(request.header("host") or "")
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise AccessDeniedException(
            "AUTH=permissive takes requests for this machine's own names only: add others to ALLOWED_HOSTS."
        )


def _senders_clock(request: Request) -> datetime | None:
    """The moment the request says it was signed: with a right signature it is believed."""
    try:
        return datetime.strptime(request.header("x-amz-date") or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
