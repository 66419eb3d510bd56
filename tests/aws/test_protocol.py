"""The wire itself, by raw HTTP: headers, errors, and what boto3 would never send. Facts: api.md 1 and 2."""

import json
import logging
import uuid
from email.utils import parsedate_to_datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections

from secrets_app.models import AuditEvent
from tests import factories
from tests.aws.wire import ENDPOINT, Wire, send

TOKEN = "terraform-20261124090000000000000001"


def create(wire: Wire, name: str = "prod/db", value: str = "hunter2") -> Any:
    return wire.post("CreateSecret", {"Name": name, "SecretString": value, "ClientRequestToken": TOKEN}).json


# --- every answer ------------------------------------------------------------------------------------


def test_a_success_has_the_headers_of_the_protocol(wire: Wire) -> None:
    answer = wire.post("ListSecrets")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["cache-control"] == "no-store"
    assert uuid.UUID(answer.headers["x-amzn-requestid"]).version == 4
    assert parsedate_to_datetime(answer.headers["date"]).tzinfo is not None


def test_a_refusal_has_them_too(wire: Wire) -> None:
    answer = wire.post("DescribeSecret", {"SecretId": "nope"})

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert uuid.UUID(answer.headers["x-amzn-requestid"]).version == 4


def test_the_request_id_is_that_of_the_audit_row(wire: Wire) -> None:
    allowed = wire.post("ListSecrets").headers["x-amzn-requestid"]
    refused = wire.post("DescribeSecret", {"SecretId": "nope"}).headers["x-amzn-requestid"]

    rows = AuditEvent.objects.order_by("id").values_list("request_id", "event_name", "error_code", "door")
    assert list(rows) == [
        (allowed, "ListSecrets", "", "api"),
        (refused, "DescribeSecret", "ResourceNotFoundException", "api"),
    ]


def test_a_body_that_cannot_be_read_is_on_record_without_it(wire: Wire) -> None:
    """A signed call with a broken body once left no row."""
    wire.post("PutSecretValue", body=b'{"SecretId": "a", "SecretString": "hunter2"')

    row = AuditEvent.objects.get()
    assert (row.event_name, row.error_code, row.request_parameters) == (
        "PutSecretValue",
        "SerializationException",
        "{}",
    )


def test_the_audit_row_says_who_and_from_where(wire: Wire) -> None:
    wire.post("ListSecrets", headers={"User-Agent": "aws-sdk-go/1"})

    row = AuditEvent.objects.get()
    assert row.principal_arn == "arn:aws:iam::123456789012:user/alice"
    assert row.access_key_id == wire.key.access_key_id
    assert (row.source_ip, row.user_agent, row.region) == ("127.0.0.1", "aws-sdk-go/1", "us-west-2")


# --- the body ------------------------------------------------------------------------------------------


def test_modelled_errors_spell_message_with_a_capital(wire: Wire) -> None:
    answer = wire.post("DescribeSecret", {"SecretId": "nope"})

    assert answer.json == {
        "__type": "ResourceNotFoundException",
        "Message": "Secrets Manager can't find the specified secret.",
    }


def test_front_door_errors_spell_it_small(wire: Wire) -> None:
    answer = wire.post("GetRandomPassword", {"PasswordLength": 5555})

    assert answer.json == {
        "__type": "ValidationException",
        "message": "1 validation error detected: Value '5555' at 'passwordLength' failed to satisfy constraint: "
        "Member must have value less than or equal to 4096",
    }


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("CreateSecret", {"Name": "a ?"}),
        ("PutSecretValue", {"SecretId": "a ?", "SecretString": "x", "SecretBinary": "eA=="}),
        ("UpdateSecret", {"SecretId": "a ?"}),
        ("RotateSecret", {"SecretId": "a ?"}),
        ("DeleteSecret", {"SecretId": "a ?", "RecoveryWindowInDays": 3}),
        ("TagResource", {"SecretId": "a ?", "Tags": [{"Key": "aws:x", "Value": ""}]}),
        ("UntagResource", {"SecretId": "a ?", "TagKeys": ["aws:x"]}),
    ],
)
def test_the_characters_of_a_name_come_first(wire: Wire, operation: str, request_: dict[str, Any]) -> None:
    """Before a missing token or members that don't go together (api.md 2). These once came first."""
    answer = wire.post(operation, request_)

    assert answer.error == "ValidationException"
    assert answer.json["message"].startswith("Invalid name.")


@pytest.mark.parametrize("operation", ["CreateSecret", "PutSecretValue", "UpdateSecret"])
def test_the_token_is_asked_for_before_the_secret_is_looked_up(wire: Wire, operation: str) -> None:
    """Recorded: boto3 always fills the token in, raw HTTP need not."""
    named = {"Name": "new"} if operation == "CreateSecret" else {"SecretId": "nope"}

    answer = wire.post(operation, {**named, "SecretString": "x"})

    assert answer.json == {
        "__type": "InvalidRequestException",
        "Message": "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    }


def test_rotate_secret_asks_for_the_token_in_its_own_way(wire: Wire) -> None:
    """Recorded: the same sentence under another code."""
    answer = wire.post("RotateSecret", {"SecretId": "nope"})

    assert answer.json == {
        "__type": "InvalidParameterException",
        "Message": "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    }


def test_a_required_member_left_out(wire: Wire) -> None:
    answer = wire.post("GetSecretValue")

    assert answer.json["message"] == (
        "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null"
    )


def test_nulls_are_absent_and_unknown_members_ignored(wire: Wire) -> None:
    create(wire)

    answer = wire.post("GetSecretValue", {"SecretId": "prod/db", "VersionId": None, "Colour": {"a": [1]}})

    assert (answer.status, answer.json["SecretString"]) == (200, "hunter2")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"\xff"])
def test_what_is_not_a_json_object(wire: Wire, body: bytes) -> None:
    answer = wire.post("GetSecretValue", body=body)

    # An empty body is an empty object: the member it lacks is named.
    assert answer.error == ("SerializationException" if body else "ValidationException")


def test_broken_json_is_told_without_a_message(wire: Wire) -> None:
    assert wire.post("GetSecretValue", body=b"{").json == {"__type": "SerializationException"}


def test_a_wrong_type_is_refused_by_kind(wire: Wire) -> None:
    answer = wire.post("GetSecretValue", {"SecretId": True})

    assert answer.json == {
        "__type": "SerializationException",
        "message": "class java.lang.Boolean can not be converted to an String",
    }


def test_a_value_that_is_too_long_is_not_echoed(wire: Wire) -> None:
    answer = wire.post("PutSecretValue", {"SecretId": "a", "SecretString": "s" * 65_537, "ClientRequestToken": TOKEN})

    assert answer.json["message"] == (
        "1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
        "Member must have length less than or equal to 65536"
    )


def test_a_body_over_a_mebibyte_is_refused_unread(wire: Wire) -> None:
    class Unread:
        def read(self, _size: int = -1) -> bytes:
            raise AssertionError("read")

    with patch("tests.aws.wire.io.BytesIO", return_value=Unread()):
        answer = send("POST", ENDPOINT + "/", {"X-Amz-Target": "secretsmanager.GetSecretValue"}, b"x" * 1_048_577)

    assert (answer.status, answer.error) == (413, "RequestEntityTooLargeException")


def test_a_body_without_a_length_is_read_to_its_end_and_no_further(wire: Wire) -> None:
    """As a chunked request arrives."""
    target = {"X-Amz-Target": "secretsmanager.GetSecretValue"}
    answer = send("POST", ENDPOINT + "/", {**target, "Content-Length": ""}, b"x" * 1_048_577)
    assert answer.status == 413

    answer = wire.post("ListSecrets", unsigned={"Content-Length": ""})
    assert answer.status == 200


# --- the operation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["secretsmanager.NoSuchOperation", "secretsmanager.getsecretvalue", "secretsmanager.", "nonsense", "x.y"]
)
def test_an_unknown_operation_is_told_without_a_message(wire: Wire, target: str) -> None:
    headers = {"X-Amz-Target": target}
    answer = wire.post("", headers=headers)

    assert (answer.status, answer.json) == (400, {"__type": "UnknownOperationException"})


def test_another_path_is_no_operation(wire: Wire) -> None:
    answer = wire.post("GetSecretValue", {"SecretId": "a"}, url=ENDPOINT + "/a%20b/~c")

    assert answer.error == "UnknownOperationException"


def test_a_query_string_is_signed_and_ignored(wire: Wire) -> None:
    assert wire.post("ListSecrets", url=ENDPOINT + "/?b=2&a=%20x").status == 200


def test_nobody_unsigned_learns_which_operations_there_are(db: None) -> None:
    answer = send("POST", ENDPOINT + "/", {"X-Amz-Target": "secretsmanager.NoSuchOperation"}, b"{}")

    assert answer.json == {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}


def test_an_operation_we_do_not_offer_is_refused_by_name_and_audited(wire: Wire) -> None:
    answer = wire.post("TrentService.GenerateMac", {"KeyId": "a"}, service="kms")

    assert answer.json == {
        "__type": "UnsupportedOperationException",
        "message": "GenerateMac is not available on this server.",
    }
    assert AuditEvent.objects.get().event_name == "GenerateMac"


# --- bugs of ours ------------------------------------------------------------------------------------------


def test_a_bug_is_a_500_without_detail_and_a_log_line_without_values(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the value is hunter2")

    with patch("secrets_app.aws_json.endpoint.codec.decode", broken), caplog.at_level(logging.DEBUG):
        answer = wire.post("PutSecretValue", {"SecretId": "a", "SecretString": "hunter2"})

    assert (answer.status, answer.error) == (500, "InternalServiceError")
    assert answer.headers["x-amzn-requestid"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text + answer.body.decode()


def test_the_console_is_not_in_the_way_of_a_signed_request(wire: Wire) -> None:
    """Pages answer GET and unsigned POST; a session cookie means nothing to the wire."""
    answer = wire.post("ListSecrets", unsigned={"Cookie": "sessionid=x"})

    assert answer.json == {"SecretList": []}


def test_values_are_in_no_audit_row(wire: Wire) -> None:
    create(wire, value="hunter2")
    wire.post("PutSecretValue", {"SecretId": "prod/db", "SecretBinary": "aHVudGVyMg==", "ClientRequestToken": "x" * 32})

    rows = json.dumps(list(AuditEvent.objects.values()), default=str)
    assert "prod/db" in rows
    assert "hunter2" not in rows
    assert "aHVudGVyMg" not in rows


def test_a_connection_that_the_database_dropped_is_closed_before_it_is_used(transactional_db: None) -> None:
    """A worker lives for weeks; PostgreSQL, or a firewall before it, doesn't keep its connections that long."""
    wire = Wire(factories.make_person("alice", factories.EVERYTHING).access_key)

    database = connections["default"]
    database.errors_occurred = True
    with (
        patch.object(database, "vendor", "a server"),  # a file drops no connection, so there nobody asks
        patch.object(database, "is_usable", return_value=False),
        patch.object(database, "close", wraps=database.close) as close,
    ):
        status = wire.post("ListSecrets").status

    assert status == 200
    assert close.call_count == 1
