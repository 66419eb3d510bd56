"""Reading the audit trail: who did what when, newest first. Needs cloudtrail:LookupEvents, as at AWS."""

from dataclasses import dataclass

from secrets_app.call import Call
from secrets_app.models import AuditEvent
from secrets_app.results import Page

LOOKUP = "cloudtrail:LookupEvents"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; "" and False look for everything."""

    secret_name: str = ""
    event_name: str = ""
    principal: str = ""  # the end of a principal's ARN: "alice"
    only_changes: bool = False
    only_errors: bool = False


def events(
    call: Call, wanted: Wanted, *, secret_pk: int | None = None, before: int | None = None, size: int = 50
) -> Page[AuditEvent]:
    """Events of the caller's account in the call's Region. before: the next_token of the page above, as a number.

    secret_pk: of one secret; one that was deleted and made again under the same name is another.
    """
    call.authorize(action=LOOKUP)
    found = AuditEvent.objects.filter(account=call.account, region=call.region).order_by("-id")
    if secret_pk is not None:
        found = found.filter(secret_pk=secret_pk)
    if wanted.secret_name:
        found = found.filter(secret_name=wanted.secret_name)
    if wanted.event_name:
        found = found.filter(event_name=wanted.event_name)
    if wanted.principal:
        found = found.filter(principal_arn__endswith=f"/{wanted.principal}")
    if wanted.only_changes:
        found = found.filter(read_only=False)
    if wanted.only_errors:
        found = found.exclude(error_code="")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: size + 1])
    return Page(rows[:size], str(rows[size - 1].pk) if len(rows) > size else None)


def event(call: Call, pk: int) -> AuditEvent | None:
    call.authorize(action=LOOKUP)
    return AuditEvent.objects.filter(pk=pk, account=call.account, region=call.region).first()
