"""What a person types to store a new secret."""

from typing import Any

from django import forms

from console.forms import AwsForm, TokenField, limits


class StoreSecretForm(AwsForm):
    name = forms.CharField(
        label="Secret name",
        help_text="1 to 512 letters, digits and /_+=.@- . Slashes make a path, as in prod/AppBeta/MySQL.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        **limits("CreateSecret", "Name"),
    )
    description = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), **limits("CreateSecret", "Description", required=False)
    )
    secret_string = forms.CharField(
        label="Secret value", strip=False, required=False, widget=forms.Textarea, max_length=65_536
    )
    kms_key_id = forms.ChoiceField(label="Encryption key", required=False)
    client_request_token = TokenField()

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kms_key_id"].choices = choices  # type: ignore[attr-defined]

    def clean_secret_string(self) -> str | None:
        """Nothing typed: a secret without a value, as the API allows. A browser sends CRLF for each line break."""
        return str(self.cleaned_data["secret_string"]).replace("\r\n", "\n") or None
