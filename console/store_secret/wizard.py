"""Store a new secret: four steps with addresses of their own. Nothing exists until Store, and then all of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from console.htmx import dialog
from console.http import ConsoleRequest
from console.store_secret import step_forms, steps
from console.store_secret.configure_form import ROWS as CONFIGURE_ROWS
from console.store_secret.draft import OpenDraft, breadcrumbs, for_draft, new_content, owner_of
from console.store_secret.password import generate
from console.store_secret.password_form import PasswordForm
from console.store_secret.rotation_step_form import ROWS as ROTATION_ROWS
from console.store_secret.secret_types import DESCRIPTIONS, TITLES
from console.store_secret.steps import CONFIGURE, ORDER, ROTATION, TYPE
from secrets_app import drafts, regions

_TEMPLATES = {TYPE: "secret_type.html", CONFIGURE: "configure.html", ROTATION: "rotation.html"}
_ROWS = {TYPE: (), CONFIGURE: CONFIGURE_ROWS, ROTATION: ROTATION_ROWS}


@require_GET
def start(request: ConsoleRequest) -> HttpResponse:
    """Straight to the first step of a new draft, so that the way back to it leads to what was typed."""
    draft_id = drafts.start(owner_of(request), new_content())
    return redirect(steps.url(TYPE, draft_id, request.call.region))


@for_draft
@require_http_methods(["GET", "POST"])
def secret_type(request: ConsoleRequest, draft: OpenDraft) -> HttpResponse:
    return _step(request, draft, TYPE)


@for_draft
@require_http_methods(["GET", "POST"])
def configure(request: ConsoleRequest, draft: OpenDraft) -> HttpResponse:
    return _step(request, draft, CONFIGURE)


@for_draft
@require_http_methods(["GET", "POST"])
def rotation(request: ConsoleRequest, draft: OpenDraft) -> HttpResponse:
    return _step(request, draft, ROTATION)


def _step(request: ConsoleRequest, draft: OpenDraft, step: str) -> HttpResponse:
    """What was typed is kept whichever button was pressed; only Next looks whether it is right."""
    if draft.stored_name:
        return redirect("store-secret")
    if request.method == "GET":
        return _page(request, draft, step, checked="check" in request.GET)
    _keep(request, draft, step)
    goes = request.POST.get("go", "next")
    region = request.call.region
    if goes == "generate" and step == TYPE:
        refused = generate(request, draft)
        if refused is None:
            return redirect(steps.url(TYPE, draft.id, region) + "#password-generator")
        return _page(request, draft, step, checked=False, password_form=refused, status=422)
    if goes == "next":
        is_right = step_forms.form_of(request, draft, step, checked=True).is_valid()
        _pass(draft, step, is_right=is_right)
        if is_right:
            return redirect(steps.url(steps.after(step), draft.id, region))
        return _page(request, draft, step, checked=True, status=422)
    wanted = steps.before(step) if goes == "previous" else goes
    return redirect(steps.url(wanted if wanted in ORDER else step, draft.id, region))


@sensitive_variables("posted", "content")
def _keep(request: ConsoleRequest, draft: OpenDraft, step: str) -> None:
    """The step's own fields, and no others."""
    fields = {*step_forms.form_of(request, draft, step, checked=False).fields, *_ROWS[step]}
    if step == TYPE:
        fields |= set(PasswordForm().fields)
    posted = {name: values for name, values in request.POST.lists() if name in fields}
    if "secret_string" in posted:
        breaks = "\r\n" if posted.get("line_breaks") == ["crlf"] else "\n"
        posted["secret_string"] = [text.replace("\r\n", "\n").replace("\n", breaks) for text in posted["secret_string"]]

    def change(content: drafts.Content) -> None:
        content["steps"][step] = posted
        if content["refusal"] and content["refusal"]["step"] == step:
            content["refusal"] = None

    draft.change(change)


def _pass(draft: OpenDraft, step: str, *, is_right: bool) -> None:
    """Whether the list of steps leads on from this one."""

    def change(content: drafts.Content) -> None:
        passed = set(content.get("passed", []))
        content["passed"] = sorted(passed | {step} if is_right else passed - {step})

    if is_right != (step in draft.passed):
        draft.change(change)


def _page(
    request: ConsoleRequest,
    draft: OpenDraft,
    step: str,
    *,
    checked: bool,
    password_form: PasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = step_forms.form_of(request, draft, step, checked=checked)
    context = frame(request, draft, step) | {"form": form}
    if step == TYPE:
        context |= _of_type(draft, form, password_form)
    elif step == CONFIGURE:
        context["free_regions"] = [region for region in regions.REGIONS if region.code != request.call.region]
    else:
        context["kind"] = step_forms.kind_of(draft)
    return render(request, f"console/store_secret/{_TEMPLATES[step]}", context, status=status)


def _of_type(draft: OpenDraft, form: Any, password_form: PasswordForm | None) -> dict[str, Any]:
    posted = draft.posted(TYPE)
    initial = {name: posted.get(name, "") for name in PasswordForm().fields} if "password_length" in posted else None
    return {
        "types": [
            {"value": value, "label": label, "description": DESCRIPTIONS.get(value, "")}
            for value, label in TITLES.items()
        ],
        "selected": form["secret_type"].value() or "",
        "binary_size": len(draft.binary or b""),
        "password_form": password_form or PasswordForm(initial=initial),
    }


def frame(request: ConsoleRequest, draft: OpenDraft, step: str) -> dict[str, Any]:
    """What every step's page shows around its own."""
    return {
        "draft_id": draft.id,
        "step": step,
        "step_number": ORDER.index(step) + 1,
        "step_title": steps.TITLES[step],
        "steps": steps.listed(step, draft.seen, draft.passed),
        "action": steps.url(step, draft.id, request.call.region),
        "is_entered": bool(draft.seen),
        "breadcrumbs": breadcrumbs(),
    }


@for_draft
@require_http_methods(["GET", "POST"])
def cancel(request: ConsoleRequest, draft: OpenDraft) -> HttpResponse:
    """Asks first; then what was typed is gone."""
    if request.method == "GET":
        context = {"action": steps.cancel_url(draft.id, request.call.region)}
        return dialog(request, "console/store_secret/cancel.html", context)
    drafts.discard(draft.owner, draft.id)
    home = reverse("secrets-list")
    return HttpResponseClientRedirect(home) if request.htmx else redirect(home)
