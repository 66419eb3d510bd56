"""Every page and dialog of one secret is addressed by ?name=; its Region is the call's."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast
from urllib.parse import parse_qs, urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from console.http import ConsoleRequest

P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, str, P], HttpResponse]


def for_secret(view: View[P]) -> Callable[..., HttpResponse]:
    """Hands ?name= to the view as secret_id. A name only: the controls of a page that another account's ARN opened
    would act on the secret of that name in one's own."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        name = request.GET.get("name", "")
        if not name or name.startswith("arn:"):
            raise Http404
        return view(cast(ConsoleRequest, request), name, *args, **kwargs)

    return run


def url_of(route: str, name: str, region: str, **query: str) -> str:
    """The address of a page or dialog of a secret: {"name", "region", ...} in the query, because names have slashes."""
    return reverse(route, query={"name": name, "region": region, **query})


def tab_of(request: ConsoleRequest) -> str:
    """The tab the person is on."""
    return asked_of_page(request, "tab")


def asked_of_page(request: ConsoleRequest, parameter: str) -> str:
    """A parameter of this page's address; for a dialog, of the address of the page it was opened from."""
    if "tab" not in request.GET and request.htmx and request.htmx.current_url:
        return parse_qs(urlsplit(request.htmx.current_url).query).get(parameter, [""])[0]
    return request.GET.get(parameter, "")
