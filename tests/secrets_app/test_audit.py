"""The audit trail's rows: what they leave out, and how large they may become."""

import contextvars
import json
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secrets_app import audit, operations, stored_values
from secrets_app.call import Call
from secrets_app.errors import AccessDeniedException, ValidationException
from secrets_app.models import AuditEvent
from tests import factories

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


# --- BatchGetSecretValue ---------------------------------------------------------------------------


@pytest.fixture
def three(call: Call) -> list[str]:
    names = ["batch/a", "batch/b", "batch/c"]
    for name in names:
        factories.make_secret(call, name, secret_string=f"value-marker of {name}")
    operations.delete_secret(call, secret_id="batch/b")
    AuditEvent.objects.all().delete()
    return names


def outcomes(**which: Any) -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(**which).order_by("id")
    return list(events.values_list("event_name", "secret_name", "error_code"))


EXPECTED = [
    ("BatchGetSecretValue", "", ""),
    ("GetSecretValue", "batch/a", ""),
    ("GetSecretValue", "batch/b", "InvalidRequestException"),
    ("GetSecretValue", "batch/c", ""),
    ("GetSecretValue", "", "ResourceNotFoundException"),
]


def test_a_batch_leaves_an_event_for_each_secret_it_read_or_was_refused(call: Call, three: list[str]) -> None:
    """As the service does (API reference, BatchGetSecretValue)."""
    operations.batch_get_secret_value(call, secret_id_list=[*three, "nothing"])

    assert outcomes() == EXPECTED
    events = AuditEvent.objects.order_by("id")
    assert {event.request_id for event in events} == {call.request_id}
    assert {(event.door, event.principal_arn, event.read_only) for event in events} == {
        ("api", call.principal.arn, True)
    }
    assert [json.loads(event.request_parameters) for event in events[1:]] == [
        {"SecretId": secret_id} for secret_id in [*three, "nothing"]
    ]
    assert "value-marker" not in json.dumps(list(events.values()), default=str)


def test_a_batch_by_filter_names_the_secrets_it_found(call: Call, three: list[str]) -> None:
    operations.batch_get_secret_value(call, filters=[{"Key": "name", "Values": ["batch/"]}])

    assert outcomes(event_name="GetSecretValue") == [
        ("GetSecretValue", "batch/a", ""),
        ("GetSecretValue", "batch/c", ""),
    ]


def test_who_may_batch_but_not_read_is_in_the_history_of_each_secret(
    call: Call, make_call: Callable[..., Call], three: list[str]
) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "secretsmanager:BatchGetSecretValue", "Resource": "*"}],
    }
    her = make_call(principal=factories.make_person("dora", policy))

    operations.batch_get_secret_value(her, secret_id_list=["batch/a"])

    event = AuditEvent.objects.get(event_name="GetSecretValue")
    assert (event.secret_name, event.error_code) == ("batch/a", "AccessDeniedException")
    assert "is not authorized to perform: secretsmanager:GetSecretValue" in event.error_message


def test_a_refused_batch_is_one_event(make_call: Callable[..., Call], mallory: object, three: list[str]) -> None:
    with pytest.raises(AccessDeniedException):
        operations.batch_get_secret_value(make_call(principal=mallory), secret_id_list=three)

    assert outcomes() == [("BatchGetSecretValue", "", "AccessDeniedException")]


def test_a_batch_that_breaks_off_tells_what_it_had_read(
    call: Call, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = stored_values.open_for

    def breaks(*given: Any, **named: Any) -> Any:
        if given[1].name == "batch/c":
            raise RuntimeError("no more")
        return opened(*given, **named)

    monkeypatch.setattr(stored_values, "open_for", breaks)

    with pytest.raises(RuntimeError):
        operations.batch_get_secret_value(call, secret_id_list=["batch/a", "batch/c", "nothing"])

    assert outcomes() == [
        ("BatchGetSecretValue", "", "InternalServiceError"),
        ("GetSecretValue", "batch/a", ""),
        ("GetSecretValue", "batch/c", "InternalServiceError"),
    ]


def test_all_events_of_a_batch_are_written_at_once(call: Call, three: list[str]) -> None:
    """Executed one by one they would cost more than the values."""
    with CaptureQueriesContext(connection) as queries:
        operations.batch_get_secret_value(call, secret_id_list=three)

    inserts = [query["sql"] for query in queries if AuditEvent._meta.db_table in query["sql"]]
    assert len(inserts) == 1
    assert AuditEvent.objects.count() == 4


def test_events_of_a_batch_are_collected_with_those_of_others(call: Call, three: list[str]) -> None:
    """Where answers share a commit (docs/decisions/0012): nothing is written before it, all with it."""
    collected: list[audit.Row] = []

    def batch() -> None:
        audit.collect_in(collected)
        operations.batch_get_secret_value(call, secret_id_list=[*three, "nothing"])

    # Outside a transaction, as on the API's path: a test has one open.
    with patch.object(audit, "current_database") as database:
        database.return_value.in_atomic_block = False
        database.return_value.vendor = "sqlite"
        contextvars.copy_context().run(batch)

    assert len(collected) == len(EXPECTED)
    assert not AuditEvent.objects.exists()
    audit.commit(collected)
    assert outcomes() == EXPECTED
