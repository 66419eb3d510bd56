"""From a session to a Call; and where an AwsError goes that no form showed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django_htmx.http import HttpResponseClientRedirect, reswap

from secrets_app import accounts, principals, regions
from secrets_app.aws_json.wsgi import source_ip
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, AwsError, ResourceNotFoundException

from .http import ConsoleRequest

_OPEN_ROUTES = {"sign-in", "healthz"}
_SEEN = "seen_at"
_STATUS = {AccessDeniedException: 403, ResourceNotFoundException: 404}


class ConsoleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_open(request):
            return self.get_response(request)
        now = datetime.now(UTC)
        # Read anew for every request, by the session: whom it no longer lets in is anonymous here.
        known = request.user.is_authenticated and not _idle(request, now)
        identity = principals.identity(cast(principals.SignInUser, request.user)) if known else None
        if identity is None:
            if request.user.is_authenticated:
                logout(request)
            return _to_sign_in(request)
        _mark_seen(request, now)
        _remember_region(request)
        cast(ConsoleRequest, request).call = Call(
            principal=identity,
            region=current_region(request),
            now=now,
            door="console",
            source_ip=source_ip(request.META, behind_proxy=settings.BEHIND_TLS),
            user_agent=request.headers.get("User-Agent", ""),
            secure_transport=request.is_secure(),
            made=[],
        )
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """htmx: a flash beside the untouched page. Otherwise: the error page."""
        if not isinstance(exception, AwsError):
            if not accounts.were_emptied_lately(datetime.now(UTC)):
                return None
            exception = ResourceNotFoundException("What this page was about has just been removed. Begin again.")
        status = _STATUS.get(type(exception), exception.status)
        if cast(ConsoleRequest, request).htmx:
            messages.error(request, exception.message)
            return reswap(render(request, "console/_flash_items.html", status=status), "none")
        context = {"title": _title(status), "message": exception.message}
        return render(request, "console/error.html", context, status=status)


def current_region(request: HttpRequest) -> str:
    """The Region of the page: in its URL, else the one last chosen."""
    asked = request.GET.get("region", "")
    if regions.is_region(asked):
        return asked
    return str(request.session.get("region", settings.HOME_REGION))


def _remember_region(request: HttpRequest) -> None:
    """Opening a page of another Region is going there: the pages reached from it are of that Region too."""
    asked = request.GET.get("region", "")
    is_page = request.method == "GET" and not cast(ConsoleRequest, request).htmx
    if is_page and regions.is_region(asked) and request.session.get("region") != asked:
        request.session["region"] = asked


def _title(status: int) -> str:
    return {403: "You don't have permission", 404: "Not found"}.get(status, "This request can't be completed")


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).url_name in _OPEN_ROUTES
    except Resolver404:
        return False


def _idle(request: HttpRequest, now: datetime) -> bool:
    seen = request.session.get(_SEEN)
    return seen is not None and now - datetime.fromisoformat(seen) > timedelta(seconds=settings.IDLE_SECONDS)


def _mark_seen(request: HttpRequest, now: datetime) -> None:
    """At most once a minute: each writes the session."""
    seen = request.session.get(_SEEN)
    if seen is None or now - datetime.fromisoformat(seen) > timedelta(minutes=1):
        request.session[_SEEN] = now.isoformat()


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Back to where the person was, after signing in; from htmx, the page they were on rather than a fragment."""
    if cast(ConsoleRequest, request).htmx:
        return HttpResponseClientRedirect(redirect_to_login(_page_of(request)).url)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def _page_of(request: HttpRequest) -> str:
    """The address, without its host, of the page that htmx asks from."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
    except ValueError:  # not htmx's doing
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")
