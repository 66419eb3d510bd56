"""Delete secret: schedule the deletion, cancel it while the recovery window is open, or delete at once."""

import math
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from console.equivalent_call.shown import with_calls
from console.forms import AwsForm
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.deletion import LONGEST_DAYS, SHORTEST_DAYS
from secrets_app.errors import AwsError
from secrets_app.results import Description


class DeleteForm(AwsForm):
    recovery_window_in_days = forms.IntegerField(
        label="Waiting period",
        help_text=f"Enter the number of days, from {SHORTEST_DAYS} to {LONGEST_DAYS}.",
        min_value=SHORTEST_DAYS,
        max_value=LONGEST_DAYS,
        initial=LONGEST_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Enter a number of days from {SHORTEST_DAYS} to {LONGEST_DAYS}.",
        ),
    )


@for_secret
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {
        "action": url_of("secret-deletion-delete", secret_id, request.call.region),
        "delete_now_url": url_of("secret-deletion-delete-now", secret_id, request.call.region),
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


class DeleteNowForm(AwsForm):
    """Nothing brings it back: the person types the secret's name."""

    confirmation = forms.CharField(max_length=512, error_messages={"required": "Enter the secret's name to confirm."})

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.fields["confirmation"].label = "To confirm, enter the secret's name"
        self.fields["confirmation"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_confirmation(self) -> str:
        if self.cleaned_data["confirmation"].strip() != self._name:
            raise forms.ValidationError("Enter the secret's name exactly as it is written above.")
        return self._name


@for_secret
@require_http_methods(["GET", "POST"])
def delete_now(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """Without a waiting period, and then to the list: the secret has no page any more."""
    described = operations.describe_secret(request.call, secret_id=secret_id)
    context: dict[str, Any] = {
        "action": url_of("secret-deletion-delete-now", secret_id, request.call.region),
        "delete_url": url_of("secret-deletion-delete", secret_id, request.call.region),
        "name": described.secret.name,
    }
    form = context["form"] = DeleteNowForm(request.POST or None, name=described.secret.name)
    if request.method == "POST" and form.is_valid():
        with form.showing_errors():
            operations.delete_secret(request.call, secret_id=secret_id, force_delete_without_recovery=True)
            done = f"You successfully deleted the secret {described.secret.name}."
            messages.success(request, with_calls(done, request.call.made))
            home = reverse("secrets-list")
            return HttpResponseClientRedirect(home) if request.htmx else redirect(home)
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/secret/deletion/delete_now.html", context, status=status)


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    """How long what is scheduled for deletion can still be had back."""
    ends_at = described.secret.deletion_at
    if ends_at is None:
        return {}
    return {"days_left": max(0, math.ceil((ends_at - request.call.now) / timedelta(days=1)))}


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
