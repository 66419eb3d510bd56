"""Secret details: Actions > Edit description, Edit encryption key. The name and the ARN can't be changed."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.forms import AwsForm, TokenField, limits
from console.htmx import dialog
from console.http import ConsoleRequest
from console.secret._for_secret import for_secret, url_of
from console.secret._saved import secret_saved
from secrets_app import operations
from secrets_app.kms.choices import alias_of, enabled_keys

if TYPE_CHECKING:
    from secrets_app.models import Secret

DEFAULT_KEY = "aws/secretsmanager"


class DescriptionForm(AwsForm):
    description = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), **limits("UpdateSecret", "Description", required=False)
    )
    client_request_token = TokenField()


@for_secret
@require_http_methods(["GET", "POST"])
def edit_description(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    action = url_of("secret-details-edit-description", secret_id, request.call.region)
    if request.method == "GET":
        secret = operations.describe_secret(request.call, secret_id=secret_id).secret
        form = DescriptionForm(initial={"description": secret.description})
        return dialog(request, "console/secret/details/edit_description.html", {"form": form, "action": action})
    form = DescriptionForm(request.POST)
    if form.is_valid():
        with form.showing_errors():
            operations.update_secret(request.call, secret_id=secret_id, **form.cleaned_data)
            return secret_saved(request, secret_id, "You successfully updated the secret description.")
    context = {"form": form, "action": action}
    return dialog(request, "console/secret/details/edit_description.html", context, status=422)


class EncryptionKeyForm(AwsForm):
    """kms_key_id: "" for aws/secretsmanager, or the ARN of a customer key."""

    kms_key_id = forms.ChoiceField(label="Encryption key", required=False)
    new_version = forms.BooleanField(
        label="Create new version of secret with new encryption key", required=False, initial=True
    )
    client_request_token = TokenField()

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kms_key_id"].choices = choices  # type: ignore[attr-defined]


@for_secret
@require_http_methods(["GET", "POST"])
def edit_encryption_key(request: ConsoleRequest, secret_id: str) -> HttpResponse:
    described = operations.describe_secret(request.call, secret_id=secret_id)
    now = described.secret.kms_key.arn if described.secret.kms_key else ""
    choices = key_choices(request, now)
    context: dict[str, Any] = {
        "secret": described.secret,
        "has_value": bool(described.versions_to_stages),
        "action": url_of("secret-details-edit-encryption-key", secret_id, request.call.region),
    }
    if request.method == "GET":
        context["form"] = EncryptionKeyForm(initial={"kms_key_id": now}, choices=choices)
        return dialog(request, "console/secret/details/edit_encryption_key.html", context)
    form = EncryptionKeyForm(request.POST, choices=choices)
    if form.is_valid():
        with form.showing_errors():
            _change_key(request, secret_id, form.cleaned_data, has_value=context["has_value"])
            return secret_saved(request, secret_id, "You successfully updated the encryption key.")
    return dialog(request, "console/secret/details/edit_encryption_key.html", {**context, "form": form}, status=422)


def _change_key(request: ConsoleRequest, secret_id: str, asked: dict[str, Any], *, has_value: bool) -> None:
    """With the check box, key and new version are one UpdateSecret: both happen or neither."""
    value: dict[str, Any] = {}
    if asked["new_version"] and has_value:
        current = operations.get_secret_value(request.call, secret_id=secret_id).value
        value = {"secret_string": current.string, "secret_binary": current.binary}
    operations.update_secret(
        request.call,
        secret_id=secret_id,
        kms_key_id=asked["kms_key_id"],
        client_request_token=asked["client_request_token"],
        **value,
    )


def key_choices(request: ConsoleRequest, now: str = "") -> list[tuple[str, str]]:
    """The Region's enabled keys by alias, the default key first. `now` stays choosable though it may be disabled."""
    keys = [(key.arn, key.label) for key in enabled_keys(request.call)]
    if now and now not in dict(keys):
        keys.append((now, f"{now.rsplit('/', 1)[-1]} (not enabled)"))
    return [("", DEFAULT_KEY), *keys]


def key_label(request: ConsoleRequest, secret: "Secret") -> str:
    """The key as people know it: its alias, else its id."""
    return alias_of(request.call, secret.kms_key) if secret.kms_key else DEFAULT_KEY
