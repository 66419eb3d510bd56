"""Secret value: retrieve, close, edit. A value leaves the server only when somebody presses the button for it."""

import base64
import json
from typing import Any, NoReturn

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import AwsForm, TokenField, limits
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.errors import AwsError, ResourceNotFoundException
from secrets_app.results import SecretValue

_MOST_BYTES = limits("PutSecretValue", "SecretString")["max_length"]
_OVERTAKEN = (
    "Another value was stored while you edited this one: AWSCURRENT is now version {}. "
    "Save again to replace it with what stands here, or cancel to keep it."
)


@for_secret
@require_POST
@never_cache
def retrieve(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The panel with the value in it; or with the reason why there is none to be had."""
    context = _panel(request, secret_id)
    try:
        found = operations.get_secret_value(request.call, secret_id=secret_id)
        context["shown"] = shown(found)
    except ResourceNotFoundException as error:
        context |= {"failure": error.message, "has_no_value": True}
    except AwsError as error:
        context["failure"] = error.message
    return _answer(request, context)


@for_secret
@require_POST
def close(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    return _answer(request, _panel(request, secret_id))


def _answer(request: ConsoleRequest, context: dict[str, Any]) -> HttpResponse:
    """The panel alone; without script, the page with the panel in it."""
    if request.htmx:
        return render(request, "console/secret/value/panel.html", context)
    from console.secret import page  # at the call: the page lays out the panels

    return render(request, "console/secret/page.html", context | page.context(request, context["secret"].name))


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
    rows = rows_of(text)
    return {"has_rows": rows is not None, "rows": rows, "text": text, "version_id": found.version_id}


def rows_of(text: str) -> list[tuple[str, str]] | None:
    """Key and value as text; None unless it is a JSON object of strings, numbers, true and false, each key once."""
    try:
        # Numbers keep the digits they were written with.
        pairs = json.loads(
            text, object_pairs_hook=list, parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant
        )
        json.dumps(pairs, ensure_ascii=False).encode()  # half of a surrogate pair, "\ud83d", can't be shown
    except (ValueError, RecursionError):
        return None
    if not isinstance(pairs, list) or not text.lstrip().startswith("{"):
        return None
    flat = all(isinstance(value, str | bool) for _, value in pairs)
    if not flat or len({key for key, _ in pairs}) != len(pairs):
        return None
    return [(key, str(value).lower() if isinstance(value, bool) else str(value)) for key, value in pairs]


class _Number(str):
    """The text of a JSON number."""


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python reads, are no JSON."""
    raise ValueError(name)


class ValueForm(AwsForm):
    """edited_version_id: which version the person saw; a newer one means somebody else was faster.

    line_breaks: how the value that is edited ends its lines, because a browser sends CRLF for every line break.
    """

    secret_string = forms.CharField(
        label="Secret value", strip=False, error_messages={"required": "Enter a secret value."}
    )
    line_breaks = forms.ChoiceField(
        choices=[("lf", "lf"), ("crlf", "crlf")], required=False, initial="lf", widget=forms.HiddenInput
    )
    edited_version_id = forms.CharField(required=False, widget=forms.HiddenInput)
    client_request_token = TokenField()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        ends_with_crlf = given.pop("line_breaks", "") == "crlf"
        if "secret_string" in given:
            text = given["secret_string"].replace("\r\n", "\n")
            given["secret_string"] = text.replace("\n", "\r\n") if ends_with_crlf else text
            size = len(given["secret_string"].encode())
            if size > _MOST_BYTES:
                self.add_error("secret_string", f"Enter at most {_MOST_BYTES:,} bytes; this is {size:,}.")
        return given


@for_secret
@sensitive_post_parameters("secret_string")
@require_http_methods(["GET", "POST"])
@never_cache
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    current = next((key for key, labels in described.versions_to_stages.items() if "AWSCURRENT" in labels), "")
    context: dict[str, Any] = {
        "action": url_of("secret-value-edit", secret_id, request.call.region),
        "has_value": bool(current),
    }
    if request.method == "GET":
        context["form"] = ValueForm(initial=_initial(request, secret_id, current))
        context["is_binary"] = context["form"].initial.pop("is_binary")
        return dialog(request, "console/secret/value/edit.html", context)
    posted = request.POST.copy()
    form = ValueForm(posted)
    if form.is_valid():
        edited = form.cleaned_data.pop("edited_version_id")
        is_sent_again = form.cleaned_data["client_request_token"] == current
        if edited == current or is_sent_again:
            with form.showing_errors():
                operations.put_secret_value(request.call, secret_id=secret_id, **form.cleaned_data)
                return secret_saved(request, secret_id, "Your secret value has been updated.")
        else:
            form.add_error(None, _OVERTAKEN.format(current))
            posted["edited_version_id"] = current
    return dialog(request, "console/secret/value/edit.html", {**context, "form": form}, status=422)


def _initial(request: ConsoleRequest, secret_id: str, current: str) -> dict[str, Any]:
    if not current:
        return {"secret_string": "", "is_binary": False}
    found = operations.get_secret_value(request.call, secret_id=secret_id)
    text = found.value.string or ""
    return {
        "secret_string": text,
        "line_breaks": "crlf" if "\r\n" in text and "\n" not in text.replace("\r\n", "") else "lf",
        "is_binary": found.value.is_binary,
        "edited_version_id": found.version_id,
    }
