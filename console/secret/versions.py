"""Versions: every version with its staging labels; retrieve any of them, and make an older one current again."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import asked_of_page, for_secret, url_of
from console.secret._saved import secret_saved
from console.secret.shown_value import SHOWN_FOR_SECONDS, shown
from secrets_app import operations
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.results import Description

_MOST_VERSIONS = 100  # of one secret: they are one page


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    """?deprecated=1 shows versions without staging labels as well."""
    deprecated = asked_of_page(request, "deprecated") == "1"
    secret = described.secret
    context: dict[str, Any] = {
        "deprecated": deprecated,
        "toggle_url": url_of(
            "secret", secret.name, secret.region, tab="versions", **({} if deprecated else {"deprecated": "1"})
        ),
    }
    try:
        page = operations.list_secret_version_ids(
            request.call, secret_id=secret.arn, include_deprecated=deprecated, max_results=_MOST_VERSIONS
        )
    except AccessDeniedException as error:  # the rest of the page is not to suffer
        return {**context, "versions_refused": error.message}
    return {**context, "versions": page.versions}


@for_secret
@require_POST
@never_cache
def retrieve(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """One version's value, in a dialog."""
    context: dict[str, Any] = {"version_id": request.GET.get("version_id", "")}
    try:
        found = operations.get_secret_value(request.call, secret_id=secret_id, version_id=context["version_id"])
        context |= {
            "shown": shown(found),
            "labels": found.staging_labels,
            "download_url": url_of(
                "secret-value-download", secret_id, request.call.region, version_id=context["version_id"]
            ),
        }
    except AwsError as error:
        context["failure"] = error.message
    response = dialog(request, "console/secret/versions/retrieve.html", context)
    if "shown" in context and not request.htmx:
        back = url_of("secret", secret_id, request.call.region, tab="versions")
        response["Refresh"] = f"{SHOWN_FOR_SECONDS}; url={back}"
    return response


@for_secret
@require_http_methods(["GET", "POST"])
def make_current(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """Move AWSCURRENT to the version, after showing where each label goes."""
    version_id = request.GET.get("version_id", "")
    described = operations.describe_secret(request.call, secret_id=secret_id)
    current = _holder(described, "AWSCURRENT")
    context: dict[str, Any] = {
        "action": url_of("secret-versions-make-current", secret_id, request.call.region, version_id=version_id),
        "version_id": version_id,
        "current": current,
        "previous": _holder(described, "AWSPREVIOUS"),
    }
    if request.method == "GET":
        return dialog(request, "console/secret/versions/make_current.html", context)
    try:
        operations.update_secret_version_stage(
            request.call,
            secret_id=secret_id,
            version_stage="AWSCURRENT",
            move_to_version_id=version_id,
            # The version the person was shown: if another is current by now, the move is refused.
            remove_from_version_id=request.POST.get("current") or None,
        )
    except AwsError as error:
        context["error"] = error.message
        return dialog(request, "console/secret/versions/make_current.html", context, status=422)
    return secret_saved(request, secret_id, "You successfully made the version current.")


def _holder(described: Description, label: str) -> str:
    return next((key for key, labels in described.versions_to_stages.items() if label in labels), "")
