"""One key: what it is, its aliases, what it protects, and the material it was rotated to."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from console.encryption_keys import actions
from console.encryption_keys.page import STATUS
from console.http import ConsoleRequest
from console.secret._for_secret import url_of as url_of_secret
from secrets_app.errors import AwsError
from secrets_app.kms import operations, protected
from secrets_app.kms.operations.rotation import MOST_ROTATIONS

_MOST_MATERIAL = 1000
_MOST_ALIASES = 100


@require_GET
def show(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/encryption_keys/key.html", context(request, request.GET.get("key_id", "")))


def context(request: ConsoleRequest, key_id: str) -> dict[str, Any]:
    """What may not be listed is said in its part of the page; the rest is still of use."""
    call = request.call
    key = operations.describe_key(call, key_id=key_id)
    is_aws_managed = key.manager == "AWS"
    found: dict[str, Any] = {
        "key": key,
        "is_aws_managed": is_aws_managed,
        "status": STATUS.get(key.state, "info"),
        "actions": [] if is_aws_managed else actions.of_key(key.key_id, key.state, call.region),
        "page_url": actions.url_of_key(key.key_id, call.region),
        "rotate_url": actions.url_of("rotate", key.key_id, call.region),
        "alias_url": actions.url_of("alias", key.key_id, call.region),
        "most_rotations": MOST_ROTATIONS,
    }
    _read(found, "aliases", lambda: _aliases(request, key.key_id))
    _read(found, "policy", lambda: operations.get_key_policy(call, key_id=key.key_id).document)
    _read(found, "material", lambda: _material(request, key.key_id))
    if not is_aws_managed:
        found["policy_url"] = actions.url_of("policy", key.key_id, call.region)
        _read(found, "protected", lambda: of_key(request, key.key_id))
    found["title"] = found["aliases"][0]["name"] if found.get("aliases") else key.key_id
    found["breadcrumbs"] = [
        {"label": "Secrets Console", "url": reverse("secrets-list")},
        {"label": "Encryption keys", "url": reverse("encryption-keys", query={"region": call.region})},
        {"label": found["title"], "url": ""},
    ]
    return found


def _read(found: dict[str, Any], part: str, read: Callable[[], Any]) -> None:
    try:
        found[part] = read()
    except AwsError as error:
        found[f"{part}_error"] = error.message


def _aliases(request: ConsoleRequest, key_id: str) -> list[dict[str, Any]]:
    page = operations.list_aliases(request.call, key_id=key_id, limit=_MOST_ALIASES)
    region = request.call.region
    return [
        {
            "name": alias.name,
            "arn": alias.arn,
            "created_at": alias.created_at,
            "rename_url": actions.url_of("rename-alias", key_id, region, alias=alias.name),
            "delete_url": actions.url_of("delete-alias", key_id, region, alias=alias.name),
        }
        for alias in page.items
    ]


def _material(request: ConsoleRequest, key_id: str) -> list[Any]:
    """The newest first: it is the one that encrypts."""
    page = operations.list_key_rotations(
        request.call, key_id=key_id, include_key_material="ALL_KEY_MATERIAL", limit=_MOST_MATERIAL
    )
    return page.items[::-1]


def of_key(request: ConsoleRequest, key_id: str) -> dict[str, Any]:
    found = protected.by_key(request.call, key_id)
    return {
        "rows": [
            {"secret": secret, "url": url_of_secret("secret", secret.name, secret.region)} for secret in found.secrets
        ],
        "count": f"{found.count}" if found.is_counted else f"{protected.MOST_COUNTED}+",
        "more": "" if not found.more else f"{found.more}" if found.is_counted else "many",
    }
