"""Forms fed by the service model, and the way an AwsError gets to its field."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore import xform_name
from django import forms

from secrets_app import service_model
from secrets_app.errors import AwsError


class AwsForm(forms.Form):
    """A form whose cleaned_data are the keywords of one operation.

    fields_of: for what an operation calls otherwise than the form: {"SecretString": "value"}.
    """

    fields_of: Mapping[str, str] = {}

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """An AwsError raised inside is shown at its field, or on top; what was typed stays."""
        try:
            yield
        except AwsError as error:
            field = self.fields_of.get(error.parameter, xform_name(error.parameter) if error.parameter else "")
            self.add_error(field if field in self.fields else None, error.message)


def limits(operation: str, member: str, **changes: Any) -> dict[str, Any]:
    """What the service model says of an input member, as arguments of a Django field."""
    found = service_model.limits(operation, member)
    return {"required": found.required, "max_length": found.max_length, "strip": False, **changes}


def new_token() -> str:
    """A ClientRequestToken. One per shown form (HiddenInput), so that a form sent twice stores once."""
    return str(uuid.uuid4())


class TokenField(forms.CharField):
    """The ClientRequestToken a form carries from the moment it is shown."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(initial=new_token, min_length=32, max_length=64)
