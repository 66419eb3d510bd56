"""Replicate secret: copies in other Regions, each under a key of its own; they follow every change of the primary."""

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu, cross_account
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_refreshed, secret_saved
from console.secret.replication_form import ConfirmedForm, KeyForm, ReplicateForm, RetryForm
from secrets_app import arns, operations, progress, regions
from secrets_app.errors import AwsError
from secrets_app.kms.choices import KeyChoice, alias_of, enabled_keys
from secrets_app.results import Description

if TYPE_CHECKING:
    from secrets_app.models import Replica, Secret

_DEFAULT_KEY = "aws/secretsmanager"


def panel(request: ConsoleRequest, described: Description) -> dict[str, Any]:
    secret = described.secret
    return {
        **_table(request, secret, described.replicas),
        **cross_account.panel(described),
        "replicate_refused": actions_menu.reason(described, "ReplicateSecretToRegions"),
        "replication_actions": [
            {
                "label": label,
                "url": url_of(route, secret.name, secret.region),
                "disabled_reason": actions_menu.reason(described, operation),
            }
            for label, route, operation in (
                ("Edit encryption key", "secret-replication-edit-key", "ReplicateSecretToRegions"),
                ("Retry replication", "secret-replication-retry", "ReplicateSecretToRegions"),
                ("Delete replica", "secret-replication-delete", "RemoveRegionsFromReplication"),
            )
        ],
    }


def _table(request: ConsoleRequest, secret: "Secret", replicas: "list[Replica]") -> dict[str, Any]:
    """The rows, the one whose radio button is chosen (at first the uppermost), and whether to look again soon."""
    chosen = request.GET.get("replica_region", "")
    if replicas and chosen not in [replica.region for replica in replicas]:
        chosen = replicas[0].region
    return {
        "replicas": [_row(request, secret, replica) for replica in replicas],
        "chosen_region": chosen,
        "is_replicating": any(replica.status == "InProgress" for replica in replicas),
    }


def _row(request: ConsoleRequest, secret: "Secret", replica: "Replica") -> dict[str, Any]:
    return {
        "replica": replica,
        "arn": arns.secret(replica.region, secret.account_id, secret.name, secret.suffix),
        "url": url_of("secret", secret.name, replica.region) if replica.secret_id else "",
        "key": alias_of(request.call, replica.kms_key) if replica.kms_key else replica.kms_key_id_given or _DEFAULT_KEY,
        "accessed_on": replica.secret.last_accessed_on if replica.secret else None,
    }


@for_secret
@require_GET
def status(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The table as it is now, asking again while a copy is in progress; then all of the secret's part of the page."""
    now = progress.of_replication(request.call, secret_id)
    context = {"secret": now.secret, **_table(request, now.secret, now.replicas)}
    if context["is_replicating"]:
        return render(request, "console/secret/replication/_table.html", context)
    return secret_refreshed(request, secret_id)


# --- dialogs -------------------------------------------------------------------------------------


@for_secret
@require_http_methods(["GET", "POST"])
def replicate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    taken = {described.secret.region, *(replica.region for replica in described.replicas)}
    context: dict[str, Any] = {
        "action": url_of("secret-replication-replicate", secret_id, request.call.region),
        "keys_url": url_of("secret-replication-keys", secret_id, request.call.region),
        "free_regions": [region for region in regions.REGIONS if region.code not in taken],
    }
    if request.method == "GET":
        return dialog(
            request, "console/secret/replication/replicate.html", {**context, "form": ReplicateForm(), "rows": [{}]}
        )
    form = ReplicateForm(request.POST)
    rows = _posted_rows(request)
    chosen = [row for row in rows if row["region"]]
    if form.is_valid() and _check_rows(rows, form):
        with form.showing_errors():
            operations.replicate_secret_to_regions(
                request.call,
                secret_id=secret_id,
                add_replica_regions=[{"Region": row["region"], "KmsKeyId": row["key"]} for row in chosen],
                force_overwrite_replica_secret=form.cleaned_data["overwrite"],
            )
            return secret_saved(request, secret_id, "Replication has started. The status is shown for each Region.")
    for row in rows:
        row["keys"] = keys_of(request, row["region"])
    context |= {"form": form, "rows": rows or [{}]}
    return dialog(request, "console/secret/replication/replicate.html", context, status=422)


@for_secret
@require_GET
def keys(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The keys of the Region that was just chosen, for the select beside it."""
    del secret_id
    found = keys_of(request, request.GET.get("replica_region", ""))
    return render(request, "console/secret/replication/_keys.html", {"keys": found})


def keys_of(request: ConsoleRequest, region: str) -> list[KeyChoice]:
    return enabled_keys(request.call, region) if regions.is_region(region) else []


def _posted_rows(request: ConsoleRequest) -> list[dict[str, Any]]:
    pairs = zip(request.POST.getlist("replica_region"), request.POST.getlist("replica_key"), strict=False)
    return [{"region": region, "key": key.strip(), "error": ""} for region, key in pairs if region or key.strip()]


def _check_rows(rows: list[dict[str, Any]], form: ReplicateForm) -> bool:
    if not any(row["region"] for row in rows):
        form.add_error(None, "Choose at least one Region.")
    seen: set[str] = set()
    for row in rows:
        if not row["region"]:
            row["error"] = "Choose a Region for this key."
        elif row["region"] in seen:
            row["error"] = "Choose each Region once."
        seen.add(row["region"])
    return not form.errors and not any(row["error"] for row in rows)


def _chosen(request: ConsoleRequest, secret_id: str) -> "tuple[Description, Replica | None]":
    """The replica whose radio button is chosen; the first one where none is named."""
    described = operations.describe_secret(request.call, secret_id=secret_id)
    region = request.GET.get("replica_region", "")
    found = [replica for replica in described.replicas if replica.region == region or not region]
    return described, found[0] if found else None


def _context(request: ConsoleRequest, route: str, secret_id: str, region: str) -> dict[str, Any]:
    return {
        "action": url_of(route, secret_id, request.call.region, replica_region=region),
        "replica_region": region,
        "name": secret_id,
    }


def _no_such_replica(request: ConsoleRequest) -> HttpResponse:
    return dialog(request, "console/secret/replication/none.html", {})


@for_secret
@require_http_methods(["GET", "POST"])
def edit_key(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    _, replica = _chosen(request, secret_id)
    if replica is None:
        return _no_such_replica(request)
    context = _context(request, "secret-replication-edit-key", secret_id, replica.region)
    now = replica.kms_key.arn if replica.kms_key else ""
    choices = [("", _DEFAULT_KEY), *((key.arn, key.label) for key in enabled_keys(request.call, replica.region))]
    if now and now not in dict(choices):
        choices.append((now, f"{now.rsplit('/', 1)[-1]} (not enabled)"))
    form = KeyForm(request.POST or None, region=replica.region, choices=choices, initial={"kms_key_id": now})
    if request.method == "POST" and form.is_valid():
        with form.showing_errors():
            operations.replicate_secret_to_regions(
                request.call,
                secret_id=secret_id,
                add_replica_regions=[{"Region": replica.region, "KmsKeyId": form.cleaned_data["kms_key_id"]}],
            )
            return secret_saved(request, secret_id, f"The replica in {replica.region} is being re-encrypted.")
    context["form"] = form
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/secret/replication/edit_key.html", context, status=status)


@for_secret
@require_http_methods(["GET", "POST"])
def retry(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    _, replica = _chosen(request, secret_id)
    if replica is None:
        return _no_such_replica(request)
    context = _context(request, "secret-replication-retry", secret_id, replica.region)
    context |= {"form": RetryForm(request.POST or None), "replica": replica}
    form = context["form"]
    if request.method == "POST":
        form = context["form"] = RetryForm(request.POST)
        if form.is_valid():
            with form.showing_errors():
                operations.replicate_secret_to_regions(
                    request.call,
                    secret_id=secret_id,
                    add_replica_regions=[{"Region": replica.region}],
                    force_overwrite_replica_secret=form.cleaned_data["overwrite"],
                )
                return secret_saved(request, secret_id, f"Replication to {replica.region} is tried again.")
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/secret/replication/retry.html", context, status=status)


@for_secret
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    _, replica = _chosen(request, secret_id)
    if replica is None:
        return _no_such_replica(request)
    context = _context(request, "secret-replication-delete", secret_id, replica.region)
    form = context["form"] = ConfirmedForm(request.POST or None, region=replica.region)
    if request.method == "POST" and form.is_valid():
        with form.showing_errors():
            operations.remove_regions_from_replication(
                request.call, secret_id=secret_id, remove_replica_regions=[replica.region]
            )
            return secret_saved(request, secret_id, f"You successfully deleted the replica in {replica.region}.")
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/secret/replication/delete.html", context, status=status)


@for_secret
@require_http_methods(["GET", "POST"])
def promote(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """On the replica's own page, in its Region."""
    region = request.call.region
    context = _context(request, "secret-replication-promote", secret_id, region)
    form = context["form"] = ConfirmedForm(request.POST or None, region=region)
    if request.method == "POST" and form.is_valid():
        try:
            operations.stop_replication_to_replica(request.call, secret_id=secret_id)
            return secret_saved(request, secret_id, "The replica is a standalone secret now.")
        except AwsError as error:
            form.add_error(None, error.message)
    status = 422 if request.method == "POST" else 200
    return dialog(request, "console/secret/replication/promote.html", context, status=status)
