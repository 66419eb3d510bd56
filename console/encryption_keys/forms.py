"""What the dialogs about keys ask."""

from typing import Any

from django import forms

from console.forms import AwsForm
from secrets_app.service_model import limits

_ALIAS = limits("CreateAlias", "AliasName", service_name="kms")
_DESCRIPTION = limits("CreateKey", "Description", service_name="kms")


class AliasForm(AwsForm):
    alias = forms.RegexField(
        r"^[a-zA-Z0-9:/_-]+$",
        label="Alias",
        help_text="The name people choose the key by: letters, digits and :/_- . It must not begin with aws/.",
        max_length=(_ALIAS.max_length or 256) - len("alias/"),
        error_messages={"invalid": "An alias holds letters, digits and :/_- only."},
    )
    fields_of = {"AliasName": "alias"}

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = taken

    def clean_alias(self) -> str:
        """Refused before the key is made, so that the field says why."""
        name = named(str(self.cleaned_data["alias"]))
        if name.startswith("alias/aws/"):
            raise forms.ValidationError("Aliases that begin with aws/ are reserved.")
        if name in self._taken:
            raise forms.ValidationError(f"There is a key with the alias {name} already.")
        return name


def named(typed: str) -> str:
    """An alias with its prefix, typed with or without it."""
    return f"alias/{typed.removeprefix('alias/')}"


class DescriptionForm(AwsForm):
    description = forms.CharField(
        required=False, max_length=_DESCRIPTION.max_length, strip=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PolicyForm(AwsForm):
    policy = forms.CharField(label="Key policy", strip=False)

    def clean_policy(self) -> str:
        return str(self.cleaned_data["policy"]).replace("\r\n", "\n")


class CreateKeyForm(AliasForm, DescriptionForm):
    field_order = ("alias", "description")


class DeletionForm(AwsForm):
    pending_window_in_days = forms.IntegerField(
        label="Waiting period",
        help_text="Enter the number of days, from 7 to 30.",
        min_value=7,
        max_value=30,
        initial=30,
    )
