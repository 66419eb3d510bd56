"""Sign in, sign out, and what a person prefers."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.http import ConsoleRequest
from secrets_app import operations, regions
from secrets_app.errors import AwsError
from secrets_app.principals import remember_preferences

# What an address says of a Region, and of positions in its lists.
_OF_ONE_REGION = ("region", "token", "page", "before", "replica_region")
_REFUSED = "Your authentication information is incorrect. Please try again."
_LOCKED = "Too many failed attempts. Wait 15 minutes, then try again."


class SignInForm(forms.Form):
    account = forms.CharField(label="Account ID (12 digits)", max_length=12, initial=settings.DEMO_ACCOUNT, strip=True)
    username = forms.CharField(label="User name", max_length=64)
    password = forms.CharField(label="Password", strip=False, widget=forms.PasswordInput)

    def clean_account(self) -> str:
        account = str(self.cleaned_data["account"]).replace("-", "")
        if len(account) != 12 or not account.isdecimal():
            raise ValidationError("Enter the account's 12 digits.")
        return account


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _next(request)
    if request.method == "GET":
        return render(request, "console/sign_in/sign_in.html", {"form": SignInForm(), "next": target})
    form = SignInForm(request.POST)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None:
            login(request, user, backend="console.sign_in.backend.PrincipalBackend")
            return redirect(target)
        form.add_error(None, _LOCKED if getattr(request, "axes_locked_out", False) else _REFUSED)
    return render(request, "console/sign_in/sign_in.html", {"form": form, "next": target}, status=422)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """What django-axes answers instead of the page once there were too many failures."""
    del response, credentials
    form = SignInForm(request.POST)
    form.is_valid()
    form.add_error(None, _LOCKED)
    return render(request, "console/sign_in/sign_in.html", {"form": form, "next": _next(request)}, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@require_POST
def change_region(request: ConsoleRequest) -> HttpResponse:
    """The Region the console shows from now on, on the same page. A secret's page makes way for the list of secrets
    where the chosen Region has none of its name."""
    code = request.POST.get("region", "")
    if not regions.is_region(code):
        return redirect(_next(request))
    request.session["region"] = code
    page = urlsplit(_next(request))
    kept = [(name, value) for name, value in parse_qsl(page.query) if name not in _OF_ONE_REGION]
    name = dict(kept).get("name", "") if page.path.startswith(reverse("secret")) else ""
    if page.path == reverse("secrets-list"):
        kept = [(name, value) for name, value in kept if (name, value) != ("view", "all-regions")]
    elif name and not _is_there(request, name, code):
        return redirect("secrets-list")
    return redirect(page.path + (f"?{urlencode(kept)}" if kept else ""))


def _is_there(request: ConsoleRequest, name: str, region: str) -> bool:
    """Whether the person can open a secret of this name in the Region: a replica, or another secret."""
    try:
        operations.describe_secret(replace(request.call, region=region), secret_id=name)
    except AwsError:
        return False
    return True


@require_POST
def preferences(request: ConsoleRequest) -> HttpResponse:
    color_mode, density = request.POST.get("color_mode", ""), request.POST.get("density", "")
    remember_preferences(
        request.call.principal,
        color_mode=color_mode if color_mode in ("light", "dark", "system") else "system",
        density=density if density in ("comfortable", "compact") else "comfortable",
    )
    return redirect(_next(request))


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse("ok\n", content_type="text/plain")


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"
