"""Step 3, "Configure rotation": the dialog's fields, and what only a secret that is not stored yet is asked."""

from typing import Any

from django import forms
from django.http import QueryDict

from console.forms import limits
from console.secret.rotation_form import RotationForm
from console.store_secret.secret_types import DATABASES, EXTERNAL
from secrets_app.rotation.bundled import catalogue
from secrets_app.rotation.bundled.catalogue import Bundled

ROWS = ("metadata_key", "metadata_value")


class RotationStepForm(RotationForm):
    """kind: of the secret; a managed external one has metadata and a role instead of a function. engine: of the
    database whose credentials it holds, or "": the bundled functions for it are offered first."""

    client_request_token = None  # type: ignore[assignment]  # the draft has one from its start
    strategy = forms.ChoiceField(
        label="Rotation strategy",
        choices=[("single", "Single user"), ("alternating", "Alternating users")],
        widget=forms.RadioSelect,
        initial="single",
        required=False,
    )
    superuser_arn = forms.CharField(
        label="ARN of the superuser's secret",
        required=False,
        max_length=2048,
        help_text="Alternating users: with these credentials the function makes and changes the second user.",
    )
    external_role_arn = forms.CharField(
        label="Service permissions for secret rotation",
        help_text="The ARN of the role that rotates.",
        **limits("RotateSecret", "ExternalSecretRotationRoleArn", required=False),
    )

    def __init__(
        self,
        *args: Any,
        functions: list[tuple[str, str]] | None,
        kind: str,
        engine: str,
        rows: QueryDict,
        **kwargs: Any,
    ) -> None:
        self.kind = kind
        super().__init__(*args, functions=functions, is_managed=kind == EXTERNAL, **kwargs)
        if functions is not None:
            self.fields["rotation_lambda_arn"].choices = _fitting_first(functions, engine)  # type: ignore[attr-defined]
        self.fields["superuser_arn"].optional_mark = False  # type: ignore[attr-defined]
        pairs = zip(rows.getlist("metadata_key"), rows.getlist("metadata_value"), strict=False)
        self.metadata_rows = [{"Key": key, "Value": value} for key, value in pairs if key or value]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        alternating = given.get("strategy") == "alternating" and self.kind in DATABASES
        if given.get("automatic") and alternating and not given.get("superuser_arn"):
            self.add_error("superuser_arn", "Enter the ARN of the superuser's secret.")
        bundled = _bundled(given.get("rotation_lambda_arn") or "")
        if given.get("automatic") and self.kind in DATABASES and bundled and bundled.strategy:
            self._check_strategy(bundled.strategy, alternating=alternating)
        return given

    def _check_strategy(self, strategy: str, *, alternating: bool) -> None:
        """Of a bundled function it is known. One that alternates would stop at its first step without a superuser."""
        if strategy == "alternating-users" and not alternating:
            self.add_error("strategy", "This function is for alternating users.")
        if strategy == "single-user" and alternating:
            self.add_error("strategy", "This function is for a single user.")

    def superuser(self) -> str:
        """The ARN that goes into the value as "masterarn"; "" without alternating users."""
        given = self.cleaned_data
        alternating = given["automatic"] and self.kind in DATABASES and given["strategy"] == "alternating"
        return str(given["superuser_arn"]).strip() if alternating else ""

    def rotation(self, token: str) -> dict[str, Any] | None:
        """RotateSecret's keywords; None while automatic rotation is off. For a form that is valid."""
        given = self.cleaned_data
        if not given["automatic"]:
            return None
        found: dict[str, Any] = {
            "client_request_token": token,
            "rotation_rules": self.rules(),
            "rotate_immediately": given["rotate_immediately"],
        }
        if self.kind != EXTERNAL:
            return {**found, "rotation_lambda_arn": given["rotation_lambda_arn"]}
        return {
            **found,
            "external_secret_rotation_metadata": self.metadata_rows or None,
            "external_secret_rotation_role_arn": given["external_role_arn"].strip() or None,
        }


def _bundled(arn_or_name: str) -> Bundled | None:
    return catalogue.by_name(arn_or_name.rsplit(":", 1)[-1])


def _fitting_first(functions: list[tuple[str, str]], engine: str) -> list[Any]:
    """In two groups, where functions for this engine are among them."""
    fitting = [one for one in functions if (found := _bundled(one[1])) is not None and engine in found.engines]
    if not fitting:
        return [("", "Choose a function"), *functions]
    others = [one for one in functions if one not in fitting]
    return [
        ("", "Choose a function"),
        ("For this database", fitting),
        *([("Other functions", others)] if others else []),
    ]
