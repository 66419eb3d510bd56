"""Every way of being wrong before an operation begins: the exact code, status and sentence. Facts: api.md 1.4."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from secrets_app.models import AuditEvent, Secret
from tests.aws.wire import ENDPOINT, Answer, Wire, send

TOKEN = "x" * 32
TARGET = {"X-Amz-Target": "secretsmanager.ListSecrets", "Content-Type": "application/x-amz-json-1.1"}


def with_authorization(wire: Wire, change: Callable[[str], str], **headers: str | None) -> Answer:
    """A good request whose Authorization header was changed; headers set to None are left out."""
    signed: dict[str, Any] = wire.sign("POST", ENDPOINT + "/", TARGET, b"{}")
    signed["Authorization"] = change(signed["Authorization"])
    signed |= {name.replace("_", "-"): value for name, value in headers.items()}
    return send("POST", ENDPOINT + "/", {name: value for name, value in signed.items() if value is not None}, b"{}")


def without(part: str) -> Callable[[str], str]:
    def change(authorization: str) -> str:
        algorithm, _, rest = authorization.partition(" ")
        return f"{algorithm} " + ", ".join(piece for piece in rest.split(", ") if not piece.startswith(part + "="))

    return change


def refusal(answer: Answer, status: int = 400) -> tuple[str, str]:
    """Code and message, once it is certain that the form is that of a front-end error."""
    assert answer.status == status
    assert answer.headers["content-type"] == "application/x-amz-json-1.1"
    assert answer.headers["x-amzn-requestid"]
    assert set(answer.json) <= {"__type", "message"}
    return answer.json["__type"], answer.json.get("message", "")


# --- no signature --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        TARGET,
        {"Content-Type": "application/json"},
        {},
        {**TARGET, "Authorization": ""},
        {**TARGET, "Authorization": "Bearer abc"},
        {"Cookie": "sessionid=abc", "Content-Type": "application/json"},
    ],
    ids=["target", "json", "nothing", "empty", "bearer", "cookie"],
)
def test_missing(db: None, headers: dict[str, str]) -> None:
    answer = send("POST", ENDPOINT + "/", headers, b"{}")

    assert refusal(answer) == ("MissingAuthenticationTokenException", "Missing Authentication Token")


# --- an incomplete one ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["Credential", "Signature", "SignedHeaders"])
def test_incomplete(wire: Wire, part: str) -> None:
    shown: list[str] = []

    def change(authorization: str) -> str:
        shown.append(without(part)(authorization))
        return shown[0]

    assert refusal(with_authorization(wire, change)) == (
        "IncompleteSignatureException",
        f"Authorization header requires '{part}' parameter. Authorization={shown[0]}",
    )


def test_all_that_is_missing_is_told_at_once(wire: Wire) -> None:
    answer = with_authorization(wire, lambda _: "AWS4-HMAC-SHA256 ", X_Amz_Date=None)

    assert refusal(answer) == (
        "IncompleteSignatureException",
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "
        "'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 ",
    )


def test_a_part_without_an_equal_sign(wire: Wire) -> None:
    answer = with_authorization(wire, lambda _: "AWS4-HMAC-SHA256 Credential=a, nonsense")

    assert refusal(answer) == (
        "IncompleteSignatureException",
        "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header: "
        "'AWS4-HMAC-SHA256 Credential=a, nonsense'.",
    )


@pytest.mark.parametrize("date", ["yesterday", "2026-11-24T09:00:00Z", "20261399T090000Z", "\u0662" * 15 + "Z"])
def test_a_date_of_another_form(wire: Wire, date: str) -> None:
    code, message = refusal(with_authorization(wire, str, X_Amz_Date=date))

    assert code == "IncompleteSignatureException"
    assert message.startswith("Date must be in ISO-8601 'basic format'. Got '")
    assert message.endswith("'. See http://en.wikipedia.org/wiki/ISO_8601")


def test_a_credential_of_other_parts(wire: Wire) -> None:
    answer = with_authorization(wire, lambda header: header.replace("/aws4_request", ""))

    code, message = refusal(answer)
    assert code == "IncompleteSignatureException"
    assert message.startswith(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"
    )


def test_an_algorithm_there_is_not(wire: Wire) -> None:
    answer = with_authorization(wire, lambda header: header.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"))

    code, message = refusal(answer)
    assert code == "IncompleteSignatureException"
    assert message.startswith("Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ")


# --- the clock -----------------------------------------------------------------------------------------


def at(wire: Wire, offset: timedelta) -> tuple[str, tuple[str, str]]:
    """Signed by a clock that is wrong by offset: the date it sent, and the refusal."""
    moment = datetime.now(UTC) + offset
    with patch("botocore.auth.get_current_datetime", return_value=moment.replace(tzinfo=None)):
        signed = wire.sign("POST", ENDPOINT + "/", TARGET, b"{}")
    return signed["X-Amz-Date"], refusal(send("POST", ENDPOINT + "/", signed, b"{}"))


def basic(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_a_clock_that_is_late(wire: Wire) -> None:
    sent, (code, message) = at(wire, -timedelta(minutes=20))

    words = message.split()
    limit, now = words[7], words[8].strip("(")
    assert code == "InvalidSignatureException"
    assert message == f"Signature expired: {sent} is now earlier than {limit} ({now} - 5 min.)"
    assert basic(now) - basic(limit) == timedelta(minutes=5)


def test_a_clock_that_is_early(wire: Wire) -> None:
    sent, (code, message) = at(wire, timedelta(minutes=20))

    words = message.split()
    limit, now = words[9], words[10].strip("(")
    assert code == "InvalidSignatureException"
    assert message == f"Signature not yet current: {sent} is still later than {limit} ({now} + 5 min.)"
    assert basic(limit) - basic(now) == timedelta(minutes=5)


# --- the scope -----------------------------------------------------------------------------------------


def test_all_that_is_wrong_with_the_scope(wire: Wire) -> None:
    def change(authorization: str) -> str:
        return authorization.replace("/us-west-2/secretsmanager/aws4_request", "/x/s3/aws5")

    assert refusal(with_authorization(wire, change)) == (
        "InvalidSignatureException",
        "Credential should be scoped to a valid region, not 'x'. "
        "Credential should be scoped to correct service: 'secretsmanager'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ",
    )


def test_the_service_is_that_of_the_operation_even_an_unknown_one(wire: Wire) -> None:
    answer = wire.post("TrentService.NoSuchOperation", service="secretsmanager")

    assert refusal(answer) == (
        "InvalidSignatureException",
        "Credential should be scoped to correct service: 'kms'. ",
    )


def test_without_an_operation_the_signature_says_which_service(wire: Wire) -> None:
    assert refusal(wire.post("", service="kms")) == ("UnknownOperationException", "")
    assert refusal(wire.post("", service="dynamodb"))[1] == (
        "Credential should be scoped to correct service: 'secretsmanager'. "
    )


def test_the_date_of_the_scope_is_that_of_the_request(wire: Wire) -> None:
    def change(authorization: str) -> str:
        key_id, _, rest = authorization.partition("/")
        return f"{key_id}/20200101/{rest.split('/', 1)[1]}"

    code, message = refusal(with_authorization(wire, change))
    assert code == "InvalidSignatureException"
    assert message.startswith(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '"
    )


# --- signed headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"), [("host", "Host"), ("x-amz-date", "X-Amz-Date"), ("x-amz-target", "X-Amz-Target")]
)
def test_what_must_be_signed(wire: Wire, name: str, shown: str) -> None:
    def change(authorization: str) -> str:
        return authorization.replace(f"{name};", "").replace(f";{name}", "")

    assert refusal(with_authorization(wire, change)) == (
        "InvalidSignatureException",
        f"'{shown}' must be a 'SignedHeader' in the AWS Authorization.",
    )


def test_a_target_added_on_the_way_is_not_followed(wire: Wire) -> None:
    signed = wire.sign("POST", ENDPOINT + "/", {"Content-Type": "application/x-amz-json-1.1"}, b"{}")

    answer = send("POST", ENDPOINT + "/", {**signed, "X-Amz-Target": "secretsmanager.ListSecrets"}, b"{}")

    assert refusal(answer)[1] == "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."


# --- the operation -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["secretsmanager.Nope", "Nope", "DynamoDB_20120810.ListTables", "secretsmanager.\xe9"]
)
def test_an_unknown_operation_has_no_message_at_all(wire: Wire, target: str) -> None:
    answer = wire.post("", headers={"X-Amz-Target": target})

    assert (answer.status, answer.body) == (400, b'{"__type":"UnknownOperationException"}')


# --- other protocols -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    ["application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json", "Application/JSON; charset=utf-8"],
)
def test_json_by_its_names(wire: Wire, content_type: str) -> None:
    assert wire.post("ListSecrets", headers={"Content-Type": content_type}).status == 200


@pytest.mark.parametrize(
    "content_type", ["application/cbor", "text/xml", "application/x-www-form-urlencoded", "nonsense", "x" * 5000]
)
def test_another_content_type(wire: Wire, content_type: str) -> None:
    answer = wire.post("ListSecrets", headers={"Content-Type": content_type})

    assert refusal(answer, 415) == (
        "UnsupportedMediaTypeException",
        f"This service reads application/x-amz-json-1.1, not {content_type[:100]}.",
    )


def test_cbor_by_its_own_protocol(wire: Wire) -> None:
    """As an SDK that prefers rpc-v2-cbor would send it."""
    url = ENDPOINT + "/service/SecretsManager/operation/ListSecrets"
    headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor", "Accept": "application/cbor"}

    assert refusal(wire.post("", url=url, body=b"\xbf\xff", headers=headers), 415)[0] == "UnsupportedMediaTypeException"
    assert refusal(wire.post("", url=url, headers={"Smithy-Protocol": "rpc-v2-cbor"}), 415) == (
        "UnsupportedMediaTypeException",
        "This service speaks application/x-amz-json-1.1 only; rpc-v2-cbor is not offered.",
    )


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate, gzip", "aws-chunked"])
def test_a_compressed_body(wire: Wire, encoding: str) -> None:
    answer = wire.post("ListSecrets", body=gzip.compress(b"{}"), headers={"Content-Encoding": encoding})

    assert refusal(answer, 415) == (
        "UnsupportedMediaTypeException",
        "This service doesn't read compressed or otherwise encoded bodies.",
    )


def test_identity_is_no_encoding(wire: Wire) -> None:
    assert wire.post("ListSecrets", headers={"Content-Encoding": "identity"}).status == 200


# --- the body ------------------------------------------------------------------------------------------


def create(body: str) -> bytes:
    return f'{{"ClientRequestToken": "{TOKEN}", {body}}}'.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "body",
    [
        create('"Name": "a", "SecretString": "\ud800"'),
        create('"Name": "a", "SecretString": "\\ud800"'),
        create('"Name": "a", "SecretString": "x"')[:-1],
        create('"Name": "a", "SecretString": "x"') + b"{}",
        create('"Name": "a", "SecretString": NaN'),
        create("'Name': 'a'"),
        b"\xef\xbb\xbf" + create('"Name": "a"'),
        create('"Name": "a"').decode().encode("utf-16"),
        create('"Name": "a", "Description": ' + "[" * 100_000 + "]" * 100_000),
        b'{"Name": "a\x00b"}',
    ],
    ids=["surrogate", "escaped surrogate", "cut off", "more", "NaN", "quotes", "BOM", "UTF-16", "too deep", "raw NUL"],
)
def test_broken_json(wire: Wire, body: bytes) -> None:
    assert refusal(wire.post("CreateSecret", body=body)) == ("SerializationException", "")
    assert not Secret.objects.exists()
    assert AuditEvent.objects.get().error_code == "SerializationException"
    assert wire.post("ListSecrets").status == 200


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Name": 1}, "class java.lang.Integer can not be converted to an String"),
        ({"Name": True}, "class java.lang.Boolean can not be converted to an String"),
        ({"Name": 1.5}, "class java.lang.Double can not be converted to an String"),
        ({"Name": {}}, "Start of structure or map found where not expected."),
        ({"Name": []}, "Start of list found where not expected."),
        ({"Tags": {}}, "Expected the start of a list."),
        ({"Tags": ["a"]}, "Expected the start of a structure or map."),
        ({"Tags": [None]}, "A list or map must not hold null."),
        ({"SecretBinary": "not base64!"}, "A binary value is not base64."),
        ({"SecretBinary": "\xe9"}, "A binary value is not base64."),
        ({"ForceOverwriteReplicaSecret": "true"}, "class java.lang.String can not be converted to an Boolean"),
        ({"Description": "a\0b"}, "A NUL character was found where none is allowed."),
    ],
)
def test_a_member_of_another_type(wire: Wire, members: dict[str, Any], message: str) -> None:
    answer = wire.post("CreateSecret", {"Name": "a", "ClientRequestToken": TOKEN, **members})

    assert refusal(answer) == ("SerializationException", message)
    assert not Secret.objects.exists()


def test_a_thousand_levels_deep(wire: Wire) -> None:
    """Still JSON; the member it is in decides."""
    deep = "[" * 1000 + "]" * 1000

    refused = wire.post("CreateSecret", body=create(f'"Name": "a", "Description": {deep}'))
    assert refusal(refused) == ("SerializationException", "Start of list found where not expected.")
    assert wire.post("ListSecrets", body=f'{{"Unknown": {deep}}}'.encode()).status == 200


@pytest.mark.parametrize("value", ["[" * 5_000 + "]" * 5_000, '{"Statement":' * 1_000 + "1" + "}" * 1_000])
def test_a_policy_a_thousand_levels_deep(wire: Wire, value: str) -> None:
    wire.post("CreateSecret", {"Name": "a", "ClientRequestToken": TOKEN})

    answer = wire.post("PutResourcePolicy", {"SecretId": "a", "ResourcePolicy": value})

    assert (answer.status, answer.error) == (400, "MalformedPolicyDocumentException")


def test_of_a_member_given_twice_the_last_counts(wire: Wire) -> None:
    """As every JSON parser of the SDKs has it; one parser reads the body, so nothing is checked and another used."""
    answer = wire.post("CreateSecret", body=create('"Name": "first", "Name": "last"'))

    assert answer.json["Name"] == "last"
    assert json.loads(AuditEvent.objects.get().request_parameters)["Name"] == "last"


@pytest.mark.parametrize("number", ["1e400", "1" * 5_000, "-1", str(2**63), str(2**64)])
def test_numbers_out_of_all_bounds(wire: Wire, number: str) -> None:
    answer = wire.post("GetRandomPassword", body=f'{{"PasswordLength": {number}}}'.encode())

    assert answer.status == 400
    assert answer.error in ("SerializationException", "ValidationException")


def test_a_secret_value_may_hold_a_nul(wire: Wire) -> None:
    wire.post("CreateSecret", {"Name": "a", "SecretString": "a\0b", "ClientRequestToken": TOKEN})

    assert wire.post("GetSecretValue", {"SecretId": "a"}).json["SecretString"] == "a\0b"
