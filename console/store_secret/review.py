"""Step 4, "Review": everything but the value, once more; and Store."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from console.equivalent_call.shown import with_calls
from console.http import ConsoleRequest
from console.secret import white_space
from console.secret._for_secret import url_of
from console.secret.permissions import laid_out
from console.secret.sample_code import samples
from console.store_secret import refusals, step_forms, steps
from console.store_secret.draft import OpenDraft, for_draft, gone
from console.store_secret.secret_types import DATABASES, EXTERNAL, TITLES, engine
from console.store_secret.steps import CONFIGURE, REVIEW, ROTATION, TYPE
from console.store_secret.wizard import frame
from secrets_app import drafts, new_secret

Forms = tuple[Any, Any, Any]


@for_draft
@require_http_methods(["GET", "POST"])
def review(request: ConsoleRequest, draft: OpenDraft) -> HttpResponse:
    if draft.stored_name:  # Store pressed twice, or the way back after it
        return _stored(request, draft.stored_name, rotates=False)
    forms = _checked(request, draft)
    if isinstance(forms, str):
        return redirect(steps.url(forms, draft.id, request.call.region, check="1"))
    if request.method == "GET":
        return _page(request, draft, forms)
    goes = request.POST.get("go", "store")
    if goes != "store":
        wanted = steps.before(REVIEW) if goes == "previous" else goes
        return redirect(steps.url(wanted if wanted in steps.ORDER else REVIEW, draft.id, request.call.region))
    return _store(request, draft, forms)


def _checked(request: ConsoleRequest, draft: OpenDraft) -> Forms | str:
    """The three forms, valid; or the first step that is not. Why Store was refused before does not count again."""
    found = (
        step_forms.secret_type(request, draft, checked=True),
        step_forms.configure(request, draft, checked=True),
        step_forms.rotation_step(request, draft, checked=True),
    )
    for form, step in zip(found, (TYPE, CONFIGURE, ROTATION), strict=True):
        if not form.is_valid():
            return step
    return found


@sensitive_variables("asked")
def _store(request: ConsoleRequest, draft: OpenDraft, forms: Forms) -> HttpResponse:
    asked = _asked(draft, forms)
    try:
        name = new_secret.store(draft.owner, draft.id, asked)
    except new_secret.RefusedError as refused:
        refusal = refusals.place(refused)

        def change(content: drafts.Content) -> None:
            content["refusal"] = refusal

        draft.change(change)
        return redirect(steps.url(refusal["step"], draft.id, request.call.region))
    if name is None:
        return gone(request)
    return _stored(request, name, rotates=asked.rotation is not None)


def _asked(draft: OpenDraft, forms: Forms) -> new_secret.NewSecret:
    of_type, of_secret, of_rotation = forms
    tokens = draft.content["tokens"]
    creation = {
        **of_type.creation(of_rotation.superuser(), draft.binary),
        **of_secret.creation(),
        "client_request_token": tokens["create"],
    }
    return new_secret.NewSecret(
        {member: given for member, given in creation.items() if given is not None},
        of_secret.cleaned_data["resource_policy"],
        of_rotation.rotation(tokens["rotate"]),
    )


def _stored(request: ConsoleRequest, name: str, *, rotates: bool) -> HttpResponse:
    """To the list, as AWS does; where a rotation has been set up, to its status."""
    region = request.call.region
    text = (
        'You successfully stored the secret {}. <a href="{}">View details</a> or '
        '<a href="{}#panel-sample-code">see sample code</a>.'
    )
    url = url_of("secret", name, region)
    messages.success(request, with_calls(format_html(text, name, url, url), request.call.made))
    return redirect(url_of("secret", name, region, tab="rotation") if rotates else "secrets-list")


def _page(request: ConsoleRequest, draft: OpenDraft, forms: Forms) -> HttpResponse:
    of_type, of_secret, of_rotation = forms
    refusal = draft.refusal_of(REVIEW)
    context = frame(request, draft, REVIEW) | {
        "summary_of_type": _summary_of_type(of_type, draft),
        "secret": of_secret.cleaned_data,
        "tags": of_secret.tag_rows,
        "replicas": of_secret.replica_rows,
        "policy": laid_out(of_secret.cleaned_data["resource_policy"]),
        "rotation": _summary_of_rotation(of_rotation),
        "samples": samples(of_secret.cleaned_data["name"], request.call.region),
        "refused": refusal["message"] if refusal else "",
        "edit_urls": {
            "type": steps.url(TYPE, draft.id, request.call.region),
            "secret": steps.url(CONFIGURE, draft.id, request.call.region),
            "rotation": steps.url(ROTATION, draft.id, request.call.region),
        },
    }
    return render(request, "console/store_secret/review.html", context)


def _summary_of_type(form: Any, draft: OpenDraft) -> list[tuple[str, str]]:
    """Never a value, a password or a user name's password: what kind, and how large."""
    given = form.cleaned_data
    created = form.creation("", draft.binary)
    size = len((created["secret_string"] or "").encode()) or len(created["secret_binary"] or b"")
    rows = [("Secret type", TITLES[given["secret_type"]])]
    if given["secret_type"] == EXTERNAL:
        rows.append(("Partner's type", created["type"]))
    if given["secret_type"] in DATABASES:
        rows += [("Engine", engine(given)), ("User name", given["username"]), ("Server address", given["host"])]
    about_value = [f"{size:,} bytes, not shown here." if size else "None: the secret is stored without."]
    rows.append(("Secret value", " ".join([*about_value, *white_space.warnings(created["secret_string"] or "")])))
    chosen = dict(form.fields["kms_key_id"].choices)
    return [*rows, ("Encryption key", given["kms_key_typed"] or chosen.get(given["kms_key_id"], ""))]


def _summary_of_rotation(form: Any) -> list[tuple[str, str]]:
    given = form.cleaned_data
    if not given["automatic"]:
        return [("Automatic rotation", "Disabled")]
    return [
        ("Automatic rotation", "Enabled"),
        ("Rotation schedule", form.schedule.in_words()),
        ("Schedule expression", form.rules()["ScheduleExpression"]),
        ("Window duration", form.rules().get("Duration", "")),
        ("Rotate immediately", "Yes" if given["rotate_immediately"] else "No"),
        ("Lambda rotation function", given["rotation_lambda_arn"] if form.kind != EXTERNAL else ""),
        ("Superuser's secret", form.superuser()),
    ]
