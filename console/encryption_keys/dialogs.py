"""The dialogs about keys. Each says what will stop working, or start again."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from console.encryption_keys import actions, key, page
from console.encryption_keys.forms import AliasForm, CreateKeyForm, DeletionForm, DescriptionForm, PolicyForm
from console.htmx import dialog, saved
from console.http import ConsoleRequest
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.kms import choices, key_changes, operations

_CHANGES = {
    # route of the dialog -> title, primary button, what is flashed
    "rotate": (
        "Rotate key now",
        "Rotate",
        "You successfully rotated the key.",
    ),
    "enable-rotation": (
        "Enable automatic rotation",
        "Enable",
        "The key is now rotated by itself every year.",
    ),
    "disable-rotation": ("Disable automatic rotation", "Disable", "The key is no longer rotated by itself."),
    "disable": ("Disable key", "Disable", "You successfully disabled the key."),
    "enable": ("Enable key", "Enable", "You successfully enabled the key."),
    "schedule-deletion": ("Schedule key deletion", "Schedule deletion", "You successfully scheduled the deletion."),
    "cancel-deletion": ("Cancel key deletion", "Cancel deletion", "The key is kept. Enable it to use it again."),
}
_CALLS: dict[str, Callable[..., Any]] = {
    "rotate": operations.rotate_key_on_demand,
    "enable-rotation": operations.enable_key_rotation,
    "disable-rotation": operations.disable_key_rotation,
    "disable": operations.disable_key,
    "enable": operations.enable_key,
    "schedule-deletion": operations.schedule_key_deletion,
    "cancel-deletion": operations.cancel_key_deletion,
}


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    """Key and alias in one go: all of it or nothing."""
    form = CreateKeyForm(request.POST if request.method == "POST" else None, taken=_taken(request))
    if form.is_valid():
        given = form.cleaned_data
        with form.showing_errors():
            made = key_changes.create_key_with_alias(
                request.call, alias_name=given["alias"], description=given["description"]
            )
            return _saved(request, f"You successfully created the key {given['alias']}.", made.key_id)
    context = {"form": form, "action": reverse("encryption-keys-create", query={"region": request.call.region})}
    return _shown(request, "create", context)


@require_http_methods(["GET", "POST"])
def alias(request: ConsoleRequest) -> HttpResponse:
    """One more name for a key: by its name it is chosen for a secret."""
    key_id = request.GET.get("key_id", "")
    form = AliasForm(request.POST if request.method == "POST" else None, taken=_taken(request))
    if form.is_valid():
        with form.showing_errors():
            operations.create_alias(request.call, alias_name=form.cleaned_data["alias"], target_key_id=key_id)
            return _saved(request, f"You successfully created the alias {form.cleaned_data['alias']}.", key_id)
    return _shown(request, "alias", {"form": form, **_about(request, "alias", key_id)})


@require_http_methods(["GET", "POST"])
def rename_alias(request: ConsoleRequest) -> HttpResponse:
    key_id, name = request.GET.get("key_id", ""), request.GET.get("alias", "")
    form = AliasForm(
        request.POST if request.method == "POST" else None,
        taken=_taken(request),
        initial={"alias": name.removeprefix("alias/")},
    )
    if form.is_valid():
        new_name = form.cleaned_data["alias"]
        with form.showing_errors():
            key_changes.rename_alias(request.call, alias_name=name, new_name=new_name, key_id=key_id)
            return _saved(request, f"You successfully renamed {name} to {new_name}.", key_id)
    context = {"form": form, "alias": name, **_about(request, "rename-alias", key_id, alias=name)}
    return _shown(request, "rename_alias", context)


@require_http_methods(["GET", "POST"])
def delete_alias(request: ConsoleRequest) -> HttpResponse:
    key_id, name = request.GET.get("key_id", ""), request.GET.get("alias", "")
    context = {"alias": name, **_about(request, "delete-alias", key_id, alias=name)}
    if request.method == "POST":
        try:
            operations.delete_alias(request.call, alias_name=name)
            return _saved(request, f"You successfully deleted the alias {name}.", key_id)
        except AwsError as error:
            context["error"] = error.message
    return _shown(request, "delete_alias", context)


@require_http_methods(["GET", "POST"])
def description(request: ConsoleRequest) -> HttpResponse:
    key_id = request.GET.get("key_id", "")
    if request.method == "POST":
        form = DescriptionForm(request.POST)
        if form.is_valid():
            with form.showing_errors():
                operations.update_key_description(request.call, key_id=key_id, **form.cleaned_data)
                return _saved(request, "You successfully updated the description of the key.", key_id)
    else:
        form = DescriptionForm(
            initial={"description": operations.describe_key(request.call, key_id=key_id).description}
        )
    return _shown(request, "description", {"form": form, **_about(request, "description", key_id)})


@require_http_methods(["GET", "POST"])
def policy(request: ConsoleRequest) -> HttpResponse:
    key_id = request.GET.get("key_id", "")
    context = _about(request, "policy", key_id)
    if request.method == "GET":
        document = operations.get_key_policy(request.call, key_id=key_id).document
        return _shown(request, "policy", {**context, "form": PolicyForm(), "document": document})
    form = PolicyForm(request.POST)
    context |= {"form": form, "document": request.POST.get("policy", "")}
    if not form.is_valid():
        return _shown(request, "policy", {**context, "error": "A key always has a policy."})
    try:
        operations.put_key_policy(request.call, key_id=key_id, policy=form.cleaned_data["policy"])
    except AwsError as error:
        return _shown(request, "policy", {**context, "error": error.message})
    return _saved(request, "You successfully updated the key policy.", key_id)


@require_http_methods(["GET", "POST"])
def change(request: ConsoleRequest, action: str) -> HttpResponse:
    """One dialog for the changes of a key's state; it names the secrets that stop or start working."""
    if action not in _CHANGES:
        raise Http404
    title, submit, message = _CHANGES[action]
    key_id = request.GET.get("key_id", "")
    form = DeletionForm(request.POST if request.method == "POST" else None) if action == "schedule-deletion" else None
    context: dict[str, Any] = {
        **_about(request, action, key_id),
        "title": title,
        "submit": submit,
        "change": action,
        "form": form,
    }
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _CALLS[action](request.call, key_id=key_id, **(form.cleaned_data if form else {}))
            return _saved(request, message, key_id)
        except AwsError as error:
            context["error"] = error.message
    if action in ("disable", "schedule-deletion"):
        context["protected"] = _protected(request, key_id)
    return _shown(request, "change", context)


# --- what they share -----------------------------------------------------------------------------


def _about(request: ConsoleRequest, action: str, key_id: str, **query: str) -> dict[str, Any]:
    return {"key_id": key_id, "action": actions.url_of(action, key_id, request.call.region, **query)}


def _shown(request: ConsoleRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return dialog(request, f"console/encryption_keys/{template}.html", context, status=status)


def _taken(request: ConsoleRequest) -> set[str]:
    """Names in use. Whom that may not be told finds out by the refusal."""
    try:
        return {entry.choice.alias for entry in choices.all_keys(request.call)}
    except AccessDeniedException:
        return set()


def _protected(request: ConsoleRequest, key_id: str) -> dict[str, Any] | None:
    """None for whom may not list secrets, who may look after keys all the same."""
    try:
        return key.of_key(request, key_id)
    except AccessDeniedException:
        return None


def _saved(request: ConsoleRequest, message: str, key_id: str) -> HttpResponse:
    """Fresh: the page of the key where the dialog was opened on it, else the list of keys."""
    asked_from = urlsplit((request.htmx and request.htmx.current_url) or "").path
    if asked_from == reverse("encryption-keys-key"):
        context = key.context(request, key_id)
        return saved(request, message, "console/encryption_keys/_key.html", context, target="key")
    return saved(request, message, "console/encryption_keys/_keys.html", page.context(request), target="keys")
