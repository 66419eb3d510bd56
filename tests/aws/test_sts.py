"""STS GetCallerIdentity: by boto3, and raw over the query protocol. Facts: api.md 1.4 and 8."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from secrets_app.models import AuditEvent, Principal
from secrets_app.principals import NewAccessKey, create_access_key, create_temporary_access_key, new_unique_id
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import ENDPOINT, Answer, Wire, client, send
from tests.factories import Person

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"
WHO_BY_BOTO = {"UserId", "Account", "Arn"}


def post(wire: Wire, body: bytes = IDENTITY, **more: Any) -> Answer:
    return wire.post(
        "", body=body, service=more.pop("service", "sts"), headers={**FORM, **more.pop("headers", {})}, **more
    )


def who(made: Any) -> dict[str, str]:
    found = made.get_caller_identity()
    return {name: found[name] for name in WHO_BY_BOTO}


def error(answer: Answer) -> tuple[int, str, str, str]:
    """Status, type, code, message."""
    root = ElementTree.fromstring(answer.body)  # noqa: S314  our own answer
    assert root.tag == f"{{{NAMESPACE}}}ErrorResponse"
    found = {
        name: root.findtext(f"{{{NAMESPACE}}}Error/{{{NAMESPACE}}}{name}", "") for name in ("Type", "Code", "Message")
    }
    assert root.findtext(f"{{{NAMESPACE}}}RequestId") == answer.headers["x-amzn-requestid"]
    assert answer.headers["content-type"] == "text/xml"
    return answer.status, found["Type"], found["Code"], found["Message"]


# --- who it is -----------------------------------------------------------------------------------------


def test_a_user(alice: Person, aws_as: MakeClient) -> None:
    assert who(aws_as(alice, service="sts")) == {
        "UserId": alice.principal.unique_id,
        "Account": "123456789012",
        "Arn": "arn:aws:iam::123456789012:user/alice",
    }


def test_it_takes_no_permission_and_cannot_be_denied(aws_as: MakeClient, mallory: Person) -> None:
    """Documented."""
    denied = factories.make_person(
        "denied", {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    )

    assert who(aws_as(mallory, service="sts"))["Arn"] == mallory.arn
    assert who(aws_as(denied, service="sts"))["Arn"] == denied.arn


def test_a_session_of_a_role(alice: Person) -> None:
    role = Principal.objects.create(
        account=alice.principal.account,
        kind=Principal.Kind.ROLE,
        name="deployer",
        unique_id=new_unique_id("role"),
        created_at=factories.NOW,
    )
    key = create_temporary_access_key(
        role, datetime.now(UTC), lifetime=timedelta(hours=1), session_name="run-7", session_policy=""
    )

    assert who(client(key, service="sts")) == {
        "UserId": f"{role.unique_id}:run-7",
        "Account": "123456789012",
        "Arn": "arn:aws:sts::123456789012:assumed-role/deployer/run-7",
    }


def test_the_root_of_an_account(alice: Person) -> None:
    root = Principal.objects.create(
        account=alice.principal.account, kind="root", name="root", unique_id="root-1", created_at=factories.NOW
    )
    key = create_access_key(root, factories.NOW)

    assert who(client(key, service="sts")) == {
        "UserId": "123456789012",
        "Account": "123456789012",
        "Arn": "arn:aws:iam::123456789012:root",
    }


def test_the_region_may_be_any(alice: Person, aws_as: MakeClient) -> None:
    assert who(aws_as(alice, service="sts", region="eu-central-1"))["Account"] == "123456789012"


# --- the form of it ------------------------------------------------------------------------------------


def test_the_answer_to_the_byte(wire: Wire, alice: Person) -> None:
    answer = post(wire)

    request_id = answer.headers["x-amzn-requestid"]
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml")
    assert answer.body.decode() == (
        f'<GetCallerIdentityResponse xmlns="{NAMESPACE}"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>{alice.principal.unique_id}</UserId>"
        "<Account>123456789012</Account></GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></GetCallerIdentityResponse>\n"
    )


def test_the_call_is_on_record_under_the_id_of_the_answer(wire: Wire) -> None:
    answer = post(wire)

    row = AuditEvent.objects.get()
    assert (row.request_id, row.event_source, row.event_name, row.read_only, row.error_code) == (
        answer.headers["x-amzn-requestid"],
        "sts.amazonaws.com",
        "GetCallerIdentity",
        True,
        "",
    )
    assert json.loads(row.request_parameters) == {}


def test_a_get_with_its_parameters_in_the_query_string(wire: Wire) -> None:
    answer = wire.post("", body=b"", method="GET", url=f"{ENDPOINT}/?{IDENTITY.decode()}", service="sts")

    assert (answer.status, b"user/alice" in answer.body) == (200, True)


# --- refusals ------------------------------------------------------------------------------------------


def test_without_a_signature(db: None) -> None:
    assert error(send("POST", ENDPOINT + "/", FORM, IDENTITY)) == (
        403,
        "Sender",
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    )


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (NewAccessKey("AKIANOBODY234567ABCD", "secret"), "InvalidClientTokenId"),
        (None, "SignatureDoesNotMatch"),
    ],
    ids=["unknown key", "wrong secret"],
)
def test_a_bad_signature_by_boto(alice: Person, key: NewAccessKey | None, code: str) -> None:
    wrong = key or NewAccessKey(alice.access_key.access_key_id, "wrong")

    with pytest.raises(ClientError) as refused:
        client(wrong, service="sts").get_caller_identity()

    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def test_an_expired_session(alice: Person) -> None:
    key = create_temporary_access_key(
        alice.principal, datetime.now(UTC), lifetime=timedelta(seconds=-1), session_name="s", session_policy=""
    )

    assert error(post(Wire(key))) == (
        403,
        "Sender",
        "ExpiredToken",
        "The security token included in the request is expired",
    )


def test_an_incomplete_signature(db: None) -> None:
    answer = send("POST", ENDPOINT + "/", {**FORM, "Authorization": "AWS4-HMAC-SHA256 x <&>"}, IDENTITY)

    assert error(answer)[:3] == (403, "Sender", "IncompleteSignature")
    assert "'x <&>' not a valid key=value pair" in error(answer)[3]


def test_what_xml_cannot_hold_is_replaced(db: None) -> None:
    answer = send("POST", ENDPOINT + "/", {**FORM, "Authorization": "AWS4-HMAC-SHA256 \x01\x0b\xff"}, IDENTITY)

    assert "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" in error(answer)[3]


def test_a_signature_for_another_service(wire: Wire) -> None:
    assert error(post(wire, service="ec2")) == (
        403,
        "Sender",
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 'sts'. ",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"Action=Nonsense&Version=2011-06-15", "Could not find operation Nonsense for version 2011-06-15"),
        (b"Action=GetCallerIdentity&Version=2010", "Could not find operation GetCallerIdentity for version 2010"),
        (
            b"Action=GetCallerIdentity",
            "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED",
        ),
        (b"", "Could not find operation  for version NO_VERSION_SPECIFIED"),
        (b"Action=AssumeRoot&Version=2011-06-15", "AssumeRoot is not available on this server."),
    ],
)
def test_an_operation_there_is_not(wire: Wire, body: bytes, message: str) -> None:
    assert error(post(wire, body)) == (400, "Sender", "InvalidAction", message)


def test_what_is_not_offered_is_on_record(wire: Wire) -> None:
    post(wire, b"Action=AssumeRoot&Version=2011-06-15&RoleArn=arn")

    row = AuditEvent.objects.get()
    assert (row.event_name, row.request_parameters) == ("AssumeRoot", "{}")


@pytest.mark.parametrize(
    "body", [b"nonsense", b"Action=%ff", b"\xff=1", b"Action=a&Action=b", b"&".join(b"a%d=1" % n for n in range(1001))]
)
def test_what_is_no_form(wire: Wire, body: bytes) -> None:
    assert error(post(wire, body))[1:3] == ("Sender", "MalformedQueryString")


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "application/json"}, {"Content-Encoding": "gzip"}, {"Smithy-Protocol": "rpc-v2-cbor"}]
)
def test_other_encodings(wire: Wire, headers: Mapping[str, str]) -> None:
    assert error(post(wire, headers=headers))[:3] == (415, "Sender", "UnsupportedMediaType")


def test_a_body_over_the_limit(db: None) -> None:
    assert error(send("POST", ENDPOINT + "/", FORM, b"x" * 1_048_577))[:3] == (413, "Sender", "RequestEntityTooLarge")
