"""Step 2, "Configure secret": name and description, tags, resource permissions, replicas."""

import json
from typing import Any

from django import forms
from django.http import QueryDict

from console.forms import AwsForm, limits
from console.secret import tags
from secrets_app import quotas, regions
from secrets_app.errors import AwsError
from secrets_app.secret_ids import check_characters_of_names

ROWS = ("tag_key", "tag_value", "replica_region", "replica_key")


class ConfigureForm(AwsForm):
    """tag_rows, replica_rows: what the rows say, each with its error once the form was checked."""

    fields_of = {"AddReplicaRegions": "replicas"}

    name = forms.CharField(
        label="Secret name",
        help_text="1 to 512 letters, digits and /_+=.@- . Slashes make a path.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "prod/AppBeta/MySQL"}
        ),
        error_messages={"required": "Enter a secret name."},
        **limits("CreateSecret", "Name"),
    )
    description = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Access to the MySQL database of AppBeta"}),
        **limits("CreateSecret", "Description", required=False),
    )
    tags = forms.CharField(required=False, widget=forms.HiddenInput)
    resource_policy = forms.CharField(required=False, strip=False)
    replicas = forms.CharField(required=False, widget=forms.HiddenInput)
    overwrite = forms.BooleanField(
        label="Overwrite a secret with the same name in the destination Region", required=False
    )

    def __init__(self, *args: Any, rows: QueryDict, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._region = region
        self.tag_rows: list[dict[str, Any]] = [{**row, "new": True} for row in tags.tag_rows(rows)]
        pairs = zip(rows.getlist("replica_region"), rows.getlist("replica_key"), strict=False)
        self.replica_rows: list[dict[str, Any]] = [
            {"region": chosen, "key": key, "error": ""} for chosen, key in pairs if chosen or key
        ]

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        try:
            check_characters_of_names({"name": name})
        except AwsError as refused:
            raise forms.ValidationError(refused.message) from None
        return name

    def clean_resource_policy(self) -> str:
        document = str(self.cleaned_data["resource_policy"]).strip()
        if len(document) > quotas.POLICY_CHARACTERS:
            raise forms.ValidationError(f"Enter at most {quotas.POLICY_CHARACTERS:,} characters.")
        if document:
            try:
                json.loads(document)
            except (ValueError, RecursionError) as error:
                raise forms.ValidationError(f"This is not JSON: {error}.") from None
        return document

    def clean(self) -> dict[str, Any]:
        if not tags.check(self.tag_rows):
            self.add_error("tags", "Correct the tags.")
        seen = {self._region}
        for row in self.replica_rows:
            row["error"] = self._error_of_replica(row["region"], seen)
            seen.add(row["region"])
        if any(row["error"] for row in self.replica_rows):
            self.add_error("replicas", "Correct the Regions.")
        return super().clean() or self.cleaned_data

    def _error_of_replica(self, region: str, seen: set[str]) -> str:
        if not region:
            return "Choose a Region for this key."
        if not regions.is_region(region):
            return "There is no such Region."
        if region == self._region:
            return "The secret itself is stored in this Region."
        return "Choose each Region once." if region in seen else ""

    def creation(self) -> dict[str, Any]:
        """CreateSecret's keywords of this step. For a form that is valid."""
        found: dict[str, Any] = {
            "name": self.cleaned_data["name"],
            "description": self.cleaned_data["description"] or None,
            "tags": [{"Key": row["Key"], "Value": row["Value"]} for row in self.tag_rows] or None,
        }
        if self.replica_rows:
            found["add_replica_regions"] = [
                {"Region": row["region"], **({"KmsKeyId": row["key"]} if row["key"] else {})}
                for row in self.replica_rows
            ]
            found["force_overwrite_replica_secret"] = bool(self.cleaned_data["overwrite"])
        return found
