"""Step 1, "Choose secret type": the kind of secret, its value and its encryption key."""

from typing import Any

from django import forms

from console.forms import AwsForm, limits
from console.store_secret import secret_types
from console.store_secret.secret_types import DATABASES, EXTERNAL, OTHER

EMPTY_VALUE = '{"":""}'
MOST_BYTES = limits("CreateSecret", "SecretString")["max_length"]
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_PARTNERS = [
    ("", "Choose a type"),
    *((partner, [(name, name) for name in names]) for partner, names in secret_types.PARTNERS.items()),
    ("another", "Another type"),
]


def _text(label: str, **more: Any) -> forms.CharField:
    """Asked for where the type of secret shows it."""
    field = forms.CharField(
        label=label, required=False, strip=False, max_length=4096, widget=forms.TextInput(attrs=_PLAIN), **more
    )
    field.optional_mark = False  # type: ignore[attr-defined]
    return field


class SecretTypeForm(AwsForm):
    fields_of = {"SecretBinary": "secret_string", "Type": "external_type"}

    secret_type = forms.ChoiceField(choices=list(secret_types.TITLES.items()), initial=secret_types.RDS)
    username = _text("User name")
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(render_value=True, attrs={**_PLAIN, "autocomplete": "new-password"}),
    )
    engine_rds = forms.ChoiceField(label="Engine", choices=secret_types.ENGINES_OF_RDS, required=False)
    engine_other = forms.ChoiceField(label="Engine", choices=secret_types.ENGINES_OF_OTHERS, required=False)
    host = _text("Server address", help_text="Host name or IP address that applications and rotation connect to.")
    port = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=65_535,
        help_text="Empty: the engine's own. MySQL, MariaDB 3306; PostgreSQL 5432; Oracle 1521; SQL Server 1433; "
        "Db2 50000; DocumentDB 27017; Redshift 5439.",
    )
    dbname = forms.CharField(
        label="Database name",
        required=False,
        max_length=4096,
        widget=forms.TextInput(attrs=_PLAIN),
        help_text="Oracle needs one.",
    )
    identifier = forms.CharField(
        label="Instance or cluster identifier", required=False, max_length=256, widget=forms.TextInput(attrs=_PLAIN)
    )
    external_type = forms.ChoiceField(label="Partner and type", choices=_PARTNERS, required=False)
    external_type_typed = forms.CharField(
        label="Another type, as the partner names it",
        widget=forms.TextInput(attrs=_PLAIN),
        **limits("CreateSecret", "Type", required=False),
    )
    secret_string = forms.CharField(
        label="Secret value", strip=False, required=False, widget=forms.Textarea, initial=EMPTY_VALUE
    )
    # How the value ends its lines, because a browser sends CRLF for every line break.
    line_breaks = forms.CharField(required=False, initial="lf", widget=forms.HiddenInput)
    kms_key_id = forms.ChoiceField(label="Encryption key", required=False)
    kms_key_typed = forms.CharField(
        label="Or the ARN of a key or of an alias",
        help_text="Goes before the choice above. For a key of another account.",
        widget=forms.TextInput(attrs=_PLAIN),
        **limits("CreateSecret", "KmsKeyId", required=False),
    )

    def __init__(self, *args: Any, keys: list[tuple[str, str]], **kwargs: Any) -> None:
        """keys: (ARN, alias) to choose among."""
        super().__init__(*args, **kwargs)
        self.fields["kms_key_id"].choices = keys  # type: ignore[attr-defined]
        for name in ("external_type", "password"):
            self.fields[name].optional_mark = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        kind = given.get("secret_type")
        if kind in DATABASES:
            self._check_credentials(given)
        if kind == EXTERNAL and not (given.get("external_type_typed") or given.get("external_type")):
            self.add_error("external_type", "Choose a type.")
        if kind == EXTERNAL and given.get("external_type") == "another" and not given.get("external_type_typed"):
            self.add_error("external_type_typed", "Enter the type.")
        if not self.errors:
            size = len((self.value() or "").encode(errors="surrogatepass"))
            if size > MOST_BYTES:
                shown = "password" if kind in DATABASES else "secret_string"
                self.add_error(shown, f"Enter at most {MOST_BYTES:,} bytes; this is {size:,}.")
        return given

    def _check_credentials(self, given: dict[str, Any]) -> None:
        for name, message in (
            ("username", "Enter a user name."),
            ("password", "Enter a password, or generate one."),
            ("host", "Enter a server address."),
        ):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, message)
        if secret_types.engine(given) == "oracle" and not given.get("dbname"):
            self.add_error("dbname", "Enter the name of the Oracle database.")

    def value(self, superuser_arn: str = "") -> str | None:
        """The value as text; None for none. For a form that is valid."""
        given = self.cleaned_data
        if given["secret_type"] in DATABASES:
            return secret_types.credentials(given, superuser_arn)
        text = str(given["secret_string"])
        return text if text and text != EMPTY_VALUE else None

    def creation(self, superuser_arn: str, binary: bytes | None) -> dict[str, Any]:
        """CreateSecret's keywords of this step."""
        given = self.cleaned_data
        text = self.value(superuser_arn)
        found: dict[str, Any] = {
            "secret_string": text,
            "secret_binary": binary if text is None and given["secret_type"] in (OTHER, EXTERNAL) else None,
            "kms_key_id": given["kms_key_typed"].strip() or given["kms_key_id"] or None,
        }
        if given["secret_type"] == EXTERNAL:
            chosen = given["external_type"]
            found["type"] = given["external_type_typed"].strip() or chosen
        return found
