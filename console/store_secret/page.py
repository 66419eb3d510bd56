"""Store a new secret: name, value, key and tags on one page; nothing exists until Store, and then all of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from console.http import ConsoleRequest
from console.secret._for_secret import url_of
from console.secret.details import key_choices
from console.secret.tags import check, posted_tags
from console.store_secret.form import StoreSecretForm
from secrets_app import operations

_EMPTY_VALUE = '{"":""}'


@sensitive_post_parameters("secret_string")
@require_http_methods(["GET", "POST"])
def store(request: ConsoleRequest) -> HttpResponse:
    choices = key_choices(request)
    if request.method == "GET":
        return _page(request, StoreSecretForm(choices=choices, initial={"secret_string": _EMPTY_VALUE}), [])
    form = StoreSecretForm(request.POST, choices=choices)
    tags = posted_tags(request)
    if check(tags) and form.is_valid():
        given = form.cleaned_data
        if given["secret_string"] == _EMPTY_VALUE:
            given["secret_string"] = None
        given["tags"] = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]
        with form.showing_errors():
            stored = operations.create_secret(request.call, **given)
            return _stored(request, stored.secret.name)
    return _page(request, form, tags, status=422)


def _stored(request: ConsoleRequest, name: str) -> HttpResponse:
    url = url_of("secret", name, request.call.region)
    text = 'You successfully stored the secret {}. <a href="{}">View details</a>'
    messages.success(request, format_html(text, name, url))
    return redirect("secrets-list")


def _page(request: ConsoleRequest, form: StoreSecretForm, tags: Any, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "tags": tags,
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Secrets", "url": reverse("secrets-list")},
            {"label": "Store a new secret", "url": ""},
        ],
    }
    return render(request, "console/store_secret/page.html", context, status=status)
