"""JSON to Python and back by the shapes of the vendored models. Facts: api.md 1.2 and 1.4."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from secrets_app.aws_json import codec
from secrets_app.errors import SerializationException
from secrets_app.service_model import OperationModel, service


def model(name: str, *, of: str = "secretsmanager") -> OperationModel:
    return service(of).operations[name]


def decoded(name: str, document: Any, *, of: str = "secretsmanager") -> dict[str, Any]:
    return codec.decode(model(name, of=of), orjson.dumps(document))


def encoded(name: str, reply: dict[str, Any], *, of: str = "secretsmanager") -> Any:
    return orjson.loads(codec.encode(model(name, of=of), reply))


def refused(name: str, document: Any) -> str:
    with pytest.raises(SerializationException) as error:
        decoded(name, document)
    return error.value.message


# --- in --------------------------------------------------------------------------------------------


def test_members_become_keywords() -> None:
    document = {"SecretId": "a", "RotationLambdaARN": "arn:x", "RotateImmediately": False}

    assert decoded("RotateSecret", document) == {
        "secret_id": "a",
        "rotation_lambda_arn": "arn:x",
        "rotate_immediately": False,
    }


def test_structures_and_lists_keep_their_wire_names() -> None:
    document = {"SecretId": "a", "Tags": [{"Key": "team", "Value": "blue"}, {"Key": "empty", "Value": ""}]}

    assert decoded("TagResource", document)["tags"] == document["Tags"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"SecretId": "a", "VersionId": None}, {"secret_id": "a"}, id="null-is-absent"),
        pytest.param({"SecretId": "a", "Description": "b", "x": [1]}, {"secret_id": "a"}, id="unknown-member"),
        pytest.param({}, {}, id="nothing-given"),
    ],
)
def test_what_is_left_out(document: dict[str, Any], expected: dict[str, Any]) -> None:
    assert decoded("GetSecretValue", document) == expected


def test_nulls_and_unknown_members_of_structures_are_left_out_too() -> None:
    rules = {"AutomaticallyAfterDays": 7, "Duration": None, "Colour": "red"}

    assert decoded("RotateSecret", {"RotationRules": rules}) == {"rotation_rules": {"AutomaticallyAfterDays": 7}}


def test_an_empty_body_is_an_empty_object() -> None:
    assert codec.decode(model("ListSecrets"), b"") == {}


def test_binary_values_are_base64() -> None:
    assert decoded("PutSecretValue", {"SecretBinary": "Zm9vdGVzdA=="}) == {"secret_binary": b"footest"}


@pytest.mark.parametrize("given", ["Zm9", "Zm9vdGVzdA", "not base64!", "Zm9v\nZm9v", "é", "==", "Zm=9v"])
def test_bad_base64_is_refused(given: str) -> None:
    assert refused("PutSecretValue", {"SecretBinary": given}) == "A binary value is not base64."


@pytest.mark.parametrize(
    "body", [b"{", b"not json", b'{"SecretId": "\\ud800"}', b"\xff\xfe", b'{"a": NaN}', b"{'SecretId': 'a'}"]
)
def test_broken_json_is_refused_without_a_message(body: bytes) -> None:
    with pytest.raises(SerializationException) as error:
        codec.decode(model("GetSecretValue"), body)

    assert error.value.message == ""


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_a_body_that_is_not_an_object_is_refused(body: bytes) -> None:
    with pytest.raises(SerializationException):
        codec.decode(model("GetSecretValue"), body)


@pytest.mark.parametrize(
    ("operation", "document", "message"),
    [
        ("GetSecretValue", {"SecretId": True}, "class java.lang.Boolean can not be converted to an String"),
        ("GetSecretValue", {"SecretId": 12}, "class java.lang.Integer can not be converted to an String"),
        ("GetSecretValue", {"SecretId": 1.5}, "class java.lang.Double can not be converted to an String"),
        ("GetSecretValue", {"SecretId": {}}, "Start of structure or map found where not expected."),
        ("GetSecretValue", {"SecretId": ["a"]}, "Start of list found where not expected."),
        ("PutSecretValue", {"SecretBinary": 1}, "class java.lang.Integer can not be converted to an String"),
        ("ListSecrets", {"MaxResults": "5"}, "class java.lang.String can not be converted to an Integer"),
        ("ListSecrets", {"MaxResults": True}, "class java.lang.Boolean can not be converted to an Integer"),
        ("ListSecrets", {"MaxResults": 2**64}, "class java.lang.Double can not be converted to an Integer"),
        ("GetRandomPassword", {"PasswordLength": 1.0}, "class java.lang.Double can not be converted to an Long"),
        ("ListSecrets", {"IncludePlannedDeletion": 1}, "class java.lang.Integer can not be converted to an Boolean"),
        (
            "ListSecrets",
            {"IncludePlannedDeletion": "true"},
            "class java.lang.String can not be converted to an Boolean",
        ),
        ("TagResource", {"Tags": {"Key": "a"}}, "Expected the start of a list."),
        ("TagResource", {"Tags": ["a"]}, "Expected the start of a structure or map."),
        ("TagResource", {"Tags": [None]}, "A list or map must not hold null."),
        ("UntagResource", {"TagKeys": [1]}, "class java.lang.Integer can not be converted to an String"),
        ("RotateSecret", {"RotationRules": []}, "Expected the start of a structure or map."),
    ],
)
def test_a_wrong_type_is_refused_by_kind(operation: str, document: dict[str, Any], message: str) -> None:
    raw = str(document).replace("True", "true").replace("None", "null").replace("'", '"')
    with pytest.raises(SerializationException) as error:
        codec.decode(model(operation), raw.encode())

    assert error.value.message == message


def test_a_refused_value_is_never_quoted() -> None:
    assert "hunter2" not in refused("PutSecretValue", {"SecretString": {"password": "hunter2"}})
    assert "hunter2" not in refused("PutSecretValue", {"SecretBinary": "hunter2!"})


def test_a_nul_is_for_secret_values_alone() -> None:
    """PostgreSQL would refuse it in any text column, after it was let in here."""
    assert refused("DescribeSecret", {"SecretId": "a\0b"}) == "A NUL character was found where none is allowed."
    assert refused("TagResource", {"Tags": [{"Key": "a", "Value": "\0"}]})
    assert decoded("PutSecretValue", {"SecretString": "a\0b"}) == {"secret_string": "a\0b"}


def test_maps_and_timestamps_of_kms() -> None:
    assert decoded("Encrypt", {"EncryptionContext": {"a": "b"}}, of="kms") == {"encryption_context": {"a": "b"}}
    assert decoded("ImportKeyMaterial", {"ValidTo": 1523477145.5}, of="kms") == {
        "valid_to": datetime(2018, 4, 11, 20, 5, 45, 500_000, tzinfo=UTC)
    }


@pytest.mark.parametrize("given", ["2018-04-11", True, 1e300])
def test_a_timestamp_is_a_number_of_seconds(given: Any) -> None:
    with pytest.raises(SerializationException):
        decoded("ImportKeyMaterial", {"ValidTo": given}, of="kms")


# --- out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (datetime(2018, 4, 11, 20, 5, 45, 713_000, tzinfo=UTC), b"1523477145.713"),
        (datetime(2018, 4, 11, 20, 5, 45, 713_499, tzinfo=UTC), b"1523477145.713"),
        (datetime(2018, 4, 11, 20, 5, 45, 100_000, tzinfo=UTC), b"1523477145.1"),
        (datetime(2018, 4, 11, 20, 5, 45, tzinfo=UTC), b"1523477145"),
        (datetime(2018, 4, 11, 22, 5, 45, tzinfo=timezone(timedelta(hours=2))), b"1523477145"),
        (date(2018, 4, 17), b"1523923200"),
    ],
)
def test_timestamps_are_epoch_seconds_to_the_millisecond(moment: date, number: bytes) -> None:
    assert codec.encode(model("DescribeSecret"), {"LastAccessedDate": moment}) == (
        b'{"LastAccessedDate":' + number + b"}"
    )


def test_absent_members_are_left_out_at_every_depth() -> None:
    reply = {"ARN": "a", "NextToken": None, "Versions": [{"VersionId": "v", "VersionStages": None}]}

    assert encoded("ListSecretVersionIds", reply) == {"ARN": "a", "Versions": [{"VersionId": "v"}]}


def test_false_zero_and_empty_are_not_absent() -> None:
    assert encoded("DescribeSecret", {"RotationEnabled": False, "Tags": [], "Description": ""}) == {
        "RotationEnabled": False,
        "Tags": [],
        "Description": "",
    }


def test_binary_values_go_out_as_base64() -> None:
    assert encoded("GetSecretValue", {"SecretBinary": b"footest"}) == {"SecretBinary": "Zm9vdGVzdA=="}


def test_maps_of_lists() -> None:
    stages = {"v1": ["AWSCURRENT"], "v2": ["AWSPREVIOUS", "mine"]}

    assert encoded("DescribeSecret", {"VersionIdsToStages": stages}) == {"VersionIdsToStages": stages}


def test_text_keeps_every_character() -> None:
    text = 'quotes " \\ controls \x00\x1f lines \n umlauts äß CJK 秘密 emoji 🔐 separators \u2028'

    assert encoded("GetSecretValue", {"SecretString": text}) == {"SecretString": text}


@pytest.mark.parametrize("reply", [{"Secret": "a"}, {"SecretList": [{"VersionIdsToStages": {}}]}])
def test_a_member_that_the_shape_does_not_have_is_a_bug(reply: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        codec.encode(model("ListSecrets"), reply)


def test_an_operation_without_output_answers_an_empty_object() -> None:
    assert codec.encode(model("TagResource"), {}) == b"{}"
    with pytest.raises(KeyError):
        codec.encode(model("TagResource"), {"ARN": "a"})
