"""Replication to another account: the other secret, how far it got, and what either account can do about it."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.forms import AwsForm
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret import actions_menu
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.results import Description


class AssociateForm(AwsForm):
    cross_account_replica_arn = forms.CharField(
        label="Replica secret ARN",
        help_text="Of the secret that the other account created with this secret's ARN as CrossAccountPrimaryARN.",
        max_length=2048,
    )
    replication_role_arn = forms.CharField(
        label="Replication role ARN",
        help_text="A role of this account that may use both keys. Without one, whoever changes the value needs them.",
        max_length=2048,
        required=False,
    )
    fields_of = {"CrossAccountReplicaARN": "cross_account_replica_arn", "ReplicationRoleARN": "replication_role_arn"}


class DisassociateForm(AwsForm):
    replica_arn = forms.CharField(label="Replica secret ARN", max_length=2048, widget=forms.HiddenInput)
    fields_of = {"CrossAccountReplicaARN": "replica_arn"}


def panel(described: Description) -> dict[str, Any]:
    secret = described.secret
    return {
        "cross_account_primary": described.cross_account_primary,
        "cross_account_replica": described.cross_account_replica,
        "associate_refused": actions_menu.reason(described, "AssociateCrossAccountReplica"),
        "associate_url": url_of("secret-cross-account-associate", secret.name, secret.region),
        "disassociate_url": url_of("secret-cross-account-disassociate", secret.name, secret.region),
        "stop_url": url_of("secret-cross-account-stop", secret.name, secret.region),
    }


@for_secret
@require_http_methods(["GET", "POST"])
def associate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    form = AssociateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.showing_errors():
            operations.associate_cross_account_replica(
                request.call,
                secret_id=secret_id,
                cross_account_replica_arn=form.cleaned_data["cross_account_replica_arn"],
                replication_role_arn=form.cleaned_data["replication_role_arn"] or None,
            )
            return secret_saved(request, secret_id, "Replication to the other account has started.")
    return _shown(request, "associate", secret_id, form)


@for_secret
@require_http_methods(["GET", "POST"])
def disassociate(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """The replica is named in the form that is sent, so that what was shown is what is ended."""
    link = operations.describe_secret(request.call, secret_id=secret_id).cross_account_replica
    form = DisassociateForm(request.POST or None, initial={"replica_arn": link.replica_arn if link else ""})
    if request.method == "POST" and form.is_valid():
        with form.showing_errors():
            operations.disassociate_cross_account_replica(
                request.call, secret_id=secret_id, cross_account_replica_arn=form.cleaned_data["replica_arn"]
            )
            return secret_saved(request, secret_id, "The replica in the other account is detached.")
    return _shown(request, "disassociate", secret_id, form)


@for_secret
@require_http_methods(["GET", "POST"])
def stop(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    """On the replica's own page, in its account."""
    form = AwsForm(request.POST) if request.method == "POST" else AwsForm()
    if request.method == "POST":
        with form.showing_errors():
            operations.stop_replication_to_replica(request.call, secret_id=secret_id)
            return secret_saved(request, secret_id, "The replica is a standalone secret now.")
    return _shown(request, "stop", secret_id, form)


def _shown(request: ConsoleRequest, name: str, secret_id: str, form: AwsForm) -> HttpResponse:
    context = {
        "action": url_of(f"secret-cross-account-{name}", secret_id, request.call.region),
        "form": form,
        "name": secret_id,
    }
    status = 422 if request.method == "POST" else 200
    return dialog(request, f"console/secret/cross_account/{name}.html", context, status=status)
