"""The two answers a dialog can get: itself again, or "saved" with the fresh part of the page."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django_htmx.http import reswap, retarget, trigger_client_event

from console.equivalent_call.shown import with_calls
from console.http import ConsoleRequest


def dialog(request: ConsoleRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A dialog into <dialog id="dialog">; without script, the same on a page of its own. 422 for refused input."""
    if request.htmx:
        return render(request, template, context, status=status)
    return render(request, "console/dialog_page.html", {**context, "dialog_template": template}, status=status)


def saved(
    request: ConsoleRequest, message: str, template: str, context: dict[str, Any], *, target: str
) -> HttpResponse:
    """One answer with the fresh part of the page, the flash beside it and the dialog closed.

    template: renders the one element with the id `target`. Without script: back to the page, flash included.
    """
    messages.success(request, with_calls(message, request.call.made))
    if not request.htmx:
        return redirect(context["page_url"])
    html = render_to_string(template, context, request) + render_to_string("console/_flash_oob.html", {}, request)
    response = HttpResponse(html)
    retarget(response, f"#{target}")
    reswap(response, "outerHTML")
    return trigger_client_event(response, "dialog:close", after="swap")
