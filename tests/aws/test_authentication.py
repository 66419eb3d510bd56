"""Who gets in, by raw HTTP and boto3: keys, session tokens, Regions, accounts. Facts: security.md 4.3."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from secrets_app.errors import MissingAuthenticationTokenException
from secrets_app.models import AccessKey, AuditEvent, Principal
from secrets_app.principals import NewAccessKey, create_temporary_access_key
from tests import factories
from tests.aws.conftest import MakeClient
from tests.aws.wire import ENDPOINT, Refusal, Wire, client, refused, send
from tests.factories import Person

UNRECOGNIZED = Refusal("UnrecognizedClientException", "The security token included in the request is invalid.")
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
TARGET = {"X-Amz-Target": "secretsmanager.ListSecrets", "Content-Type": "application/x-amz-json-1.1"}


def session_key(person: Person, *, lifetime: timedelta = timedelta(hours=1), policy: str = "") -> NewAccessKey:
    return create_temporary_access_key(
        person.principal, datetime.now(UTC), lifetime=lifetime, session_name="deploy", session_policy=policy
    )


# --- long-term keys ------------------------------------------------------------------------------------


def test_without_a_signature_nobody_gets_in(db: None) -> None:
    answer = send("POST", ENDPOINT + "/", TARGET, b"{}")

    assert answer.status == 400
    assert answer.json == {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}


def test_a_signature_of_another_kind_is_none(db: None) -> None:
    answer = send("POST", ENDPOINT + "/", {**TARGET, "Authorization": "Bearer abc"}, b"{}")

    assert answer.error == MissingAuthenticationTokenException.__name__


def test_an_unknown_access_key(alice: Person) -> None:
    unknown = NewAccessKey("AKIANOBODY234567ABCD", alice.access_key.secret_access_key)

    assert refused(client(unknown).list_secrets) == UNRECOGNIZED


def test_a_wrong_secret(alice: Person) -> None:
    wrong = NewAccessKey(alice.access_key.access_key_id, "not the secret")

    code, message = refused(client(wrong).list_secrets)

    assert code == "InvalidSignatureException"
    assert message.startswith(MISMATCH + "\n\nThe Canonical String for this request should have been\n'POST\n/\n\n")


def test_an_inactive_key(aws: Any, alice: Person) -> None:
    AccessKey.objects.filter(access_key_id=alice.access_key.access_key_id).update(is_active=False)

    assert refused(aws.list_secrets) == UNRECOGNIZED


def test_a_key_of_somebody_who_is_no_longer_active(aws: Any, alice: Person) -> None:
    Principal.objects.filter(pk=alice.principal.pk).update(is_active=False)

    assert refused(aws.list_secrets) == UNRECOGNIZED


def test_a_key_that_was_deleted_stops_at_once(aws: Any, alice: Person) -> None:
    aws.list_secrets()
    AccessKey.objects.all().delete()

    assert refused(aws.list_secrets) == UNRECOGNIZED


def test_an_inactive_key_is_not_told_from_outside_without_its_secret(alice: Person) -> None:
    AccessKey.objects.update(is_active=False)
    wrong = NewAccessKey(alice.access_key.access_key_id, "not the secret")

    assert refused(client(wrong).list_secrets).code == "InvalidSignatureException"


def test_an_unknown_key_is_verified_like_any_other(alice: Person) -> None:
    """Its refusal must take as long as that of a wrong signature."""
    unknown = NewAccessKey("AKIANOBODY234567ABCD", "secret")

    with patch("secrets_app.sigv4.verify.signature", return_value="0" * 64) as signature:
        refused(client(unknown).list_secrets)

    assert signature.call_count == 1


def test_a_refused_request_leaves_no_audit_row(alice: Person) -> None:
    """Nobody made this call: there is no principal to write down."""
    refused(client(NewAccessKey(alice.access_key.access_key_id, "wrong")).list_secrets)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "alteration",
    [
        pytest.param({"Host": "elsewhere:8000"}, id="host"),
        pytest.param({"X-Amz-Target": "secretsmanager.GetRandomPassword"}, id="operation"),
        pytest.param({"Content-Type": "application/json"}, id="content-type"),
    ],
)
def test_an_altered_request_is_refused(wire: Wire, alteration: dict[str, str]) -> None:
    assert wire.post("ListSecrets", unsigned=alteration).error == "InvalidSignatureException"


def test_an_altered_body_is_refused(wire: Wire) -> None:
    url = ENDPOINT + "/"
    signed = wire.sign("POST", url, TARGET, b'{"MaxResults": 1}')

    assert send("POST", url, signed, b'{"MaxResults": 9}').error == "InvalidSignatureException"


def test_a_replay_within_the_window_is_answered_again(wire: Wire) -> None:
    """As by AWS: ClientRequestToken is what keeps a change from being made twice."""
    signed = wire.sign("POST", ENDPOINT + "/", TARGET, b"{}")

    first, second = (send("POST", ENDPOINT + "/", signed, b"{}") for _ in range(2))

    assert (first.status, second.status) == (200, 200)
    assert first.headers["x-amzn-requestid"] != second.headers["x-amzn-requestid"]


def test_the_refusal_of_a_signature_says_what_should_have_been_signed(wire: Wire) -> None:
    """To the byte as seen in the field (api.md 1.4); a proxy that changed the Host shows itself. Decision 11."""
    signed = wire.sign("POST", ENDPOINT + "/", TARGET, b"{}")
    answer = send("POST", ENDPOINT + "/", {**signed, "Host": "proxy:80"}, b"{}")

    moment = signed["X-Amz-Date"]
    canonical = (
        "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:proxy:80\n"
        f"x-amz-date:{moment}\nx-amz-target:secretsmanager.ListSecrets\n\n"
        "content-type;host;x-amz-date;x-amz-target\n" + hashlib.sha256(b"{}").hexdigest()
    )
    string_to_sign = (
        f"AWS4-HMAC-SHA256\n{moment}\n{moment[:8]}/us-west-2/secretsmanager/aws4_request\n"
        + hashlib.sha256(canonical.encode()).hexdigest()
    )
    assert answer.json["message"] == (
        f"{MISMATCH}\n\nThe Canonical String for this request should have been\n'{canonical}'"
        f"\n\nThe String-to-Sign should have been\n'{string_to_sign}'\n"
    )


def test_the_refusal_of_a_signature_leaves_the_session_token_out(alice: Person) -> None:
    key = session_key(alice)

    answer = Wire(key).post("ListSecrets", unsigned={"Host": "proxy:80"})

    assert "x-amz-security-token:(session token)\n" in answer.json["message"]
    assert key.session_token not in answer.body.decode()


def test_a_signed_header_that_never_came_has_no_canonical_string(wire: Wire) -> None:
    signed = wire.sign("POST", ENDPOINT + "/", {**TARGET, "X-Note": "1"}, b"{}")
    del signed["X-Note"]

    assert send("POST", ENDPOINT + "/", signed, b"{}").json["message"] == MISMATCH


def test_sdks_that_send_the_hash_of_the_body(wire: Wire) -> None:
    empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}

    assert wire.post("ListSecrets", headers={"X-Amz-Content-SHA256": empty}).status == 200
    assert wire.post("ListSecrets", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}).error == (
        "InvalidSignatureException"
    )


def test_headers_that_a_proxy_adds_do_no_harm(wire: Wire) -> None:
    added = {"X-Forwarded-For": "203.0.113.9", "Via": "1.1 proxy", "X-Amzn-Trace-Id": "Root=1", "Connection": "close"}

    assert wire.post("ListSecrets", unsigned=added).status == 200
    assert AuditEvent.objects.get().source_ip == "127.0.0.1"


def test_behind_our_own_proxy_the_last_hop_is_believed(wire: Wire, settings: Any) -> None:
    settings.BEHIND_TLS = True

    wire.post("ListSecrets", unsigned={"X-Forwarded-For": "10.9.9.9, 203.0.113.9", "X-Forwarded-Proto": "https"})

    assert AuditEvent.objects.get().source_ip == "203.0.113.9"


# --- Region, service, account ----------------------------------------------------------------------------


def test_the_region_of_the_signature_is_the_region_of_the_call(alice: Person, aws_as: MakeClient) -> None:
    aws_as(alice, region="eu-central-1").create_secret(Name="here")

    assert aws_as(alice, region="eu-central-1").describe_secret(SecretId="here")["ARN"].split(":")[3] == "eu-central-1"
    assert refused(aws_as(alice).describe_secret, SecretId="here").code == "ResourceNotFoundException"


def test_a_region_that_does_not_exist(alice: Person, aws_as: MakeClient) -> None:
    assert refused(aws_as(alice, region="moon-north-1").list_secrets) == Refusal(
        "InvalidSignatureException", "Credential should be scoped to a valid region, not 'moon-north-1'. "
    )


def test_a_signature_for_another_service(wire: Wire) -> None:
    answer = wire.post("ListSecrets", service="kms")

    assert answer.json["message"] == "Credential should be scoped to correct service: 'secretsmanager'. "


def test_accounts_do_not_see_each_other(aws: Any, aws_as: MakeClient) -> None:
    arn = aws.create_secret(Name="ours", SecretString="x")["ARN"]
    stranger = aws_as(factories.make_person("eve", factories.EVERYTHING, account="210987654321"))

    assert stranger.list_secrets()["SecretList"] == []
    assert refused(stranger.get_secret_value, SecretId="ours").code == "ResourceNotFoundException"
    assert refused(stranger.get_secret_value, SecretId=arn).code == "AccessDeniedException"


# --- permissions -------------------------------------------------------------------------------------------


def test_somebody_without_a_policy_may_do_nothing(aws: Any, mallory: Person, aws_as: MakeClient) -> None:
    """The same sentence whether the secret exists or not: it names what the caller passed."""
    aws.create_secret(Name="prod/db", SecretString="x")
    client_of_mallory = aws_as(mallory)

    for name in ("prod/db", "nope"):
        assert refused(client_of_mallory.get_secret_value, SecretId=name) == Refusal(
            "AccessDeniedException",
            f"User: {mallory.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: {name} "
            "because no identity-based policy allows the secretsmanager:GetSecretValue action",
        )


def test_a_reader_reads_and_changes_nothing(aws: Any, bob: Person, aws_as: MakeClient) -> None:
    aws.create_secret(Name="prod/db", SecretString="x")

    assert aws_as(bob).get_secret_value(SecretId="prod/db")["SecretString"] == "x"
    assert refused(aws_as(bob).delete_secret, SecretId="prod/db").code == "AccessDeniedException"


# --- temporary keys ----------------------------------------------------------------------------------------


def test_a_temporary_key_with_its_token(alice: Person) -> None:
    assert client(session_key(alice)).list_secrets()["SecretList"] == []


@pytest.mark.parametrize("token", ["", "not the token"])
def test_a_temporary_key_without_its_token(alice: Person, token: str) -> None:
    key = session_key(alice)

    changed = NewAccessKey(key.access_key_id, key.secret_access_key, token)

    assert refused(client(changed).list_secrets) == UNRECOGNIZED


def test_the_token_of_another_temporary_key(alice: Person) -> None:
    one, other = session_key(alice), session_key(alice)

    mixed = NewAccessKey(one.access_key_id, one.secret_access_key, other.session_token)

    assert refused(client(mixed).list_secrets) == UNRECOGNIZED


def test_a_long_term_key_with_a_token(alice: Person) -> None:
    key = alice.access_key

    assert refused(client(NewAccessKey(key.access_key_id, key.secret_access_key, "token")).list_secrets) == UNRECOGNIZED


def test_an_expired_temporary_key(alice: Person) -> None:
    key = session_key(alice, lifetime=timedelta(seconds=-1))

    assert refused(client(key).list_secrets) == Refusal(
        "ExpiredTokenException", "The security token included in the request is expired"
    )


def test_a_token_that_is_not_signed(alice: Person) -> None:
    key = session_key(alice)
    unsigned_token = Wire(NewAccessKey(key.access_key_id, key.secret_access_key))

    answer = unsigned_token.post("ListSecrets", unsigned={"X-Amz-Security-Token": key.session_token})

    assert answer.json["message"] == "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization."


def test_a_session_policy_narrows_what_a_temporary_key_may_do(alice: Person) -> None:
    only_lists = (
        '{"Version": "2012-10-17", "Statement": '
        '[{"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}]}'
    )
    narrowed = client(session_key(alice, policy=only_lists))

    assert narrowed.list_secrets()["SecretList"] == []
    assert refused(narrowed.create_secret, Name="new").code == "AccessDeniedException"
