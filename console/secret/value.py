"""Secret value: retrieve, close, edit. A value leaves the server only when somebody presses the button for it."""

import base64
import json
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import AwsForm, TokenField
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.errors import AwsError, ResourceNotFoundException
from secrets_app.results import SecretValue

_OVERTAKEN = "Somebody stored another value meanwhile. Copy what you typed, close this dialog and start again."


@for_secret
@require_POST
@never_cache
def retrieve(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The panel with the value in it; or with the reason why there is none to be had."""
    context: dict[str, Any] = _panel(request, secret_id)
    try:
        found = operations.get_secret_value(request.call, secret_id=secret_id)
        context["shown"] = shown(found)
    except ResourceNotFoundException as error:
        context |= {"failure": error.message, "has_no_value": True}
    except AwsError as error:
        context["failure"] = error.message
    return render(request, "console/secret/value/panel.html", context)


@for_secret
@require_POST
def close(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    return render(request, "console/secret/value/panel.html", _panel(request, secret_id))


def _panel(request: ConsoleRequest, secret_id: str) -> dict[str, Any]:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    refused = {name: actions_menu.reason(described, name) for name in ("GetSecretValue", "PutSecretValue")}
    return {"secret": described.secret, "described": described, "refused": refused}


def shown(found: SecretValue) -> dict[str, Any]:
    """A value as the page lays it out: rows of a flat JSON object, text, or the size and base64 of binary."""
    text = found.value.string
    if text is None:
        content = found.value.content
        return {"binary": base64.b64encode(content).decode(), "size": len(content), "version_id": found.version_id}
    return {"rows": rows_of(text), "text": text, "version_id": found.version_id}


def rows_of(text: str) -> list[tuple[str, str]] | None:
    """Key and value as text; None unless it is a JSON object of strings, numbers, true and false, each key once."""
    try:
        # Numbers keep the digits they were written with.
        pairs = json.loads(text, object_pairs_hook=list, parse_int=_Number, parse_float=_Number)
    except ValueError:
        return None
    if not isinstance(pairs, list) or not text.lstrip().startswith("{"):
        return None
    flat = all(isinstance(value, str | bool) for _, value in pairs)
    if not flat or len({key for key, _ in pairs}) != len(pairs):
        return None
    return [(key, str(value).lower() if isinstance(value, bool) else str(value)) for key, value in pairs]


class _Number(str):
    """The text of a JSON number."""


class ValueForm(AwsForm):
    """edited_version_id: which version the person saw; a newer one means somebody else was faster."""

    secret_string = forms.CharField(
        label="Secret value", strip=False, max_length=65_536, error_messages={"required": "Enter a secret value."}
    )
    edited_version_id = forms.CharField(required=False, widget=forms.HiddenInput)
    client_request_token = TokenField()

    def clean_secret_string(self) -> str:
        """A browser sends CRLF for every line break of a textarea."""
        return str(self.cleaned_data["secret_string"]).replace("\r\n", "\n")


@for_secret
@sensitive_post_parameters("secret_string")
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {"action": url_of("secret-value-edit", secret_id, request.call.region)}
    described = operations.describe_secret(request.call, secret_id=secret_id)
    current = next((key for key, labels in described.versions_to_stages.items() if "AWSCURRENT" in labels), "")
    if request.method == "GET":
        context["form"] = ValueForm(initial=_initial(request, secret_id, current))
        context["is_binary"] = context["form"].initial.pop("is_binary")
        return dialog(request, "console/secret/value/edit.html", context)
    form = ValueForm(request.POST)
    if form.is_valid():
        edited = form.cleaned_data.pop("edited_version_id")
        is_sent_again = form.cleaned_data["client_request_token"] == current
        if edited in ("", current) or is_sent_again:
            with form.showing_errors():
                operations.put_secret_value(request.call, secret_id=secret_id, **form.cleaned_data)
                return secret_saved(request, secret_id, "You successfully updated the secret value.")
        else:
            form.add_error(None, _OVERTAKEN)
    return dialog(request, "console/secret/value/edit.html", {**context, "form": form}, status=422)


def _initial(request: ConsoleRequest, secret_id: str, current: str) -> dict[str, Any]:
    if not current:
        return {"secret_string": '{"":""}', "is_binary": False}
    found = operations.get_secret_value(request.call, secret_id=secret_id)
    return {
        "secret_string": found.value.string or "",
        "is_binary": found.value.is_binary,
        "edited_version_id": found.version_id,
    }
