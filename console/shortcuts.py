"""The sheet of keyboard shortcuts, and whether single keys are shortcuts at all: some people's keys are a voice."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from console.htmx import dialog
from console.http import ConsoleRequest
from secrets_app.principals import Identity, remember_console_preferences

_PAGE = "shortcuts"
# What static/js/shortcuts.js, navigation.js, arrow_keys.js, menu.js, tabs.js and dialog.js do. Keys, what for.
SINGLE_KEYS = (
    (("/",), "Search secrets"),
    (("g", "l"), "Go to the list of secrets"),
    (("g", "k"), "Go to the encryption keys"),
    (("g", "f"), "Go to the rotation functions"),
    (("g", "e"), "Go to the event history"),
    (("?",), "Show this sheet"),
)
OTHER_KEYS = (
    (("Alt", "S"), "Search from the bar on top"),
    (("Esc",), "Close a dialog or menu"),
    (("↑", "↓", "←", "→"), "Move in the list, in menus and between tabs"),
    (("Home", "End"), "To the first and the last of a row, menu or tabs; with Ctrl of the list"),
    (("Shift", "click"), "Select all rows from the one selected before"),
)


def are_on(identity: Identity) -> bool:
    return identity.console_preferences.get(_PAGE, {}).get("single_keys") is not False


@require_http_methods(["GET", "POST"])
def sheet(request: ConsoleRequest) -> HttpResponse:
    on = are_on(request.call.principal)
    if request.method == "GET":
        context = {"single_keys": SINGLE_KEYS, "other_keys": OTHER_KEYS, "on": on, "action": reverse("shortcuts")}
        return dialog(request, "console/shortcuts.html", context)
    remember_console_preferences(request.call.principal, _PAGE, {"single_keys": not on})
    return HttpResponseClientRefresh() if request.htmx else redirect("shortcuts")
