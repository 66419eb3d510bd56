"""The list of secrets: search, sort, folders, every Region, pages by NextToken; every view of it is a URL."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_htmx.http import push_url

from console.http import ConsoleRequest
from console.secret._for_secret import url_of
from console.secrets_list import bulk, columns, filters, listing, preferences
from console.secrets_list import view as views
from console.secrets_list.columns import Column
from console.secrets_list.filters import Token
from console.secrets_list.listing import Listing
from console.secrets_list.view import ListView
from secrets_app import overview
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.folders import MOST_COUNTED, Folder
from secrets_app.results import Description

_MOST_SCHEDULED = 100
_PAGES_SHOWN = 3  # numbers before this page's, beside the first


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    """GET /: the page. Asked by htmx (search, sort, refresh, pages): only the list, and the address it has."""
    view = views.read(request, request.call.region)
    context = _context(request, view)
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, "console/secrets_list/page.html", context)
    response = render(request, "console/secrets_list/_swapped.html", context)
    address = context["view"].url
    return response if request.htmx.current_url_abs_path == address else push_url(response, address)


def _context(request: ConsoleRequest, view: ListView) -> dict[str, Any]:
    preferred = preferences.of(request.call.principal)
    with_deleted = preferred.show_deleted if view.deleted is None else view.deleted
    error: AwsError | None = None
    try:
        found = listing.of(request.call, view, size=preferred.page_size, with_deleted=with_deleted)
    except AwsError as refused:
        error, found = refused, Listing([])
    context = _search(view, error)
    view = context["view"]
    shown = columns.visible(preferred.columns, with_deleted=with_deleted)
    return {
        **context,
        **_table(view, found, shown),
        **_pages(view, found.next_token),
        **_scheduled(request, view, error, with_deleted=with_deleted),
        "error": error.message if error else "",
        "denied": isinstance(error, AccessDeniedException),
        "denied_regions": found.denied_regions,
        "counter": _counter(view, found),
        "views": _views(view),
        "folder_path": _folder_path(view),
        "preferences_url": reverse("secrets-list-preferences", query={"next": view.first_page().url}),
        "bulk_actions": {bulk.DUPLICATE: "Duplicate secret", **bulk.ACTIONS},
        "under_way": bulk.under_way(request),
        "take_focus": bool(request.htmx) and (request.htmx.trigger or "").startswith("filter-"),
        "breadcrumbs": [{"label": "Secrets Console", "url": reverse("secrets-list")}, {"label": "Secrets", "url": ""}],
    }


# --- search --------------------------------------------------------------------------------------


def _search(view: ListView, error: AwsError | None) -> dict[str, Any]:
    """The tokens, and the box. What was refused stays in the box and becomes no token."""
    refused = view.typed if error is not None and not isinstance(error, AccessDeniedException) else None
    if refused is not None:
        view = view.without(refused)
    in_the_box = refused or view.edited
    return {
        "view": view,
        "tokens": [
            {"joint": joint, "token": token, "url": view.without(token).url, "edit_url": view.url_to_edit(token)}
            for joint, token in filters.joined(view.tokens)
        ],
        "properties": filters.PROPERTIES,
        "replication": filters.REPLICATION,
        "in_the_box": in_the_box,
        "chosen_property": (in_the_box or view.typed or Token("all", "")).key,
        "kept": [(name, value) for name, value in view.parameters if name not in ("view", "prefix")],
        "within": view.prefix,
        "clear_url": replace(view.first_page(), tokens=()).url,
    }


# --- the table -----------------------------------------------------------------------------------


def _table(view: ListView, found: Listing, shown: list[Column]) -> dict[str, Any]:
    in_folders = view.kind == "folders"
    return {
        "rows": [
            _folder_row(view, entry) if isinstance(entry, Folder) else _row(view, entry, shown)
            for entry in found.entries
        ],
        "name_column": _header(view, "Secret name", "" if in_folders else columns.NAME_SORT),
        "columns": [_header(view, column.label, "" if in_folders else column.sort_by) for column in shown],
        "with_regions": view.kind == "all-regions",
        "width": len(shown),
    }


def _row(view: ListView, described: Description, shown: list[Column]) -> dict[str, Any]:
    secret = described.secret
    return {
        "secret": secret,
        "label": secret.name[len(view.prefix) :] or secret.name,
        "url": url_of("secret", secret.name, secret.region),
        "cells": [(column.css, column.cell(described)) for column in shown],
    }


def _folder_row(view: ListView, folder: Folder) -> dict[str, Any]:
    count = f"{MOST_COUNTED}+" if folder.secrets > MOST_COUNTED else str(folder.secrets)
    return {
        "folder": folder.prefix[len(view.prefix) :],
        "url": replace(view.first_page(), prefix=folder.prefix).url,
        "count": f"{count} {'secret' if folder.secrets == 1 else 'secrets'}",
    }


def _header(view: ListView, label: str, sort_by: str) -> dict[str, str]:
    """A sortable column's header turns its order round; a new one starts ascending."""
    if not sort_by:
        return {"label": label, "url": "", "sorted": ""}
    is_sorted = view.sort == sort_by
    order = "desc" if is_sorted and view.order == "asc" else "asc"
    state = {"asc": "ascending", "desc": "descending"}[view.order] if is_sorted else "none"
    turned = replace(view.first_page(), sort=sort_by, order=order)
    return {"label": label, "url": turned.url, "sorted": state, "id": f"sort-{sort_by}"}


def _pages(view: ListView, next_token: str) -> dict[str, Any]:
    """Where the last pages begin is in the address: they are a link away, and no page is ever counted.

    The way back may be longer than the address can hold. Then the first page is the way.
    """
    earlier = [(view.page - back, view.earlier_page(back)) for back in range(_PAGES_SHOWN, 0, -1) if back < view.page]
    known = [{"number": number, "url": page.url, "gap": False} for number, page in earlier if page is not None]
    known.append({"number": view.page, "url": view.url, "gap": False})
    first = view.first_page().url
    if view.page > 1 and known[0]["number"] != 1:
        known.insert(0, {"number": 1, "url": first, "gap": known[0]["number"] != 2})
    previous = view.earlier_page(1)
    return {
        "page_number": view.page,
        "previous_url": "" if view.page == 1 else previous.url if previous else first,
        "next_url": view.next_page(next_token).url if next_token else "",
        "known_pages": known,
    }


def _counter(view: ListView, found: Listing) -> str:
    """How many there are as far as this page knows: all of them, or "25+"."""
    if view.page > 1 or view.kind == "folders" or (not found.entries and not found.next_token):
        return ""
    return f"{len(found.entries)}{'+' if found.next_token else ''}"


# --- around it -----------------------------------------------------------------------------------


def _scheduled(
    request: ConsoleRequest, view: ListView, error: AwsError | None, *, with_deleted: bool
) -> dict[str, Any]:
    """How many are on their way out, counted no further than is worth saying."""
    count = ""
    if view.kind != "all-regions" and error is None:
        number = overview.scheduled_for_deletion(request.call, most=_MOST_SCHEDULED)
        count = f"more than {_MOST_SCHEDULED}" if number > _MOST_SCHEDULED else str(number)
    return {
        "scheduled": count,
        "show_deleted": with_deleted,
        "deleted_url": replace(view.first_page(), deleted=not with_deleted).url,
    }


def _views(view: ListView) -> list[dict[str, Any]]:
    plain = replace(view.first_page(), kind="region", prefix="")
    return [
        {"label": "List", "url": plain.url, "current": view.kind == "region"},
        {"label": "Folders", "url": replace(plain, kind="folders", tokens=()).url, "current": view.kind == "folders"},
        {
            "label": "All Regions",
            "url": replace(plain, kind="all-regions").url,
            "current": view.kind == "all-regions",
        },
    ]


def _folder_path(view: ListView) -> list[dict[str, str]]:
    """From all folders down to the open one, which is no link."""
    if view.kind != "folders":
        return []
    top = replace(view.first_page(), prefix="")
    segments = view.prefix.split("/")[:-1]
    path = [{"label": "All folders", "url": top.url}]
    for place, segment in enumerate(segments, start=1):
        path.append({"label": segment or "/", "url": replace(top, prefix="/".join(segments[:place]) + "/").url})
    path[-1]["url"] = ""
    return path
