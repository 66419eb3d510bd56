"""Changes to many secrets: chosen in the list, confirmed in a dialog, done by the scheduler, watched on a page."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from console.equivalent_call import many_secrets, shown
from console.equivalent_call.calls import EquivalentCall
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import url_of
from console.secrets_list import bulk_forms
from secrets_app import arns, bulk_changes
from secrets_app.bulk_changes import MOST_SECRETS, Progress
from secrets_app.deletion import LONGEST_DAYS, SHORTEST_DAYS

if TYPE_CHECKING:
    from secrets_app.models import BulkChangeItem

# What the Actions menu offers: kind of change -> its label.
ACTIONS = {
    "tag": "Add tags",
    "rotate": "Rotate secrets",
    "replicate": "Replicate secrets",
    "delete": "Schedule deletion",
}
DUPLICATE = "duplicate"  # of one secret, and no change to it
_FEW = 8  # are shown by name without being asked for
_OUTCOMES = {"waiting": ("pending", "Waiting"), "done": ("success", "Done"), "refused": ("error", "Refused")}


@require_POST
def change(request: ConsoleRequest, kind: str) -> HttpResponse:
    """First the dialog that says what will happen to the chosen secrets; confirmed by it, the change."""
    if kind not in (*ACTIONS, DUPLICATE):
        raise Http404
    chosen = _chosen(request)
    if not chosen:
        return dialog(request, "console/secrets_list/bulk/none.html", {}, status=422)
    if kind == DUPLICATE:
        return _duplicate(request, chosen)
    is_confirmed = request.POST.get("confirmed") == "1"
    own_regions = sorted({secret.region for secret in chosen})
    form = bulk_forms.form_of(kind, request.POST if is_confirmed else None, own_regions=own_regions)
    if is_confirmed and form.is_valid():
        started = bulk_changes.start(request.call, kind, form.parameters(), chosen, _token(request))
        target = reverse("secrets-list-bulk-progress", args=[started.pk])
        return HttpResponseClientRedirect(target) if request.htmx else redirect(target)
    context = {
        "form": form,
        "action": reverse("secrets-list-bulk", args=[kind]),
        "chosen": _named(chosen),
        "few": len(chosen) <= _FEW,
        "count": bulk_forms.counted(len(chosen)),
        "token": _token(request),
        "regions": own_regions,
        "earliest": request.call.now + timedelta(days=SHORTEST_DAYS),
        "latest": request.call.now + timedelta(days=LONGEST_DAYS),
    }
    return dialog(request, f"console/secrets_list/bulk/{kind}.html", context, status=422 if is_confirmed else 200)


def _token(request: ConsoleRequest) -> uuid.UUID:
    """Of the dialog, from the moment it is shown: confirmed twice, which needs no script, it is one change."""
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _duplicate(request: ConsoleRequest, chosen: list[arns.SecretArn]) -> HttpResponse:
    """Of one secret, in the dialog of its own page's menu."""
    if len(chosen) != 1:
        return dialog(request, "console/secrets_list/bulk/several.html", {}, status=422)
    (secret,) = chosen
    # A browser asks for it again as a page, htmx as a dialog.
    return redirect(url_of("store-secret-duplicate", secret.name, secret.region))


def _chosen(request: ConsoleRequest) -> list[arns.SecretArn]:
    """The rows that were marked, as ARNs: a name may by now be another secret's."""
    read = (arns.read_secret(arn) for arn in dict.fromkeys(request.POST.getlist("secret")))
    return [secret for secret in read if secret and secret.suffix and secret.account == request.call.account][
        :MOST_SECRETS
    ]


def _named(chosen: list[arns.SecretArn]) -> list[dict[str, str]]:
    return [
        {
            "name": secret.name,
            "region": secret.region,
            "arn": arns.secret(secret.region, secret.account, secret.name, secret.suffix),
        }
        for secret in chosen
    ]


# --- afterwards ----------------------------------------------------------------------------------


@require_GET
def progress(request: ConsoleRequest, pk: int) -> HttpResponse:
    """How far it is, asking again while it is under way. It goes on without the page."""
    found = bulk_changes.progress(request.call, pk)
    if found is None:
        raise Http404
    context = {
        "progress": found,
        "title": _title(found),
        "kind_label": ACTIONS[found.change.kind],
        "items": [_item(item) for item in bulk_changes.items(found)],
        "url": reverse("secrets-list-bulk-progress", args=[pk]),
        "calls": shown.context(_calls(found), "made"),
        "again_url": reverse("secrets-list-bulk", args=[found.change.kind]),
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Secrets", "url": reverse("secrets-list")},
            {"label": "Bulk changes", "url": reverse("secrets-list-bulk-recent")},
            {"label": _title(found), "url": ""},
        ],
    }
    is_part = request.htmx and not request.htmx.history_restore_request
    template = "console/secrets_list/bulk/_swapped.html" if is_part else "console/secrets_list/bulk/progress.html"
    return render(request, template, context)


@require_GET
def recent(request: ConsoleRequest) -> HttpResponse:
    """What the person has changed in bulk within the last days."""
    context = {
        "changes": [_entry(found) for found in bulk_changes.recent(request.call)],
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Secrets", "url": reverse("secrets-list")},
            {"label": "Bulk changes", "url": ""},
        ],
    }
    return render(request, "console/secrets_list/bulk/recent.html", context)


def under_way(request: ConsoleRequest) -> list[dict[str, Any]]:
    """For the list: what of this person's is still being done."""
    return [_entry(found) for found in bulk_changes.under_way(request.call)]


def _calls(found: Progress) -> list[EquivalentCall]:
    """What is called for each of the secrets: they are the calls of the operations, not of the change."""
    change = found.change
    return many_secrets.made(change.kind, [item.arn for item in bulk_changes.items(found)], change.parameters)


def _entry(found: Progress) -> dict[str, Any]:
    return {
        "progress": found,
        "title": _title(found),
        "url": reverse("secrets-list-bulk-progress", args=[found.change.pk]),
    }


def _title(found: Progress) -> str:
    return f"{ACTIONS[found.change.kind]}: {bulk_forms.counted(found.total)}"


def _item(item: "BulkChangeItem") -> dict[str, Any]:
    status, outcome = _OUTCOMES[item.outcome]
    return {"item": item, "url": url_of("secret", item.name, item.region), "status": status, "outcome": outcome}
