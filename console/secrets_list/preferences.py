"""Preferences of the list: columns, page size, what is scheduled for deletion. Kept with the person."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secrets_list.columns import COLUMNS, DEFAULT_COLUMNS
from secrets_app.principals import Identity, remember_console_preferences, remember_preferences

_PAGE = "secrets_list"
PAGE_SIZES = (10, 25, 50, 100)
_DEFAULT_SIZE = 25
_DENSITIES = [("comfortable", "Comfortable"), ("compact", "Compact")]


@dataclass(frozen=True, slots=True)
class ListPreferences:
    """columns: keys of the columns beside the name, in the table's order."""

    columns: tuple[str, ...] = DEFAULT_COLUMNS
    page_size: int = _DEFAULT_SIZE
    show_deleted: bool = False


def of(identity: Identity) -> ListPreferences:
    """What is stored may be of another release: what it doesn't say, or says wrongly, is as for a new person."""
    stored = identity.console_preferences.get(_PAGE, {})
    columns = stored.get("columns", DEFAULT_COLUMNS)
    size = stored.get("page_size")
    return ListPreferences(
        columns=tuple(column.key for column in COLUMNS if column.key in columns),
        page_size=size if size in PAGE_SIZES else _DEFAULT_SIZE,
        show_deleted=stored.get("show_deleted") is True,
    )


class PreferencesForm(forms.Form):
    page_size = forms.TypedChoiceField(
        coerce=int, choices=[(size, f"{size} secrets") for size in PAGE_SIZES], widget=forms.RadioSelect
    )
    columns = forms.MultipleChoiceField(
        label="Visible columns",
        help_text="The secret name is always shown.",
        choices=[(column.key, column.label) for column in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    show_deleted = forms.BooleanField(label="Show secrets scheduled for deletion", required=False)
    density = forms.ChoiceField(
        label="Density", help_text="Of every page, not only of this one.", choices=_DENSITIES, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.optional_mark = False  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest) -> HttpResponse:
    target = _list_url(request)
    context: dict[str, Any] = {"action": reverse("secrets-list-preferences", query={"next": target})}
    if request.method == "GET":
        now = of(request.call.principal)
        initial = {
            "page_size": now.page_size,
            "columns": now.columns,
            "show_deleted": now.show_deleted,
            "density": request.call.principal.density,
        }
        return dialog(request, _TEMPLATE, {**context, "form": PreferencesForm(initial=initial)})
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return dialog(request, _TEMPLATE, {**context, "form": form}, status=422)
    _save(request.call.principal, form.cleaned_data)
    # The whole page: its density stands on <html>.
    return HttpResponseClientRedirect(target) if request.htmx else redirect(target)


_TEMPLATE = "console/secrets_list/preferences.html"


def _save(identity: Identity, wanted: dict[str, Any]) -> None:
    remember_console_preferences(
        identity, _PAGE, {name: wanted[name] for name in ("columns", "page_size", "show_deleted")}
    )
    if wanted["density"] != identity.density:
        remember_preferences(identity, color_mode=identity.color_mode, density=wanted["density"])


def _list_url(request: ConsoleRequest) -> str:
    """The view of the list the dialog was opened from."""
    target = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("secrets-list")
