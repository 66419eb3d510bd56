"""The page of one secret: described once, then laid out as details and the panels of one tab."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from console.http import ConsoleRequest
from console.secret import (
    actions_menu,
    deletion,
    details,
    history,
    permissions,
    replication,
    rotation,
    sample_code,
    versions,
)
from console.secret._for_secret import for_secret, tab_of, url_of
from secrets_app import operations
from secrets_app.results import Description

Panel = Callable[[ConsoleRequest, Description], dict[str, Any]]

TABS = {
    "overview": "Overview",
    "rotation": "Rotation",
    "versions": "Versions",
    "replication": "Replication",
    "tags": "Tags",
    "history": "Event history",
}
# What each tab's panels need beyond the description. A panel without an entry needs nothing more.
_PANELS: dict[str, tuple[Panel, ...]] = {
    "overview": (permissions.panel, sample_code.panel),
    "rotation": (rotation.panel,),
    "versions": (versions.panel,),
    "replication": (replication.panel,),
    "tags": (),
    "history": (history.panel,),
}
# Operations whose controls the templates switch off where the secret's state refuses them.
_OPERATIONS = (
    "GetSecretValue",
    "PutSecretValue",
    "UpdateSecret",
    "UpdateSecretVersionStage",
    "TagResource",
    "PutResourcePolicy",
    "RotateSecret",
    "CancelRotateSecret",
    "ReplicateSecretToRegions",
    "DeleteSecret",
)


@for_secret
@require_GET
@gzip_page  # no value is ever on it: those are the answers to a POST, which are not compressed (BREACH)
def show(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The whole page; for a tab asked by htmx only the secret's part of it."""
    template = "console/secret/_secret.html" if request.htmx else "console/secret/page.html"
    return render(request, template, context(request, secret_id))


def context(request: ConsoleRequest, secret_id: str) -> dict[str, Any]:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    secret = described.secret
    tab = tab_of(request)
    tab = tab if tab in TABS else "overview"
    found: dict[str, Any] = {
        "described": described,
        "secret": secret,
        "tab": tab,
        "tabs": [
            {"id": key, "label": label, "url": url_of("secret", secret.name, secret.region, tab=key)}
            for key, label in TABS.items()
        ],
        "actions": actions_menu.items(described),
        "refused": {operation: actions_menu.reason(described, operation) for operation in _OPERATIONS},
        "encryption_key": details.key_label(request, secret),
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Secrets", "url": reverse("secrets-list")},
            {"label": secret.name, "url": ""},
        ],
        "page_url": url_of("secret", secret.name, secret.region, tab=tab),
    }
    for panel in (deletion.panel, *_PANELS[tab]):
        found.update(panel(request, described))
    return found
