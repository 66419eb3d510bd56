"""Background: what happens by itself, how each pass went last, and what waits for it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from console.http import ConsoleRequest
from secrets_app.background.operations import State, list_background_passes
from secrets_app.errors import AwsError


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Background", "url": ""},
        ],
        "passes": [],
    }
    try:
        found = list_background_passes(request.call)
    except AwsError as error:
        return render(request, "console/background/page.html", {**context, "error": error.message})
    late = any(state.is_late for state in found)
    return render(
        request, "console/background/page.html", {**context, "passes": [_row(each) for each in found], "is_late": late}
    )


def _row(state: State) -> dict[str, Any]:
    row, every = state.row, round(state.a_pass.every.total_seconds())
    status, text = "success", "Working"
    if state.is_failing:
        status, text = "error", "Failing"
    elif state.is_late:
        status, text = "warning", "Late" if row.last_run_at else "Never run"
    return {"state": state, "row": row, "every": every, "status": status, "text": text}
