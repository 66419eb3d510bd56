"""What the dialogs about replicas ask: whether to overwrite, another key, and the Region typed once more."""

from typing import Any

from django import forms

from console.forms import AwsForm


class ReplicateForm(AwsForm):
    """Beside the rows of Regions and keys, which the view reads."""

    overwrite = forms.BooleanField(
        label="Overwrite a secret with the same name in the destination Region", required=False
    )


class ConfirmedForm(AwsForm):
    """Asks the person to type the Region's code, because what follows can't be undone by a second click."""

    confirmation = forms.CharField(label="To confirm, enter the Region's code", max_length=32)

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._region = region
        self.fields["confirmation"].label = f"To confirm, enter {region}"
        self.fields["confirmation"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_confirmation(self) -> str:
        if self.cleaned_data["confirmation"].strip() != self._region:
            raise forms.ValidationError(f"Enter {self._region} to confirm.")
        return self._region


class KeyForm(ConfirmedForm):
    kms_key_id = forms.ChoiceField(label="Encryption key", required=False)
    field_order = ("kms_key_id", "confirmation")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kms_key_id"].choices = choices  # type: ignore[attr-defined]


class RetryForm(AwsForm):
    overwrite = forms.BooleanField(
        label="Overwrite the secret with the same name in this Region",
        help_text="The secret that is there now is deleted, with all its versions, and can't be brought back.",
        required=False,
    )
