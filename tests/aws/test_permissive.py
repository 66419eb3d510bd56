"""AUTH=permissive over the wire: whom it takes for whom, and what of a web page's it refuses. In process; that the
mode is chosen by the setting is in tests/live/test_permissive.py."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from xml.etree import ElementTree

import pytest

from secrets_app import demo
from secrets_app.aws_json import endpoint, permissive
from secrets_app.aws_query import endpoint as aws_query
from secrets_app.models import Account, AuditEvent, KmsKey, Principal, Secret
from secrets_app.own_api import endpoint as own_api
from secrets_app.principals import NewAccessKey, create_temporary_access_key
from tests.aws.wire import ENDPOINT, Answer, Wire, client, send
from tests.factories import ACCOUNT, NOW, Person

OTHER = "111122223333"
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:user/admin"
ADMINISTRATOR_OF_OTHER = f"arn:aws:iam::{OTHER}:user/admin"


@pytest.fixture(autouse=True)
def _mode(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (endpoint, aws_query, own_api):
        monkeypatch.setattr(module, "authenticate", permissive.authenticate)


@pytest.fixture
def seeded(db: None) -> None:
    demo.seed(NOW, password="the administrator's")


def post(operation: str = "GetRandomPassword", headers: Mapping[str, str] | None = None, url: str = ENDPOINT) -> Answer:
    target = {"X-Amz-Target": f"secretsmanager.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    return send("POST", url + "/", {**target, **(headers or {})}, b"{}")


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


def key(access_key_id: str) -> NewAccessKey:
    return NewAccessKey(access_key_id, "anything")


# --- whoever it is, it is an administrator ---------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer abc",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=test",
        "AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=test/20200101/us-west-2/secretsmanager/aws4_request",
        "AWS4-HMAC-SHA256 Credential=test/20200101/us-west-2/s3/aws4_request,SignedHeaders=host,Signature=00",
    ],
)
def test_any_credentials_are_good(seeded: None, authorization: str | None) -> None:
    answer = post(headers={} if authorization is None else {"Authorization": authorization})

    assert answer.status == 200, answer.body
    event = last_event()
    assert (event.principal_arn, event.region, event.error_code) == (ADMINISTRATOR, "us-west-2", "")


def test_the_access_key_that_was_given_is_on_record(seeded: None) -> None:
    client(key("test")).list_secrets()
    assert last_event().access_key_id == "test"

    client(key("A" * 100)).list_secrets()
    assert last_event().access_key_id == "A" * 32

    post()
    assert last_event().access_key_id == ""


def test_the_region_is_that_of_the_scope(seeded: None) -> None:
    made = client(key("test"), region="eu-west-1").create_secret(Name="mine", SecretString="a value")

    assert made["ARN"].startswith(f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:mine-")


def test_a_region_that_is_none_is_refused(seeded: None) -> None:
    answer = post(headers={"Authorization": "AWS4-HMAC-SHA256 Credential=test/20200101/nowhere-1/x/aws4_request"})

    assert answer.error == "InvalidSignatureException"
    assert answer.json["message"] == "Credential should be scoped to a valid region, not 'nowhere-1'. "


def test_any_clock_is_right(seeded: None) -> None:
    with patch("botocore.auth.get_current_datetime", return_value=datetime(2001, 9, 9, 1, 46, 40)):  # noqa: DTZ001
        assert client(key("test")).list_secrets()["SecretList"]

    assert last_event().principal_arn == ADMINISTRATOR


def test_kms_and_sts_take_them_too(seeded: None) -> None:
    assert client(key("test"), service="kms").list_aliases()["Aliases"]
    assert client(key("test"), service="sts").get_caller_identity()["Arn"] == ADMINISTRATOR

    unsigned = send(
        "POST",
        ENDPOINT + "/",
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"Action=GetCallerIdentity&Version=2011-06-15",
    )
    assert unsigned.status == 200


# --- accounts by use -------------------------------------------------------------------------------------


def test_an_access_key_of_twelve_digits_names_the_account(seeded: None) -> None:
    other = client(key(OTHER), region="us-east-1")
    made = other.create_secret(Name="MyTestSecret", SecretString="of the other account")

    assert made["ARN"].startswith(f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:MyTestSecret-")
    assert other.get_secret_value(SecretId="MyTestSecret")["SecretString"] == "of the other account"
    assert [secret["ARN"] for secret in other.list_secrets()["SecretList"]] == [made["ARN"]]
    assert client(key(OTHER), service="sts").get_caller_identity()["Arn"] == ADMINISTRATOR_OF_OTHER
    assert Account.objects.get(pk=OTHER).is_made_by_use
    assert not Account.objects.get(pk=ACCOUNT).is_made_by_use
    assert KmsKey.objects.filter(account=OTHER).count() == 1


@pytest.mark.parametrize("access_key_id", ["11112222333", "1111222233334", "11112222333x", "\u0661" * 12])
def test_nothing_else_names_one(seeded: None, access_key_id: str) -> None:
    answer = post(
        headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={access_key_id}/20200101/us-west-2/x/aws4_request"}
    )

    assert answer.status == 200
    assert last_event().principal_arn == ADMINISTRATOR
    assert Account.objects.count() == 1


def test_an_administrator_who_was_made_inactive_is_nobody(seeded: None) -> None:
    Principal.objects.filter(name="admin").update(is_active=False)

    assert post().error == "UnrecognizedClientException"


# --- all else is real --------------------------------------------------------------------------------------


def test_a_right_signature_acts_as_its_own_principal(seeded: None, bob: Person) -> None:
    assert client(bob.access_key, service="sts").get_caller_identity()["Arn"] == bob.arn
    answer = Wire(bob.access_key).post("CreateSecret", {"Name": "bobs", "ClientRequestToken": "t" * 32})

    assert answer.error == "AccessDeniedException"
    assert last_event().principal_arn == bob.arn


def test_a_right_signature_by_a_wrong_clock_does_too(seeded: None, bob: Person) -> None:
    """A test suite that freezes time must not become somebody else by it."""
    with patch("botocore.auth.get_current_datetime", return_value=datetime(2001, 9, 9, 1, 46, 40)):  # noqa: DTZ001
        assert client(bob.access_key, service="sts").get_caller_identity()["Arn"] == bob.arn


def test_a_temporary_key_stays_as_narrow_as_it_is(seeded: None, alice: Person) -> None:
    now = datetime.now(UTC)
    nothing = json.dumps({"Version": "2012-10-17", "Statement": []})
    narrow = create_temporary_access_key(
        alice.principal, now, lifetime=timedelta(hours=1), session_name="s", session_policy=nothing
    )

    assert Wire(narrow).post("ListSecrets").error == "AccessDeniedException"


def test_a_resource_policy_that_denies_is_obeyed(seeded: None) -> None:
    guest = client(key("test"))
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    guest.put_resource_policy(
        SecretId="MyTestSecret", ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    )

    with pytest.raises(guest.exceptions.ClientError, match="with an explicit deny in a resource-based policy"):
        guest.get_secret_value(SecretId="MyTestSecret")


# --- web pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
def test_what_a_browser_sends_is_refused(seeded: None, headers: dict[str, str]) -> None:
    before = Secret.objects.count()

    forms = {"Content-Type": "application/x-www-form-urlencoded"}
    identity = b"Action=GetCallerIdentity&Version=2011-06-15"
    answers = [
        post(headers=headers),
        send("POST", ENDPOINT + "/_secrets_console/reset", {"Content-Type": "text/plain", **headers}, b"{}"),
        send("POST", ENDPOINT + "/_secrets_console/seed", {"Content-Type": "text/plain", **headers}, b"{}"),
    ]
    as_form = send("POST", ENDPOINT + "/", {**forms, **headers}, identity)

    assert [answer.error for answer in answers] == ["AccessDeniedException"] * 3
    assert ElementTree.fromstring(as_form.body)[0][1].text == "AccessDenied"  # noqa: S314  our own answer
    assert Secret.objects.count() == before
    assert not AuditEvent.objects.filter(event_name__in=["ResetDemo", "SeedDemo", "GetCallerIdentity"]).exists()


@pytest.mark.parametrize("host", ["http://evil.example:8000", "http://10.0.0.1:8000", "http://127.0.0.1.evil.example"])
def test_another_name_for_this_machine_is_refused(seeded: None, host: str) -> None:
    """DNS rebinding: the page's own host name leads here, so its requests are no cross-origin ones."""
    answer = post(url=host)

    assert answer.error == "AccessDeniedException"
    assert "ALLOWED_HOSTS" in answer.json["Message"]


@pytest.mark.parametrize("host", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000"])
def test_its_own_names_are_good(seeded: None, host: str) -> None:
    assert post(url=host).status == 200


def test_a_right_signature_needs_neither(seeded: None, bob: Person) -> None:
    answer = Wire(bob.access_key).post("ListSecrets", url="http://secrets.example/", unsigned={"Origin": "null"})

    assert answer.status == 200
