"""Delete secret: schedule the deletion, and cancel it while the recovery window is open."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.forms import AwsForm
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.deletion import LONGEST_DAYS, SHORTEST_DAYS
from secrets_app.errors import AwsError


class DeleteForm(AwsForm):
    recovery_window_in_days = forms.IntegerField(
        label="Waiting period",
        help_text=f"Enter the number of days, from {SHORTEST_DAYS} to {LONGEST_DAYS}.",
        min_value=SHORTEST_DAYS,
        max_value=LONGEST_DAYS,
        initial=LONGEST_DAYS,
    )


@for_secret
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {
        "action": url_of("secret-deletion-delete", secret_id, request.call.region),
        "name": secret_id,
        "earliest": request.call.now + timedelta(days=SHORTEST_DAYS),
        "latest": request.call.now + timedelta(days=LONGEST_DAYS),
    }
    if request.method == "GET":
        return dialog(request, "console/secret/deletion/delete.html", {**context, "form": DeleteForm()})
    form = DeleteForm(request.POST)
    if form.is_valid():
        with form.showing_errors():
            operations.delete_secret(request.call, secret_id=secret_id, **form.cleaned_data)
            return secret_saved(request, secret_id, "You successfully scheduled the secret for deletion.")
    return dialog(request, "console/secret/deletion/delete.html", {**context, "form": form}, status=422)


@for_secret
@require_http_methods(["GET", "POST"])
def cancel(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {
        "action": url_of("secret-deletion-cancel", secret_id, request.call.region),
        "name": secret_id,
    }
    if request.method == "GET":
        return dialog(request, "console/secret/deletion/cancel.html", context)
    try:
        operations.restore_secret(request.call, secret_id=secret_id)
    except AwsError as error:
        context["error"] = error.message
        return dialog(request, "console/secret/deletion/cancel.html", context, status=422)
    return secret_saved(request, secret_id, "You successfully canceled the deletion of the secret.")
