"""Encryption keys of the Region: what protects which secrets; add, switch off and on, delete."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from console.forms import AwsForm
from console.htmx import dialog, saved
from console.http import ConsoleRequest
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.kms import choices, operations
from secrets_app.kms.choices import KeyEntry
from secrets_app.service_model import limits

_ALIAS = limits("CreateAlias", "AliasName", service_name="kms")
_ACTIONS = {
    # route of the dialog -> title, primary button, what is flashed
    "disable": ("Disable key", "Disable", "You successfully disabled the key."),
    "enable": ("Enable key", "Enable", "You successfully enabled the key."),
    "schedule-deletion": ("Schedule key deletion", "Schedule deletion", "You successfully scheduled the deletion."),
    "cancel-deletion": ("Cancel key deletion", "Cancel deletion", "The key is kept. Enable it to use it again."),
}


class AliasForm(AwsForm):
    alias = forms.RegexField(
        r"^[a-zA-Z0-9:/_-]+$",
        label="Alias",
        help_text="The name people choose the key by: letters, digits and :/_- . It must not begin with aws/.",
        max_length=(_ALIAS.max_length or 256) - len("alias/"),
        error_messages={"invalid": "An alias holds letters, digits and :/_- only."},
    )
    fields_of = {"AliasName": "alias"}

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = taken

    def clean_alias(self) -> str:
        """Refused before the key is made, so that none is left behind without its name."""
        name = f"alias/{str(self.cleaned_data['alias']).removeprefix('alias/')}"
        if name.startswith("alias/aws/"):
            raise forms.ValidationError("Aliases that begin with aws/ are reserved.")
        if name in self._taken:
            raise forms.ValidationError(f"There is a key with the alias {name} already.")
        return name


class CreateKeyForm(AliasForm):
    description = forms.CharField(required=False, max_length=8192, widget=forms.Textarea(attrs={"rows": 2}))


class DeletionForm(AwsForm):
    pending_window_in_days = forms.IntegerField(
        label="Waiting period",
        help_text="Enter the number of days, from 7 to 30.",
        min_value=7,
        max_value=30,
        initial=30,
    )


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/encryption_keys/page.html", _context(request))


def _context(request: ConsoleRequest) -> dict[str, Any]:
    region = request.call.region
    context: dict[str, Any] = {
        "page_url": reverse("encryption-keys", query={"region": region}),
        "create_url": reverse("encryption-keys-create", query={"region": region}),
        "breadcrumbs": [
            {"label": "Secrets Console", "url": reverse("secrets-list")},
            {"label": "Encryption keys", "url": ""},
        ],
    }
    try:
        context["keys"] = [_row(entry, region) for entry in choices.all_keys(request.call)]
    except AwsError as error:
        context |= {"keys": [], "error": error.message}
    return context


def _row(entry: KeyEntry, region: str) -> dict[str, Any]:
    return {"entry": entry, "actions": _items(entry, region), "status": _STATUS.get(entry.state, "info")}


_STATUS = {"Enabled": "success", "Disabled": "stopped", "PendingDeletion": "warning"}


def _items(entry: KeyEntry, region: str) -> list[dict[str, str]]:
    """What the state of a key allows; nothing for one that AWS manages. A key without a name can get one."""
    allowed = {
        "Enabled": ("disable", "schedule-deletion"),
        "Disabled": ("enable", "schedule-deletion"),
        "PendingDeletion": ("cancel-deletion",),
    }
    if entry.is_aws_managed:
        return []
    query = {"key_id": entry.choice.key_id, "region": region}
    items = [
        (action, _ACTIONS[action][1], reverse("encryption-keys-change", args=[action], query=query))
        for action in allowed[entry.state]
    ]
    if not entry.choice.alias and entry.state != "PendingDeletion":
        items.insert(0, ("alias", "Create alias", reverse("encryption-keys-alias", query=query)))
    return [{"id": f"{action}-{entry.choice.key_id}", "label": label, "url": url} for action, label, url in items]


@require_http_methods(["GET", "POST"])
def create(request: ConsoleRequest) -> HttpResponse:
    context: dict[str, Any] = {"action": reverse("encryption-keys-create", query={"region": request.call.region})}
    taken = _taken(request)
    if request.method == "GET":
        return dialog(request, "console/encryption_keys/create.html", {**context, "form": CreateKeyForm(taken=taken)})
    form = CreateKeyForm(request.POST, taken=taken)
    if form.is_valid():
        with form.showing_errors():
            key = operations.create_key(request.call, description=form.cleaned_data["description"])
            operations.create_alias(request.call, alias_name=form.cleaned_data["alias"], target_key_id=key.key_id)
            return _saved(request, f"You successfully created the key {form.cleaned_data['alias']}.")
    return dialog(request, "console/encryption_keys/create.html", {**context, "form": form}, status=422)


@require_http_methods(["GET", "POST"])
def alias(request: ConsoleRequest) -> HttpResponse:
    """A name for a key that has none: by its name it is chosen for a secret."""
    key_id = request.GET.get("key_id", "")
    form = AliasForm(request.POST if request.method == "POST" else None, taken=_taken(request))
    if form.is_valid():
        with form.showing_errors():
            operations.create_alias(request.call, alias_name=form.cleaned_data["alias"], target_key_id=key_id)
            return _saved(request, f"You successfully created the alias {form.cleaned_data['alias']}.")
    context = {
        "form": form,
        "key_id": key_id,
        "action": reverse("encryption-keys-alias", query={"key_id": key_id, "region": request.call.region}),
    }
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/encryption_keys/alias.html", context, status=status)


def _taken(request: ConsoleRequest) -> set[str]:
    return {entry.choice.alias for entry in choices.all_keys(request.call)}


@require_http_methods(["GET", "POST"])
def change(request: ConsoleRequest, action: str) -> HttpResponse:
    """One dialog for the four changes of a key's state; it names the secrets that stop or start working."""
    if action not in _ACTIONS:
        raise Http404
    title, submit, message = _ACTIONS[action]
    key_id = request.GET.get("key_id", "")
    form = DeletionForm(request.POST or None) if action == "schedule-deletion" else None
    context: dict[str, Any] = {
        "title": title,
        "submit": submit,
        "change": action,
        "key_id": key_id,
        "form": form,
        "action": reverse(
            "encryption-keys-change", args=[action], query={"key_id": key_id, "region": request.call.region}
        ),
    }
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _change(request, action, key_id, form)
            return _saved(request, message)
        except AwsError as error:
            context["error"] = error.message
    context["secrets"] = _protected(request, key_id)
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/encryption_keys/change.html", context, status=status)


def _protected(request: ConsoleRequest, key_id: str) -> list[str] | None:
    """Names of secrets; None for whom may not list them, who may look after keys all the same."""
    try:
        return choices.names_of_secrets_using(request.call, key_id)
    except AccessDeniedException:
        return None


def _change(request: ConsoleRequest, action: str, key_id: str, form: DeletionForm | None) -> None:
    if action == "enable":
        operations.enable_key(request.call, key_id=key_id)
    elif action == "disable":
        operations.disable_key(request.call, key_id=key_id)
    elif action == "cancel-deletion":
        operations.cancel_key_deletion(request.call, key_id=key_id)
    elif form is not None:
        operations.schedule_key_deletion(request.call, key_id=key_id, **form.cleaned_data)


def _saved(request: ConsoleRequest, message: str) -> HttpResponse:
    return saved(request, message, "console/encryption_keys/_keys.html", _context(request), target="keys")
