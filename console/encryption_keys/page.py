"""Encryption keys of the Region: what protects which secrets; add, switch off and on, delete."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from console.encryption_keys import actions
from console.http import ConsoleRequest
from secrets_app.errors import AwsError
from secrets_app.kms import choices
from secrets_app.kms.choices import KeyEntry

STATUS = {"Enabled": "success", "Disabled": "stopped", "PendingDeletion": "warning"}


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/encryption_keys/page.html", context(request))


def context(request: ConsoleRequest) -> dict[str, Any]:
    region = request.call.region
    found: dict[str, Any] = {
        "page_url": reverse("encryption-keys", query={"region": region}),
        "create_url": reverse("encryption-keys-create", query={"region": region}),
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Encryption keys", "url": ""},
        ],
    }
    try:
        found["keys"] = [_row(entry, region) for entry in choices.all_keys(request.call)]
    except AwsError as error:
        found |= {"keys": [], "error": error.message}
    return found


def _row(entry: KeyEntry, region: str) -> dict[str, Any]:
    return {
        "entry": entry,
        "url": actions.url_of_key(entry.choice.key_id, region),
        "actions": actions.of_row(entry, region),
        "status": STATUS.get(entry.state, "info"),
    }
