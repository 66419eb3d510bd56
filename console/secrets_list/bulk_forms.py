"""What the dialogs about many secrets ask, and the parameters of the operation that each secret then gets."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from console.secret.deletion import DeleteForm
from console.secret.tags import Row, check, tag_rows
from secrets_app import regions


def counted(number: int) -> str:
    return "1 secret" if number == 1 else f"{number} secrets"


class TagForm(forms.Form):
    """The rows of the tag editor. A row's own error stands in the row."""

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.rows = [] if data is None else [{**row, "new": True} for row in tag_rows(data)]

    @property
    def shown_rows(self) -> list[Row]:
        """One to fill in, where there is none yet."""
        return self.rows or [{"Key": "", "Value": "", "new": True}]

    def clean(self) -> dict[str, Any]:
        if not self.rows:
            raise forms.ValidationError("Add at least one tag.")
        if not check(self.rows):
            raise forms.ValidationError("Correct the tags below.")
        return self.cleaned_data

    def parameters(self) -> dict[str, Any]:
        return {"tags": [{"Key": row["Key"], "Value": row["Value"]} for row in self.rows]}


class RotateForm(forms.Form):
    """Asks nothing: every secret is rotated by its own function."""

    def parameters(self) -> dict[str, Any]:
        return {}


class ReplicateForm(forms.Form):
    replica_regions = forms.MultipleChoiceField(
        label="AWS Regions",
        help_text="Each copy is encrypted under its Region's aws/secretsmanager. Another key can be chosen on the "
        "secret's own page.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one Region."},
    )
    overwrite = forms.BooleanField(
        label="Overwrite a secret with the same name in the destination Region", required=False
    )

    def __init__(self, data: QueryDict | None = None, *, own_regions: Sequence[str] = ()) -> None:
        """own_regions: those of the chosen secrets. Where there is one, none of them can be copied to it."""
        super().__init__(data)
        offered = [region for region in regions.REGIONS if list(own_regions) != [region.code]]
        self.fields["replica_regions"].choices = [  # type: ignore[attr-defined]
            (region.code, f"{region.name} {region.code}") for region in offered
        ]
        self.fields["overwrite"].optional_mark = False  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, Any]:
        return {
            "add_replica_regions": [{"Region": region} for region in self.cleaned_data["replica_regions"]],
            "force_overwrite_replica_secret": self.cleaned_data["overwrite"],
        }


class ScheduleDeletionForm(DeleteForm):
    def parameters(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def form_of(kind: str, data: QueryDict | None, *, own_regions: Sequence[str]) -> Any:
    match kind:
        case "tag":
            return TagForm(data)
        case "replicate":
            return ReplicateForm(data, own_regions=own_regions)
        case "delete":
            return ScheduleDeletionForm(data)
        case _:
            return RotateForm(data)
