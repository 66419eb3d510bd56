"""After a change: the secret's whole part of the page, fresh, so that whatever else changed is right as well."""

from django.http import HttpResponse

from console.htmx import saved
from console.http import ConsoleRequest


def secret_saved(request: ConsoleRequest, secret_id: str, message: str) -> HttpResponse:
    from console.secret import page  # at the call: the page lays out the panels, and their dialogs end here

    return saved(request, message, "console/secret/_secret.html", page.context(request, secret_id), target="secret")
