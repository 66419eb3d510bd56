"""Versions: two of them compared key by key. Which keys differ is shown at once; their values only when asked for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from console.forms import AwsForm
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret.shown_value import MOST_ROWS, SHOWN_FOR_SECONDS, Object, as_text, read_json
from secrets_app import operations
from secrets_app.errors import AwsError
from secrets_app.results import SecretValue, VersionEntry

_MOST_VERSIONS = 100
Part = tuple[str, str]  # the type and the text: the number 1 and the text "1" differ


class CompareForm(AwsForm):
    """Both are chosen from the versions that have a value."""

    older = forms.ChoiceField(label="Version")
    newer = forms.ChoiceField(label="Compared with")

    def __init__(self, *args: Any, versions: list[VersionEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(entry.version.version_id, _name(entry)) for entry in versions]
        for name in ("older", "newer"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("older") and given.get("older") == given.get("newer"):
            self.add_error("newer", "Choose two different versions.")
        return given


def _name(entry: VersionEntry) -> str:
    labels = ", ".join(entry.staging_labels) or "no label"
    return f"{labels} - {entry.version.created_at:%Y-%m-%d %H:%M} UTC - {entry.version.version_id}"


@for_secret
@require_http_methods(["GET", "POST"])
@never_cache
def compare(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    found = operations.list_secret_version_ids(
        request.call, secret_id=secret_id, include_deprecated=True, max_results=_MOST_VERSIONS
    )
    versions = [entry for entry in found.versions if entry.has_value]
    context: dict[str, Any] = {
        "action": url_of("secret-comparison-compare", secret_id, request.call.region),
        "is_alone": len(versions) < 2,
    }
    if request.method == "GET":
        initial = _initial(versions, request.GET.get("version_id", ""))
        form = CompareForm(initial=initial, versions=versions)
        return dialog(request, "console/secret/comparison/compare.html", {**context, "form": form})
    form = context["form"] = CompareForm(request.POST, versions=versions)
    if not form.is_valid():
        return dialog(request, "console/secret/comparison/compare.html", context, status=422)
    with_values = "show" in request.POST
    try:
        older, newer = (
            operations.get_secret_value(request.call, secret_id=secret_id, version_id=form.cleaned_data[name])
            for name in ("older", "newer")
        )
        context["result"] = _compared(older, newer, with_values=with_values)
    except AwsError as error:
        context["failure"] = error.message
        return dialog(request, "console/secret/comparison/compare.html", context, status=422)
    response = dialog(request, "console/secret/comparison/compare.html", context)
    if with_values and not request.htmx:
        back = url_of("secret", secret_id, request.call.region, tab="versions")
        response["Refresh"] = f"{SHOWN_FOR_SECONDS}; url={back}"
    return response


def _initial(versions: list[VersionEntry], version_id: str) -> dict[str, str]:
    """The version asked for, else AWSPREVIOUS, with AWSCURRENT."""
    by_label = {label: entry.version.version_id for entry in versions for label in entry.staging_labels}
    current = by_label.get("AWSCURRENT", "")
    others = [entry.version.version_id for entry in versions if entry.version.version_id != current]
    older = version_id or by_label.get("AWSPREVIOUS", "")
    return {"older": older if older in others else next(iter(others), ""), "newer": current}


# --- what differs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """change: "Added", "Removed", "Changed" or "Same". older and newer: None where there is none, or nobody asked."""

    key: str
    change: str
    older: str | None = field(default=None, repr=False)
    newer: str | None = field(default=None, repr=False)


def _compared(older: SecretValue, newer: SecretValue, *, with_values: bool) -> dict[str, Any]:
    before, after = (parts_of(found.value.string or "") for found in (older, newer))
    known = {"with_values": with_values, "seconds": SHOWN_FOR_SECONDS}
    if older.value.is_binary or newer.value.is_binary or before is None or after is None:
        same = older.value == newer.value
        return {**known, "sizes": [len(older.value.content), len(newer.value.content)], "same": same} | (
            {"texts": [_readable(older), _readable(newer)]} if with_values else {}
        )
    rows = differences(before, after)
    if not with_values:
        rows = [Difference(row.key, row.change) for row in rows]
    counts = [(change, sum(row.change == change for row in rows)) for change in ("Added", "Removed", "Changed", "Same")]
    return {**known, "rows": rows, "counts": counts, "same": all(row.change == "Same" for row in rows)}


def _readable(found: SecretValue) -> str:
    return found.value.string if found.value.string is not None else found.value.content.hex(" ")


def parts_of(text: str) -> dict[str, Part] | None:
    """Each key of a JSON object, those of objects in it as "outer > inner"; an array is one value. None for what is no
    JSON object, has a key twice, or more of them than can be shown."""
    found = read_json(text)
    if not isinstance(found, Object):
        return None
    pairs = list(_flat(found, ""))
    parts = dict(pairs)
    return parts if len(parts) == len(pairs) <= MOST_ROWS else None


def _flat(value: Object, path: str) -> Iterator[tuple[str, Part]]:
    for key, each in value.pairs:
        name = f"{path} > {key}" if path else key
        if isinstance(each, Object) and each.pairs:
            yield from _flat(each, name)
        else:
            yield name, (type(each).__name__, _text(each))


def _text(value: Any) -> str:
    if isinstance(value, Object | list):
        return json.dumps(value, ensure_ascii=False, default=lambda held: dict(held.pairs))
    return as_text(value)


def differences(before: dict[str, Part], after: dict[str, Part]) -> list[Difference]:
    """What changed first, then what is the same; in the order of the newer value, with what was removed at the end."""
    keys = [*after, *(key for key in before if key not in after)]
    rows = [_difference(key, before.get(key), after.get(key)) for key in keys]
    return sorted(rows, key=lambda row: row.change == "Same")


def _difference(key: str, older: Part | None, newer: Part | None) -> Difference:
    if older is None or newer is None:
        change = "Added" if older is None else "Removed"
    else:
        change = "Same" if older == newer else "Changed"
    return Difference(key, change, older[1] if older else None, newer[1] if newer else None)
