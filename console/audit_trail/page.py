"""Event history: every attempted call of the account in the Region, allowed or not, from either door."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from console.htmx import dialog
from console.http import ConsoleRequest
from secrets_app import audit_reading, service_events
from secrets_app.errors import AwsError
from secrets_app.service_model import OWN, service

if TYPE_CHECKING:
    from secrets_app.models import AuditEvent

_DOORS = {"api": "API", "console": "Console", "worker": "Service"}


class FilterForm(forms.Form):
    secret = forms.CharField(label="Secret name", required=False, max_length=512)
    event = forms.ChoiceField(label="Event name", required=False)
    user = forms.CharField(label="User name", required=False, max_length=64)
    changes = forms.BooleanField(label="Changes only", required=False)
    failures = forms.BooleanField(label="Errors only", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.optional_mark = False  # type: ignore[attr-defined]
        operations = {name for known in ("secretsmanager", "kms", "sts", OWN) for name in service(known).operations}
        names = sorted(operations.union(service_events.NAMES))
        self.fields["event"].choices = [("", "All events"), *((name, name) for name in names)]  # type: ignore[attr-defined]

    def wanted(self) -> audit_reading.Wanted:
        """An invalid field filters nothing; its error is shown beside it."""
        given = self.cleaned_data
        return audit_reading.Wanted(
            secret_name=given.get("secret", ""),
            event_name=given.get("event", ""),
            principal=given.get("user", ""),
            only_changes=bool(given.get("changes")),
            only_errors=bool(given.get("failures")),
        )


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    form.is_valid()
    context: dict[str, Any] = {
        "form": form,
        "is_filtered": any(form.cleaned_data.values()),
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Event history", "url": ""},
        ],
    }
    query = {key: value for key, value in request.GET.items() if key in form.fields and value}
    query["region"] = request.call.region
    try:
        page = audit_reading.events(request.call, form.wanted(), before=position(request))
    except AwsError as error:
        context |= {"events": [], "events_error": error.message}
    else:
        context["events"] = entries(page.items)
        context["older_url"] = _url({**query, "before": page.next_token}) if page.next_token else ""
        context["newest_url"] = _url(query) if position(request) else ""
    return render(request, "console/audit_trail/page.html", context)


@require_GET
def details(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Everything one event holds, in a dialog. There is no value in it: none was written."""
    event = audit_reading.event(request.call, pk)
    if event is None:
        raise Http404
    return dialog(request, "console/audit_trail/details.html", {"entry": entries([event])[0]})


def position(request: HttpRequest) -> int | None:
    """Where the page begins: below the event with this number."""
    before = request.GET.get("before", "")
    return int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None


def entries(events: "Iterable[AuditEvent]") -> list[dict[str, Any]]:
    """Events as the table and the dialog show them."""
    return [
        {
            "event": event,
            "user": event.principal_arn.split(":", 5)[-1],
            "door": _DOORS.get(event.door, event.door),
            "outcome": event.error_code or "Success",
            "parameters": json.dumps(json.loads(event.request_parameters), indent=2, ensure_ascii=False),
            "url": reverse("audit-trail-details", args=[event.pk], query={"region": event.region}),
        }
        for event in events
    ]


def _url(query: dict[str, Any]) -> str:
    return reverse("audit-trail", query=query)
