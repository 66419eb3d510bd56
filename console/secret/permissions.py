"""Resource permissions: the policy attached to the secret, checked before it is stored; public access is refused."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from console.secret.policy_templates import NotAPolicyError, TemplateForm, with_statement
from secrets_app import availability, operations
from secrets_app.errors import AwsError
from secrets_app.resource_policy import Finding
from secrets_app.results import Description

LONGEST = 20_480


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    """What can't be read is said in the panel: the rest of the page is still of use."""
    refused = availability.refusal(described.secret, "GetResourcePolicy")
    if refused is not None:
        return {"policy": "", "policy_error": "", "policy_refused": refused.message}
    try:
        attached = operations.get_resource_policy(request.call, secret_id=described.secret.arn)
    except AwsError as error:
        return {"policy": "", "policy_error": error.message}
    return {"policy": laid_out(attached.document or ""), "policy_error": ""}


def laid_out(document: str) -> str:
    """One line becomes many; what somebody has laid out stays as it is."""
    if "\n" in document.strip() or not document:
        return document
    return json.dumps(json.loads(document), indent=2, ensure_ascii=False)


@for_secret
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    region = request.call.region
    context: dict[str, Any] = {
        "action": url_of("secret-permissions-edit", secret_id, region),
        "validate_url": url_of("secret-permissions-validate", secret_id, region),
    }
    context["template_form"] = TemplateForm()
    if request.method == "GET":
        attached = operations.get_resource_policy(request.call, secret_id=secret_id)
        context["document"] = laid_out(attached.document or "")
        return dialog(request, "console/secret/permissions/edit.html", context)
    document = _posted(request)
    if "insert" in request.POST:
        return _insert(request, document, context)
    try:
        if not document.strip():
            operations.delete_resource_policy(request.call, secret_id=secret_id)
            return secret_saved(request, secret_id, "You successfully removed the resource permissions.")
        context["findings"] = _findings(request, secret_id, document)
        if not context["findings"]:
            operations.put_resource_policy(
                request.call, secret_id=secret_id, resource_policy=document, block_public_policy=True
            )
            return secret_saved(request, secret_id, "You successfully updated the resource permissions.")
    except AwsError as error:
        context["error"] = error.message
    return dialog(request, "console/secret/permissions/edit.html", {**context, "document": document}, status=422)


def _insert(request: ConsoleRequest, document: str, context: dict[str, Any]) -> HttpResponse:
    """The chosen template's statement joins what stands in the editor; nothing is stored yet."""
    form = TemplateForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            document = with_statement(document, form.cleaned_data["template"], form.cleaned_data["template_for"])
            form, status = TemplateForm(), 200
        except NotAPolicyError:
            form.add_error(None, "Correct the JSON of the policy first: the template is added to its statements.")
    context |= {"template_form": form, "document": document}
    return dialog(request, "console/secret/permissions/edit.html", context, status=status)


@for_secret
@require_POST
def validate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """What speaks against the text as it stands, without storing it."""
    document = _posted(request)
    context: dict[str, Any] = {"checked": bool(document.strip())}
    try:
        context["findings"] = _findings(request, secret_id, document) if context["checked"] else []
    except AwsError as error:
        context["error"] = error.message
    return render(request, "console/secret/permissions/_findings.html", context)


def _findings(request: ConsoleRequest, secret_id: str, document: str) -> list[Finding]:
    return operations.validate_resource_policy(request.call, secret_id=secret_id, resource_policy=document)


def _posted(request: ConsoleRequest) -> str:
    return request.POST.get("resource_policy", "").replace("\r\n", "\n")
