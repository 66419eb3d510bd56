"""Dates: which call sets which, how fine they are on the wire, and what is absent till then. Facts: api.md 4.7, 1.2."""

import json
import time
from typing import Any

import pytest

from tests.aws.wire import Wire

TOKEN = "t" * 32
DAY = 86_400
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        ],
    }
)


@pytest.fixture(autouse=True)
def created(wire: Wire) -> Any:
    return wire.post("CreateSecret", {"Name": "prod/db", "SecretString": "one", "ClientRequestToken": TOKEN}).json


def ask(wire: Wire, operation: str, **members: Any) -> Any:
    answer = wire.post(operation, {"SecretId": "prod/db", **members})
    assert answer.status == 200, answer.json
    return answer.json


def described(wire: Wire) -> Any:
    return ask(wire, "DescribeSecret")


def is_a_moment(value: Any) -> bool:
    """A JSON number, in seconds of the epoch, with three decimals at most; of just now."""
    return type(value) in (int, float) and round(value, 3) == value and abs(time.time() - value) < 60


def is_a_day(value: Any) -> bool:
    """Midnight in UTC, as a whole number."""
    return type(value) is int and value % DAY == 0 and 0 <= time.time() - value < 2 * DAY


def test_a_new_secret_has_two_dates(wire: Wire) -> None:
    """Recorded: LastChangedDate from the start, LastAccessedDate not before it was read."""
    found = described(wire)

    assert {name for name in found if name.endswith("Date")} == {"CreatedDate", "LastChangedDate"}
    assert is_a_moment(found["CreatedDate"])
    assert found["LastChangedDate"] == found["CreatedDate"]


def test_the_list_says_the_same(wire: Wire) -> None:
    ask(wire, "GetSecretValue")

    (entry,) = wire.post("ListSecrets").json["SecretList"]

    found = described(wire)
    found["SecretVersionsToStages"] = found.pop("VersionIdsToStages")
    assert entry == found


def test_reading_is_noted_by_the_day_on_secret_and_version(wire: Wire) -> None:
    """Recorded: on the version that was read, and on no other."""
    ask(wire, "PutSecretValue", SecretString="two", ClientRequestToken="u" * 32)
    before = described(wire)["LastChangedDate"]

    ask(wire, "GetSecretValue", VersionId=TOKEN)

    found = described(wire)
    assert is_a_day(found["LastAccessedDate"])
    assert found["LastChangedDate"] == before
    versions = ask(wire, "ListSecretVersionIds")["Versions"]
    assert {version["VersionId"] for version in versions if is_a_day(version.get("LastAccessedDate"))} == {TOKEN}
    assert sum("LastAccessedDate" in version for version in versions) == 1


def test_a_batch_reads_as_well(wire: Wire) -> None:
    wire.post("BatchGetSecretValue", {"SecretIdList": ["prod/db"]})

    assert is_a_day(described(wire)["LastAccessedDate"])


def test_a_refused_read_is_none(wire: Wire) -> None:
    wire.post("GetSecretValue", {"SecretId": "prod/db", "VersionStage": "AWSPENDING"})

    assert "LastAccessedDate" not in described(wire)


def test_a_value_has_the_date_of_its_version(wire: Wire) -> None:
    first = ask(wire, "GetSecretValue")["CreatedDate"]
    ask(wire, "PutSecretValue", SecretString="two", ClientRequestToken="u" * 32)

    second = ask(wire, "GetSecretValue")["CreatedDate"]

    assert is_a_moment(second)
    assert second > first == described(wire)["CreatedDate"]
    assert ask(wire, "GetSecretValue", VersionId=TOKEN)["CreatedDate"] == first
    dates = {version["VersionId"]: version["CreatedDate"] for version in ask(wire, "ListSecretVersionIds")["Versions"]}
    assert dates == {TOKEN: first, "u" * 32: second}


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("UpdateSecret", {"ClientRequestToken": "u" * 32, "Description": "d"}),
        ("UpdateSecret", {"ClientRequestToken": "u" * 32, "SecretString": "two"}),
        ("PutSecretValue", {"ClientRequestToken": "u" * 32, "SecretString": "two"}),
        ("PutSecretValue", {"ClientRequestToken": "u" * 32, "SecretString": "two", "VersionStages": ["MINE"]}),
        ("UpdateSecretVersionStage", {"VersionStage": "MINE", "MoveToVersionId": TOKEN}),
        ("TagResource", {"Tags": [{"Key": "a", "Value": "b"}]}),
        ("UntagResource", {"TagKeys": ["a"]}),
        ("PutResourcePolicy", {"ResourcePolicy": POLICY}),
        ("DeleteSecret", {}),
    ],
)
def test_what_changes_a_secret_says_when(wire: Wire, operation: str, members: dict[str, Any]) -> None:
    before = described(wire)

    ask(wire, operation, **members)

    after = described(wire)
    assert is_a_moment(after["LastChangedDate"])
    assert after["LastChangedDate"] > before["LastChangedDate"]
    assert after["CreatedDate"] == before["CreatedDate"]


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("GetSecretValue", {}),
        ("ListSecretVersionIds", {}),
        ("GetResourcePolicy", {}),
        ("RestoreSecret", {}),
        ("DeleteResourcePolicy", {}),
        ("PutSecretValue", {"ClientRequestToken": TOKEN, "SecretString": "one"}),
    ],
)
def test_what_changes_nothing_leaves_the_date(wire: Wire, operation: str, members: dict[str, Any]) -> None:
    before = described(wire)["LastChangedDate"]

    ask(wire, operation, **members)

    assert described(wire)["LastChangedDate"] == before


def test_the_date_of_deletion(wire: Wire) -> None:
    """The end of the window, in both answers (api.md 10)."""
    reply = ask(wire, "DeleteSecret", RecoveryWindowInDays=7)

    assert type(reply["DeletionDate"]) in (int, float)
    assert abs(reply["DeletionDate"] - time.time() - 7 * DAY) < 60
    assert described(wire)["DeletedDate"] == reply["DeletionDate"]


# --- absent means absent ---------------------------------------------------------------------------------


def test_nothing_is_null_or_empty_where_there_is_nothing(wire: Wire) -> None:
    """Recorded throughout (api.md 1.2): members without a value are left out."""
    wire.post(
        "CreateSecret", {"Name": "bare", "ClientRequestToken": TOKEN, "Description": "", "KmsKeyId": "", "Tags": []}
    )

    assert set(wire.post("DescribeSecret", {"SecretId": "bare"}).json) == {
        "ARN",
        "Name",
        "CreatedDate",
        "LastChangedDate",
    }
    assert set(wire.post("ListSecretVersionIds", {"SecretId": "bare"}).json) == {"ARN", "Name", "Versions"}
    assert set(wire.post("GetResourcePolicy", {"SecretId": "bare"}).json) == {"ARN", "Name"}
    assert set(wire.post("ListSecrets").json) == {"SecretList"}
    assert b"null" not in wire.post("ListSecrets").body


def test_bytes_are_base64_on_the_wire(wire: Wire) -> None:
    """Recorded: "Zm9vdGVzdA==" for b"footest"."""
    members = {"SecretBinary": "Zm9vdGVzdA==", "ClientRequestToken": TOKEN}
    wire.post("CreateSecret", {"Name": "bytes", **members})

    answer = wire.post("GetSecretValue", {"SecretId": "bytes"}).json

    assert set(answer) == {"ARN", "Name", "CreatedDate", "SecretBinary", "VersionId", "VersionStages"}
    assert answer["SecretBinary"] == "Zm9vdGVzdA=="


@pytest.mark.parametrize("operation", ["TagResource", "UntagResource"])
def test_tagging_answers_an_empty_object(wire: Wire, operation: str) -> None:
    """Our choice of two that all clients read alike (api.md 10)."""
    members = {"Tags": [{"Key": "a", "Value": "b"}]} if operation == "TagResource" else {"TagKeys": ["a"]}

    assert wire.post(operation, {"SecretId": "prod/db", **members}).body == b"{}"
