"""Rotation functions of the Region: what rotates secrets. Their source runs as code on this server."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from console.htmx import dialog, saved
from console.http import ConsoleRequest
from console.rotation_functions.forms import STARTING_SOURCE, CreateFunctionForm, FunctionForm
from console.secret._for_secret import url_of as url_of_secret
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.rotation import function_changes, function_policy, history
from secrets_app.rotation.function_changes import Definition
from secrets_app.rotation.invoke_address import refusal

if TYPE_CHECKING:
    from secrets_app.models import RotationFunction

_KIND = {"source": "Python source", "module": "Python module", "invoke": "Invoke URL"}
_STATUS = {"running": "in-progress", "succeeded": "success", "failed": "error"}


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/rotation_functions/page.html", _context(request))


def _context(request: ConsoleRequest) -> dict[str, Any]:
    region = request.call.region
    found: dict[str, Any] = {
        "page_url": reverse("rotation-functions", query={"region": region}),
        "create_url": reverse("rotation-functions-create", query={"region": region}),
        "functions": [],
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Rotation functions", "url": ""},
        ],
    }
    try:
        found["functions"] = [_row(request, function) for function in function_changes.list_functions(request.call)]
    except AwsError as error:
        found["error"] = error.message
    return found


def _row(request: ConsoleRequest, function: "RotationFunction") -> dict[str, Any]:
    query = {"name": function.name, "region": request.call.region}
    return {
        "function": function,
        "kind": _KIND[function.kind],
        "status": _status(function),
        "actions": [
            {
                "id": f"{action}-{function.name}",
                "label": label,
                "url": reverse(f"rotation-functions-{action}", query=query),
            }
            for action, label in (("use", "Uses and runs"), ("edit", "Edit"), ("delete", "Delete"))
        ],
    }


def _status(function: "RotationFunction") -> tuple[str, str, str]:
    """(type, text, why)"""
    if function.kind == "invoke" and (refused := refusal(function.invoke_url)):
        return "warning", "Can't be called", refused
    if not history.callable_by_secrets_manager(function):
        return "stopped", "Not allowed", "Its resource policy doesn't let secretsmanager.amazonaws.com invoke it."
    return "success", "Ready", ""


@require_GET
def use(request: ConsoleRequest) -> HttpResponse:
    """Which secrets rotate by it, and what happened last."""
    function = function_changes.get_function(request.call, request.GET.get("name", ""))
    return dialog(request, "console/rotation_functions/use.html", {"function": function, **_use(request, function)})


def _use(request: ConsoleRequest, function: "RotationFunction") -> dict[str, Any]:
    """ "secrets" is None for whom may not list secrets."""
    try:
        found = function_changes.use_of(request.call, function)
    except AccessDeniedException:
        return {"secrets": None}
    region = request.call.region
    return {
        "secrets": [
            {"name": name, "enabled": enabled, "url": url_of_secret("secret", name, region, tab="rotation")}
            for name, enabled in found.secrets
        ],
        "runs": [{"run": run, "status": _STATUS.get(run.state, "stopped")} for run in found.runs],
    }


@sensitive_post_parameters("source", "environment")
@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    form = CreateFunctionForm(request.POST if request.method == "POST" else None, initial=_new(request))
    if form.is_valid():
        name = form.cleaned_data["name"]
        with form.showing_errors():
            function_changes.create_function(request.call, name, form.definition())
            return _saved(request, f"You successfully created the function {name}.")
    context = {"title": "Create rotation function", "submit": "Create", "form": form}
    return _edited(
        request, {**context, "action": reverse("rotation-functions-create", query={"region": request.call.region})}
    )


@sensitive_post_parameters("source", "environment")
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest) -> HttpResponse:
    name = request.GET.get("name", "")
    if request.method == "POST":
        form = FunctionForm(request.POST)
        if form.is_valid():
            with form.showing_errors():
                function_changes.update_function(request.call, name, form.definition())
                return _saved(request, f"You successfully updated the function {name}.")
    else:
        form = FunctionForm(initial=_initial(function_changes.get_function(request.call, name)))
    action = reverse("rotation-functions-edit", query={"name": name, "region": request.call.region})
    return _edited(request, {"title": f"Edit {name}", "submit": "Save", "form": form, "action": action})


def _new(request: ConsoleRequest) -> dict[str, str]:
    policy = function_policy.allowing_secrets_manager(request.call.account)
    return {"source": STARTING_SOURCE, "resource_policy": policy}


def _initial(function: "RotationFunction") -> dict[str, Any]:
    environment = "\n".join(f"{name}={value}" for name, value in function.environment.items())
    given = {field: getattr(function, field) for field in Definition.__slots__}
    return {**given, "environment": environment}


def _edited(request: ConsoleRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/rotation_functions/edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest) -> HttpResponse:
    name = request.GET.get("name", "")
    action = reverse("rotation-functions-delete", query={"name": name, "region": request.call.region})
    context: dict[str, Any] = {"name": name, "action": action}
    if request.method == "POST":
        try:
            function_changes.delete_function(request.call, name)
            return _saved(request, f"You successfully deleted the function {name}.")
        except AwsError as error:
            context["error"] = error.message
    context |= _use(request, function_changes.get_function(request.call, name))
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/rotation_functions/delete.html", context, status=status)


def _saved(request: ConsoleRequest, message: str) -> HttpResponse:
    return saved(request, message, "console/rotation_functions/_functions.html", _context(request), target="functions")
