"""What the wizard asks while somebody types: is the name free, which keys and windows, is the policy sound."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from console.http import ConsoleRequest
from console.secret import rotation
from console.secret.replication import keys_of
from secrets_app import operations
from secrets_app.errors import AwsError, ResourceNotFoundException


@require_POST
def name(request: ConsoleRequest) -> HttpResponse:
    """Free, taken or neither known: DescribeSecret's answer, which is on record as any call's."""
    typed = request.POST.get("name", "")
    context: dict[str, Any] = {"typed": typed}
    if typed and not typed.startswith("arn:"):
        try:
            context["found"] = operations.describe_secret(request.call, secret_id=typed).secret
        except ResourceNotFoundException:
            context["is_free"] = True
        except AwsError as error:
            context["unknown"] = error.message
    return render(request, "console/store_secret/_name.html", context)


@require_GET
def replica_keys(request: ConsoleRequest) -> HttpResponse:
    found = keys_of(request, request.GET.get("replica_region", ""))
    return render(request, "console/secret/replication/_keys.html", {"keys": found})


@require_POST
def rotation_preview(request: ConsoleRequest) -> HttpResponse:
    return rotation.previewed(request, request.call.now)


@require_POST
def policy(request: ConsoleRequest) -> HttpResponse:
    document = request.POST.get("resource_policy", "").replace("\r\n", "\n")
    context: dict[str, Any] = {"checked": bool(document.strip())}
    try:
        if context["checked"]:
            context["findings"] = operations.validate_resource_policy(request.call, resource_policy=document)
    except AwsError as error:
        context["error"] = error.message
    return render(request, "console/secret/permissions/_findings.html", context)
