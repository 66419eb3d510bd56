"""The call beside the click: as what is typed in a dialog would make it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch, reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from console.htmx import dialog
from console.http import ConsoleRequest

from . import planned, shown


@sensitive_post_parameters()
@require_POST
def preview(request: ConsoleRequest, route: str) -> HttpResponse:
    """Nothing is done, read or checked. What it answers holds no value, whatever the form holds."""
    plan = planned.PLANS.get(route)
    if plan is None:
        raise Http404
    calls = plan(planned.Asked(request.call.region, request.GET, request.POST))
    context = shown.context(calls, "preview")
    if request.htmx:
        return render(request, "console/equivalent_call/_calls.html", context)
    return dialog(request, "console/equivalent_call/page.html", context)


def url_of(match: ResolverMatch | None, query: Any) -> str:
    """The address that shows the calls of the dialog at this route; "" for one that makes none."""
    if match is None or match.url_name not in planned.PLANS:
        return ""
    return reverse("equivalent-call", args=[match.url_name], query={**query.dict(), **match.kwargs})
