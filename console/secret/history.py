"""Event history of one secret: who read it, who changed it, who was refused."""

from typing import Any

from console.audit_trail.page import entries, position
from console.http import ConsoleRequest
from console.secret._for_secret import url_of
from secrets_app import audit_reading
from secrets_app.errors import AwsError
from secrets_app.results import Description


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    secret = described.secret
    wanted = audit_reading.Wanted()
    try:
        page = audit_reading.events(request.call, wanted, secret_pk=secret.pk, before=position(request))
    except AwsError as error:
        return {"events": [], "events_error": error.message}
    older = {"before": page.next_token} if page.next_token else None
    return {
        "events": entries(page.items),
        "older_url": url_of("secret", secret.name, secret.region, tab="history", **older) if older else "",
        "newest_url": url_of("secret", secret.name, secret.region, tab="history") if position(request) else "",
    }
