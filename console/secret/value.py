"""Secret value: retrieve, close, edit. A value leaves the server only when somebody presses the button for it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console.forms import AwsForm, TokenField, limits
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu, white_space
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from console.secret.shown_value import SHOWN_FOR_SECONDS, shown
from secrets_app import operations
from secrets_app.errors import AwsError, ResourceNotFoundException
from secrets_app.results import Description

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
        context |= {"shown": shown(found), "download_url": _download_url(request, secret_id, found.version_id)}
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

    of_page = page.context(request, context["secret"].name)
    response = render(request, "console/secret/page.html", context | of_page)
    if "shown" in context:
        response["Refresh"] = f"{SHOWN_FOR_SECONDS}; url={of_page['page_url']}"
    return response


def _download_url(request: ConsoleRequest, secret_id: str, version_id: str) -> str:
    return url_of("secret-value-download", secret_id, request.call.region, version_id=version_id)


@for_secret
@require_POST
@never_cache
def download(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The value's bytes as they were stored, as a file named after the end of the secret's name."""
    version_id = request.GET.get("version_id") or None
    found = operations.get_secret_value(request.call, secret_id=secret_id, version_id=version_id)
    suffix = "bin" if found.value.is_binary else "txt"
    return HttpResponse(
        found.value.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(True, f"{secret_id.rsplit('/', 1)[-1]}.{suffix}")},
    )


def _panel(request: ConsoleRequest, secret_id: str) -> dict[str, Any]:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    refused = {name: actions_menu.reason(described, name) for name in ("GetSecretValue", "PutSecretValue")}
    return {"secret": described.secret, "described": described, "refused": refused}


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
    current = _current(described)
    context: dict[str, Any] = {
        "action": url_of("secret-value-edit", secret_id, request.call.region),
        "has_value": bool(current),
        "upload_url": url_of("secret-value-upload", secret_id, request.call.region),
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
                for said in white_space.warnings(form.cleaned_data["secret_string"]):
                    messages.warning(request, said)
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


def _current(described: Description) -> str:
    return next((key for key, labels in described.versions_to_stages.items() if "AWSCURRENT" in labels), "")


class FileForm(AwsForm):
    """The bytes of a file become the value: SecretBinary. edited_version_id as in ValueForm."""

    fields_of = {"SecretBinary": "file"}

    file = forms.FileField(label="File", error_messages={"required": "Choose a file.", "empty": "This file is empty."})
    edited_version_id = forms.CharField(required=False, widget=forms.HiddenInput)
    client_request_token = TokenField()

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > _MOST_BYTES:
            raise forms.ValidationError(f"Choose a file of at most {_MOST_BYTES:,} bytes; this has {file.size:,}.")
        content: bytes = file.read()
        return content


@for_secret
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """A file as the secret's value. It is never written to disk on the way: see FILE_UPLOAD_HANDLERS."""
    described = operations.describe_secret(request.call, secret_id=secret_id)
    current = _current(described)
    context: dict[str, Any] = {
        "action": url_of("secret-value-upload", secret_id, request.call.region),
        "has_value": bool(current),
        "most_bytes": _MOST_BYTES,
    }
    if request.method == "GET":
        form = FileForm(initial={"edited_version_id": current})
        return dialog(request, "console/secret/value/upload.html", {**context, "form": form})
    posted = request.POST.copy()
    form = FileForm(posted, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        if given["edited_version_id"] == current or given["client_request_token"] == current:
            with form.showing_errors():
                operations.put_secret_value(
                    request.call,
                    secret_id=secret_id,
                    secret_binary=given["file"],
                    client_request_token=given["client_request_token"],
                )
                return secret_saved(request, secret_id, "Your secret value has been updated.")
        else:
            form.add_error(None, _OVERTAKEN.format(current))
            posted["edited_version_id"] = current
    return dialog(request, "console/secret/value/upload.html", {**context, "form": form}, status=422)
