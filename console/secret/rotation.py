"""Rotation configuration: whether, when and by what the secret is rotated; rotate now; what happened so far."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.forms import new_token
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_refreshed, secret_saved
from console.secret.rotation_form import RotationForm, initial_of, stored_rules
from secrets_app import operations, progress
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.results import Description
from secrets_app.rotation import history, schedule

_STATUS = {
    "running": ("in-progress", "In progress"),
    "succeeded": ("success", "Succeeded"),
    "failed": ("error", "Failed"),
    "abandoned": ("stopped", "Abandoned"),
    "cancelled": ("stopped", "Canceled"),
}

_NO_VALUE = "This secret has no value yet. Set one first."
_FARTHEST_BASE = timedelta(days=36_500)  # windows near the end of the calendar can't be counted


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    rotation = described.rotation
    runs = _runs(history.runs_of(request.call, described.secret))
    return {
        **runs,
        "status_url": _status_url(described.secret.name, described.secret.region),
        "rotation": rotation,
        "schedule_words": _words(rotation),
        "unfinished": "" if runs["is_rotating"] else unfinished_version(described),
        "rotate_refused": _rotate_refused(described),
        "edit_rotation_refused": _edit_refused(described),
    }


def _runs(runs: list[history.Run]) -> dict[str, Any]:
    """The rows of the history, and whether to look again soon."""
    return {
        "runs": [{"run": run, "type": _STATUS[run.state][0], "text": _STATUS[run.state][1]} for run in runs],
        "is_rotating": bool(runs) and runs[0].state == "running",
    }


def unfinished_version(described: Description) -> str:
    """The version that a failed or cancelled rotation left with AWSPENDING: until it is discarded or finished, the
    secret can't be rotated."""
    found = (key for key, labels in described.versions_to_stages.items() if "AWSPENDING" in labels)
    return next((key for key in found if "AWSCURRENT" not in described.versions_to_stages[key]), "")


def _rotate_refused(described: Description) -> str:
    refused = actions_menu.reason(described, "RotateSecret")
    if refused:
        return refused
    if not described.versions_to_stages:
        return _NO_VALUE
    rotation = described.rotation
    return "" if rotation and rotation.enabled else "Turn on automatic rotation first."


def _edit_refused(described: Description) -> str:
    return actions_menu.reason(described, "RotateSecret") or ("" if described.versions_to_stages else _NO_VALUE)


def _words(rotation: Any) -> str:
    if rotation is None or not (rotation.schedule_expression or rotation.automatically_after_days):
        return ""
    return schedule.parse(
        expression=rotation.schedule_expression or None,
        automatically_after_days=rotation.automatically_after_days,
        duration=rotation.duration or None,
    ).in_words()


@for_secret
@require_GET
def status(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The history as it is now, asking again while a rotation is under way; then all of the secret's part."""
    context = _runs(progress.of_rotation(request.call, secret_id))
    if not context["is_rotating"]:
        return secret_refreshed(request, secret_id)
    context["status_url"] = _status_url(secret_id, request.call.region)
    return render(request, "console/secret/rotation/_runs.html", context)


def _status_url(name: str, region: str) -> str:
    return url_of("secret-rotation-status", name, region, tab="rotation")


@for_secret
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    context: dict[str, Any] = {
        "action": url_of("secret-rotation-edit", secret_id, request.call.region),
        "preview_url": url_of(
            "secret-rotation-preview", secret_id, request.call.region, base=_base(request, described)
        ),
        "owner": described.secret.owning_service,
    }
    if request.method == "GET":
        form = _form(request, described, initial=initial_of(described.rotation))
        return dialog(request, "console/secret/rotation/edit.html", {**context, "form": form})
    form = _form(request, described, data=request.POST)
    if form.is_valid():
        with form.showing_errors():
            message = _save(request, secret_id, described, form)
            return secret_saved(request, secret_id, message)
    return dialog(request, "console/secret/rotation/edit.html", {**context, "form": form}, status=422)


def _form(request: ConsoleRequest, described: Description, **kwargs: Any) -> RotationForm:
    functions = functions_to_choose(request, described.rotation.function_arn if described.rotation else "")
    return RotationForm(functions=functions, is_managed=bool(described.secret.owning_service), **kwargs)


def functions_to_choose(request: ConsoleRequest, now: str) -> list[tuple[str, str]] | None:
    """(ARN, name); None for whom may not list them. `now` stays choosable in any case."""
    try:
        functions = history.functions_to_choose(request.call)
    except AccessDeniedException:
        return None
    if now and now not in dict(functions):
        functions.append((now, now))
    return functions


def _save(request: ConsoleRequest, secret_id: str, described: Description, form: RotationForm) -> str:
    given = form.cleaned_data
    if not given["automatic"]:
        if described.rotation is None or not described.rotation.enabled:
            return "Automatic rotation is off."
        operations.cancel_rotate_secret(request.call, secret_id=secret_id)
        return "You successfully turned off automatic rotation."
    rules = form.rules()
    operations.rotate_secret(
        request.call,
        secret_id=secret_id,
        client_request_token=given["client_request_token"],
        rotation_lambda_arn=given["rotation_lambda_arn"] or None,
        # An untouched schedule stays as it was put, AutomaticallyAfterDays too.
        rotation_rules=None if rules == stored_rules(described.rotation) else rules,
        rotate_immediately=given["rotate_immediately"],
    )
    return "Secret scheduled for rotation." if given["rotate_immediately"] else "You successfully edited the rotation."


def _base(request: ConsoleRequest, described: Description) -> str:
    """What a rate() counts from, once it is saved: the last rotation or change by hand, else now."""
    rotation = described.rotation
    moments = [rotation.last_rotated_at, rotation.value_changed_at, rotation.enabled_at] if rotation else []
    known = [moment for moment in moments if moment is not None]
    return (max(known) if rotation and rotation.enabled and known else request.call.now).isoformat()


def _read_base(request: ConsoleRequest) -> datetime:
    try:
        base = datetime.fromisoformat(request.GET.get("base", ""))
    except ValueError:
        return request.call.now
    return base if base.tzinfo and abs(base - request.call.now) < _FARTHEST_BASE else request.call.now


@for_secret
@require_POST
def preview(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The next five windows of what is typed, in words. Nothing is read: what it counts from is in the address."""
    del secret_id
    return previewed(request, _read_base(request))


def previewed(request: ConsoleRequest, base: datetime) -> HttpResponse:
    form = RotationForm(request.POST, functions=None, is_managed=True)
    form.is_valid()
    context: dict[str, Any]
    if form.schedule is not None:
        context = {
            "words": form.schedule.in_words(),
            "windows": form.schedule.next_windows(request.call.now, base, 5),
            "expression": form.rules()["ScheduleExpression"],
        }
    else:
        context = {"errors": [message for messages in form.errors.values() for message in messages]}
    return render(request, "console/secret/rotation/_preview.html", context)


@for_secret
@require_http_methods(["GET", "POST"])
def rotate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {
        "action": url_of("secret-rotation-rotate", secret_id, request.call.region),
        "token": request.POST.get("client_request_token") or new_token(),
    }
    if request.method == "GET":
        return dialog(request, "console/secret/rotation/rotate.html", context)
    try:
        operations.rotate_secret(request.call, secret_id=secret_id, client_request_token=context["token"])
    except AwsError as error:
        context["error"] = error.message
        return dialog(request, "console/secret/rotation/rotate.html", context, status=422)
    return secret_saved(request, secret_id, "Secret scheduled for rotation.")


@for_secret
@require_http_methods(["GET", "POST"])
def cancel(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    context: dict[str, Any] = {"action": url_of("secret-rotation-cancel", secret_id, request.call.region)}
    if request.method == "GET":
        return dialog(request, "console/secret/rotation/cancel.html", context)
    try:
        operations.cancel_rotate_secret(request.call, secret_id=secret_id)
    except AwsError as error:
        context["error"] = error.message
        return dialog(request, "console/secret/rotation/cancel.html", context, status=422)
    return secret_saved(request, secret_id, "You successfully canceled the rotation and turned it off.")


@for_secret
@require_http_methods(["GET", "POST"])
def discard(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """Take AWSPENDING from the version of an unfinished rotation, so that the secret can be rotated again."""
    described = operations.describe_secret(request.call, secret_id=secret_id)
    version_id = request.POST.get("version_id") or unfinished_version(described)
    context: dict[str, Any] = {
        "action": url_of("secret-rotation-discard", secret_id, request.call.region),
        "version_id": version_id,
    }
    if request.method == "GET":
        return dialog(request, "console/secret/rotation/discard.html", context)
    try:
        operations.update_secret_version_stage(
            request.call, secret_id=secret_id, version_stage="AWSPENDING", remove_from_version_id=version_id
        )
    except AwsError as error:
        context["error"] = error.message
        return dialog(request, "console/secret/rotation/discard.html", context, status=422)
    return secret_saved(request, secret_id, "The unfinished rotation was discarded.")
