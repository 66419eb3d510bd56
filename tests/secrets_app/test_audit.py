"""The audit trail's rows: what they leave out, and how large they may become."""

import json

import pytest

from secrets_app import operations
from secrets_app.call import Call
from secrets_app.errors import ValidationException
from secrets_app.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_call_refused_for_its_size_does_not_fill_the_trail(call: Call) -> None:
    """A description of 900 KB was once stored whole."""
    with pytest.raises(ValidationException):
        operations.create_secret(call, name="s", client_request_token="a" * 32, description="x" * 900_000)

    event = AuditEvent.objects.get()
    assert len(event.request_parameters) < 1_000
    assert json.loads(event.request_parameters)["members"] == ["ClientRequestToken", "Description", "Name"]


def test_sensitive_members_are_left_out_and_the_rest_is_kept(call: Call) -> None:
    operations.create_secret(
        call, name="s", client_request_token="a" * 32, secret_string="marker", tags=[{"Key": "k", "Value": "v"}]
    )

    kept = json.loads(AuditEvent.objects.get().request_parameters)
    assert kept == {"Name": "s", "ClientRequestToken": "a" * 32, "Tags": [{"Key": "k", "Value": "v"}]}
