"""After a change: the secret's whole part of the page, fresh, so that whatever else changed is right as well."""

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap, retarget

from console.htmx import saved
from console.http import ConsoleRequest


def secret_saved(request: ConsoleRequest, secret_id: str, message: str) -> HttpResponse:
    from console.secret import page  # at the call: the page lays out the panels, and their dialogs end here

    return saved(request, message, "console/secret/_secret.html", page.context(request, secret_id), target="secret")


def secret_refreshed(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The same without a change of the person's own: what a page waited for has happened. A dialog stays open."""
    from console.secret import page

    response = render(request, "console/secret/_secret.html", page.context(request, secret_id))
    return reswap(retarget(response, "#secret"), "outerHTML")
