"""Versions: the staging labels of a caller's own, added to a version, moved from another one, removed."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.forms import AwsForm, limits
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.errors import AwsError
from secrets_app.results import Description

_RESERVED = (
    "Labels that begin with AWS are moved by Secrets Manager itself. To move AWSCURRENT, choose Make current; to "
    "remove AWSPENDING, discard the unfinished rotation."
)


class LabelForm(AwsForm):
    """holder: the version that carries the label by what the person was told; "" for none."""

    fields_of = {"VersionStage": "label", "VersionStages": "label", "RemoveFromVersionId": "label"}

    label = forms.CharField(
        label="Staging label",
        help_text="Up to 256 characters. A label is on one version at most, and a secret has at most 20.",
        error_messages={"required": "Enter a staging label."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "list": "staging-labels"}),
        **{**limits("UpdateSecretVersionStage", "VersionStage"), "strip": True},
    )
    holder = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        if is_reserved(label):
            raise forms.ValidationError(_RESERVED)
        return label


def is_reserved(label: str) -> bool:
    return re.match(r"AWS", label, re.IGNORECASE) is not None


@for_secret
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """One label at a time: a change is one operation, which happens or doesn't."""
    version_id = request.GET.get("version_id", "")
    described = operations.describe_secret(request.call, secret_id=secret_id)
    labels = described.versions_to_stages.get(version_id, [])
    context: dict[str, Any] = {
        "action": url_of("secret-staging-labels-edit", secret_id, request.call.region, version_id=version_id),
        "version_id": version_id,
        "labels": [{"label": label, "is_reserved": is_reserved(label)} for label in labels],
        "elsewhere": _elsewhere(described, version_id),
    }
    if request.method == "GET":
        return dialog(request, "console/secret/staging_labels/edit.html", {**context, "form": LabelForm()})
    if removed := request.POST.get("remove"):
        return _remove(request, secret_id, removed, context)
    posted = request.POST.copy()
    form = LabelForm(posted)
    if form.is_valid():
        label = form.cleaned_data["label"]
        holder = _holder(described, label)
        if holder in ("", version_id, form.cleaned_data["holder"]):
            with form.showing_errors():
                operations.update_secret_version_stage(
                    request.call,
                    secret_id=secret_id,
                    version_stage=label,
                    move_to_version_id=version_id,
                    remove_from_version_id=holder or None,
                )
                return secret_saved(request, secret_id, f"The staging label {label} is on version {version_id} now.")
        else:
            posted["holder"] = holder
            context |= {"moving": label, "moves_from": holder}
    return dialog(request, "console/secret/staging_labels/edit.html", {**context, "form": form}, status=422)


def _remove(request: ConsoleRequest, secret_id: str, label: str, context: dict[str, Any]) -> HttpResponse:
    form = LabelForm()
    try:
        operations.update_secret_version_stage(
            request.call, secret_id=secret_id, version_stage=label, remove_from_version_id=context["version_id"]
        )
    except AwsError as error:
        context = {**context, "form": form, "error": error.message}
        return dialog(request, "console/secret/staging_labels/edit.html", context, status=422)
    return secret_saved(request, secret_id, f"You successfully removed the staging label {label}.")


def _holder(described: Description, label: str) -> str:
    return next((key for key, labels in described.versions_to_stages.items() if label in labels), "")


def _elsewhere(described: Description, version_id: str) -> list[str]:
    """Labels of other versions, offered while typing."""
    others = (labels for key, labels in described.versions_to_stages.items() if key != version_id)
    return sorted(label for labels in others for label in labels if not is_reserved(label))
