"""The list of secrets: search, sort, pages by NextToken; every view of it is a URL that can be kept."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from console.http import ConsoleRequest
from console.secret._for_secret import url_of
from console.secrets_list import filters
from secrets_app import operations
from secrets_app.errors import AccessDeniedException, AwsError
from secrets_app.results import Description, Page

PAGE_SIZE = 25
COLUMNS = (
    ("Secret name", "name"),
    ("Description", ""),
    ("Managed by", ""),
    ("Last retrieved (UTC)", "last-accessed-date"),
    ("Created on (UTC)", "created-date"),
)
_SORTABLE = {key for _, key in COLUMNS if key}


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    """GET /: the page. Asked by htmx (search, sort, refresh, pages): only the table."""
    template = "console/secrets_list/_table.html" if request.htmx else "console/secrets_list/page.html"
    return render(request, template, _context(request))


def _context(request: ConsoleRequest) -> dict[str, Any]:
    query = _query(request)
    search = filters.read(query)
    found, error = _list(request, query, search)
    rows = [_row(described) for described in found.items]
    return {
        "rows": rows,
        "search": search,
        "properties": filters.PROPERTIES,
        "rule": filters.RULES[search.filter_property],
        "query": query,
        "columns": [_column(label, key, query) for label, key in COLUMNS],
        "error": error.message if error else "",
        "denied": isinstance(error, AccessDeniedException),
        "refresh_url": _url(query),
        "clear_url": _url({key: value for key, value in query.items() if key not in ("search", "property")}),
        "show_deleted": query.get("deleted") == "1",
        "deleted_url": _url({**query, "deleted": "0" if query.get("deleted") == "1" else "1"}),
        **_pages(query, request.GET.getlist("token"), found.next_token),
        "breadcrumbs": [{"label": "Secrets Console", "url": reverse("secrets-list")}, {"label": "Secrets", "url": ""}],
    }


def _query(request: HttpRequest) -> dict[str, str]:
    """What a URL of this page says, but for the pages already turned."""
    known = ("property", "search", "sort", "order", "deleted")
    return {key: request.GET[key] for key in known if request.GET.get(key)}


def _list(
    request: ConsoleRequest, query: dict[str, str], search: filters.Search
) -> tuple[Page[Description], AwsError | None]:
    tokens = request.GET.getlist("token")
    sort = query.get("sort", "")
    try:
        page = operations.list_secrets(
            request.call,
            filters=search.filters,
            max_results=PAGE_SIZE,
            next_token=tokens[-1] if tokens else None,
            sort_by=sort if sort in _SORTABLE else None,
            sort_order="desc" if query.get("order") == "desc" else "asc",
            include_planned_deletion=query.get("deleted") == "1",
        )
    except AwsError as error:
        return Page([]), error
    return page, None


def _row(described: Description) -> dict[str, Any]:
    secret = described.secret
    return {"secret": secret, "url": url_of("secret", secret.name, secret.region)}


def _column(label: str, key: str, query: dict[str, str]) -> dict[str, str]:
    """A sortable column's header turns its order round; a new one starts ascending."""
    if not key:
        return {"label": label, "url": "", "sorted": ""}
    now = query.get("order", "asc") if query.get("sort") == key else ""
    order = "desc" if now == "asc" else "asc"
    state = {"asc": "ascending", "desc": "descending"}.get(now, "none")
    return {"label": label, "url": _url({**query, "sort": key, "order": order}), "sorted": state}


def _pages(query: dict[str, str], tokens: list[str], next_token: str | None) -> dict[str, Any]:
    """Tokens of the pages turned so far are in the URL: any of them is a link away, and no page is ever counted."""
    return {
        "page_number": len(tokens) + 1,
        "previous_url": _url(query, tokens[:-1]) if tokens else "",
        "next_url": _url(query, [*tokens, next_token]) if next_token else "",
        "known_pages": [
            {"number": number + 1, "url": _url(query, tokens[:number])} for number in range(len(tokens) + 1)
        ],
    }


def _url(query: dict[str, str], tokens: list[str] | None = None) -> str:
    parts = [*query.items(), *(("token", token) for token in tokens or [])]
    return reverse("secrets-list") + (f"?{urlencode(parts)}" if parts else "")
