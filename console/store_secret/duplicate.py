"""Duplicate secret: the wizard, filled in from a secret. Only the name is the person's to enter."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from console.forms import AwsForm
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret.permissions import laid_out
from console.secret.rotation_form import initial_of, stored_rules
from console.store_secret import steps
from console.store_secret.draft import new_content, owner_of
from console.store_secret.secret_type_form import EMPTY_VALUE
from console.store_secret.secret_types import EXTERNAL, OTHER
from secrets_app import drafts, operations
from secrets_app.results import Description

Posted = dict[str, list[str]]


class DuplicateForm(AwsForm):
    value = forms.BooleanField(
        label="Copy the secret value",
        help_text="It is read now, which is on record, and kept encrypted until you store the new secret.",
        required=False,
        initial=True,
    )
    permissions = forms.BooleanField(label="Copy the resource permissions", required=False, initial=True)
    rotation = forms.BooleanField(label="Copy the rotation schedule and function", required=False, initial=True)
    replication = forms.BooleanField(label="Copy the Regions it is replicated to", required=False, initial=True)


@for_secret
@require_http_methods(["GET", "POST"])
@sensitive_variables("content")
def duplicate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    form = DuplicateForm(request.POST) if request.method == "POST" else DuplicateForm()
    if form.is_bound and form.is_valid():
        with form.showing_errors():
            content = _content(request, described, form.cleaned_data)
            draft_id = drafts.start(owner_of(request), content)
            url = steps.url(steps.CONFIGURE, draft_id, request.call.region)
            return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    context = {
        "form": form,
        "secret": described.secret,
        "action": url_of("store-secret-duplicate", secret_id, request.call.region),
    }
    template = "console/store_secret/duplicate.html"
    return dialog(request, template, context, status=422 if form.is_bound else 200)


def _content(request: ConsoleRequest, described: Description, wanted: dict[str, bool]) -> drafts.Content:
    """The steps as if they had been typed. Tags that begin with aws: are AWS's own and stay behind."""
    binary, of_type = _of_type(request, described, wants_value=wanted["value"])
    configure: Posted = {"name": [""], "description": [described.secret.description]}
    own = [tag for tag in described.tags if not tag.key.lower().startswith("aws:")]
    configure |= {"tag_key": [tag.key for tag in own], "tag_value": [tag.value for tag in own]}
    if wanted["permissions"]:
        attached = operations.get_resource_policy(request.call, secret_id=described.secret.arn)
        configure["resource_policy"] = [laid_out(attached.document or "")]
    if wanted["replication"]:
        configure["replica_region"] = [replica.region for replica in described.replicas]
        configure["replica_key"] = [replica.kms_key_id_given for replica in described.replicas]
    found = {steps.TYPE: of_type, steps.CONFIGURE: configure}
    if wanted["rotation"] and described.rotation is not None and described.rotation.enabled:
        found[steps.ROTATION] = _of_rotation(described)
    return new_content(found, binary)


def _of_type(request: ConsoleRequest, described: Description, *, wants_value: bool) -> tuple[bytes | None, Posted]:
    secret = described.secret
    key = secret.kms_key.arn if secret.kms_key else ""
    found: Posted = {
        "secret_type": [EXTERNAL if secret.type else OTHER],
        "secret_string": [EMPTY_VALUE],
        "kms_key_id": [key],
    }
    if secret.type:
        found |= {"external_type": ["another"], "external_type_typed": [secret.type]}
    if not (wants_value and described.versions_to_stages):
        return None, found
    value = operations.get_secret_value(request.call, secret_id=secret.arn).value
    if value.string is None:
        return value.binary, found
    breaks = "crlf" if "\r\n" in value.string and "\n" not in value.string.replace("\r\n", "") else "lf"
    return None, {**found, "secret_string": [value.string], "line_breaks": [breaks]}


def _of_rotation(described: Description) -> Posted:
    """Its schedule as an expression, which can say all there is."""
    initial: dict[str, Any] = initial_of(described.rotation)
    rules = stored_rules(described.rotation)
    return {
        "automatic": ["on"],
        "mode": ["expression"],
        "time_unit": [initial["time_unit"]],
        "hours": ["23"],
        "schedule_expression": [rules.get("ScheduleExpression", "")],
        "window_duration": [rules.get("Duration", "")],
        "rotation_lambda_arn": [initial["rotation_lambda_arn"]],
        "strategy": ["single"],
    }
