"""Requests signed by botocore itself are accepted; every altered copy is refused. Facts: security.md 4."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from secrets_app.errors import (
    AwsError,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
)
from secrets_app.sigv4 import verify
from secrets_app.sigv4.canonical_request import Request

NOW = datetime(2026, 11, 24, 9, 0, 0, tzinfo=UTC)
KEY_ID = "AKIAEXAMPLE234567ABC"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
BODY = b'{"SecretId": "MyTestSecret"}'
HEADERS = {
    "Host": "127.0.0.1:8000",
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "secretsmanager.GetSecretValue",
}


@dataclass(frozen=True)
class Sent:
    """A request on the wire; header names in lower case."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = BODY

    def received(self) -> Request:
        return Request(self.method, self.path, self.query, self.headers.get, hashlib.sha256(self.body).hexdigest())

    def with_header(self, name: str, value: str) -> "Sent":
        return replace(self, headers={**self.headers, name: value})

    def without_header(self, name: str) -> "Sent":
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})

    def with_authorization(self, old: str, new: str) -> "Sent":
        assert old in self.headers["authorization"]
        return self.with_header("authorization", self.headers["authorization"].replace(old, new, 1))


def signed(
    url: str = "http://127.0.0.1:8000/",
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    body: bytes = BODY,
    at: datetime = NOW,
    service: str = "secretsmanager",
    region: str = "us-west-2",
    token: str | None = None,
) -> Sent:
    """As botocore signs it."""
    request = AWSRequest(method=method, url=url, data=body, headers=headers or dict(HEADERS))
    with patch("botocore.auth.get_current_datetime", return_value=at.replace(tzinfo=None)):
        SigV4Auth(Credentials(KEY_ID, SECRET, token), service, region).add_auth(request)
    parts = urlsplit(url)
    return Sent(
        method,
        parts.path or "/",
        parts.query,
        {key.lower(): str(value) for key, value in request.headers.items()},
        body,
    )


def is_accepted(sent: Sent, *, service: str = "secretsmanager", now: datetime = NOW, secret: str = SECRET) -> bool:
    request = sent.received()
    return verify.is_true(verify.read_claim(request, now, service), request, secret)


def refused_with(sent: Sent, *, now: datetime = NOW) -> AwsError:
    with pytest.raises(AwsError) as refused:
        verify.read_claim(sent.received(), now, "secretsmanager")
    return refused.value


# --- accepted --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda: signed(), id="as-boto3-sends-it"),
        pytest.param(lambda: signed(body=b""), id="empty-body"),
        pytest.param(lambda: signed(body=b"x" * 65_536), id="64-KiB-body"),
        pytest.param(lambda: signed(body=b"\x00\xff\n\r"), id="body-of-any-bytes"),
        pytest.param(lambda: signed(token="a session/token+with=marks"), id="session-token"),
        pytest.param(lambda: signed(region="eu-central-1"), id="another-region"),
        pytest.param(
            lambda: signed(headers={**HEADERS, "User-Agent": "aws-sdk-net/3", "X-Amz-Api-Version": "2017-10-17"}),
            id="extra-signed-headers",
        ),
        pytest.param(
            lambda: signed(headers={**HEADERS, "X-Amz-Content-SHA256": hashlib.sha256(BODY).hexdigest()}),
            id="with-the-hash-of-the-body",
        ),
        pytest.param(lambda: signed(headers={**HEADERS, "X-Spaced": "  a   b  c "}), id="white-space-runs"),
        pytest.param(lambda: signed(headers={**HEADERS, "X-Repeated": "b,a,b"}), id="repeated-header"),
        pytest.param(lambda: signed(headers={**HEADERS, "X-Empty": ""}), id="empty-signed-header"),
        pytest.param(lambda: signed("http://127.0.0.1:8000/?b=2&a=1&a=0&c"), id="query"),
        pytest.param(lambda: signed("http://127.0.0.1:8000/?a=%2Fx%20y"), id="encoded-query"),
        pytest.param(lambda: signed("http://127.0.0.1:8000/a/b", method="PUT"), id="path-and-method"),
        pytest.param(lambda: signed("http://127.0.0.1:8000/a/./b/../c//d/"), id="path-normalized"),
        pytest.param(lambda: signed("http://127.0.0.1:8000/a%20b/~c-d_e.f"), id="path-encoded-twice"),
    ],
)
def test_what_botocore_signs_is_accepted(sent: Callable[[], Sent]) -> None:
    assert is_accepted(sent())


@pytest.mark.parametrize("service", ["kms", "sts", "iam"])
def test_every_service_is_verified_under_its_own_name(service: str) -> None:
    assert is_accepted(signed(service=service), service=service)


@pytest.mark.parametrize("name", ["x-forwarded-for", "via", "amz-sdk-request", "x-amzn-trace-id", "accept-encoding"])
def test_unsigned_headers_that_a_proxy_adds_do_no_harm(name: str) -> None:
    assert is_accepted(signed().with_header(name, "added on the way"))


@pytest.mark.parametrize("separator", [",", ", ", " ,  "])
def test_parameters_may_be_separated_with_or_without_blanks(separator: str) -> None:
    sent = signed()
    assert is_accepted(sent.with_header("authorization", sent.headers["authorization"].replace(", ", separator)))


def test_a_date_header_does_where_there_is_no_x_amz_date() -> None:
    sent = signed(headers={**HEADERS, "Date": "Tue, 24 Nov 2026 09:00:00 GMT"})
    assert "x-amz-date" not in sent.headers

    assert is_accepted(sent)


def test_utf8_header_values_are_compared_byte_by_byte() -> None:
    """Servers hand header bytes on as latin-1; the no-break space in "à" must not count as white space."""
    sent = signed(headers={**HEADERS, "X-Note": "voilà à côté"})

    assert is_accepted(sent.with_header("x-note", "voilà à côté".encode().decode("latin-1")))


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_accepted(seconds: int) -> None:
    assert is_accepted(signed(at=NOW + timedelta(seconds=seconds)))


# --- altered ---------------------------------------------------------------------------------------


def _flip_last_digit(sent: Sent) -> Sent:
    text = sent.headers["authorization"]
    return sent.with_header("authorization", text[:-1] + ("0" if text[-1] != "0" else "1"))


ALTERATIONS: dict[str, Callable[[Sent], Sent]] = {
    "method": lambda sent: replace(sent, method="GET"),
    "path": lambda sent: replace(sent, path="/other"),
    "query": lambda sent: replace(sent, query="a=1"),
    "body": lambda sent: replace(sent, body=BODY.replace(b"MyTest", b"Others")),
    "body-cut": lambda sent: replace(sent, body=BODY[:-1]),
    "body-left-out": lambda sent: replace(sent, body=b""),
    "host": lambda sent: sent.with_header("host", "127.0.0.1:8001"),
    "operation": lambda sent: sent.with_header("x-amz-target", "secretsmanager.DeleteSecret"),
    "content-type": lambda sent: sent.with_header("content-type", "text/plain"),
    "signed-header-left-out": lambda sent: sent.without_header("content-type"),
    "clock": lambda sent: sent.with_header("x-amz-date", "20261124T090001Z"),
    "digit-of-the-signature": _flip_last_digit,
    "signature-cut": lambda sent: sent.with_header("authorization", sent.headers["authorization"][:-1]),
    "signature-in-capitals": lambda sent: sent.with_header(
        "authorization", sent.headers["authorization"][:-64] + sent.headers["authorization"][-64:].upper()
    ),
    "signature-not-ascii": lambda sent: sent.with_header("authorization", sent.headers["authorization"][:-1] + "é"),
    "key-id": lambda sent: sent.with_authorization(KEY_ID, "AKIAEXAMPLE234567ABD"),
    "region": lambda sent: sent.with_authorization("/us-west-2/", "/us-east-1/"),
    "signed-headers-reordered": lambda sent: sent.with_authorization("content-type;host", "host;content-type"),
    "signed-header-taken-off-the-list": lambda sent: sent.with_authorization("content-type;host", "host"),
    "signed-header-added-to-the-list": lambda sent: sent.with_header("accept", "*/*").with_authorization(
        "content-type;host", "accept;content-type;host"
    ),
    "second-header-of-the-same-name": lambda sent: sent.with_header("host", "127.0.0.1:8000,evil.example"),
}


@pytest.mark.parametrize("alteration", [pytest.param(value, id=key) for key, value in ALTERATIONS.items()])
def test_an_altered_copy_is_not_accepted(alteration: Callable[[Sent], Sent]) -> None:
    sent = signed()
    assert is_accepted(sent)

    altered = alteration(sent)

    assert altered != sent
    # Changing the key id changes nothing that is signed: the other key's secret decides.
    secret = "another secret" if "ABD/" in altered.headers["authorization"] else SECRET
    assert not is_accepted(altered, secret=secret)


def test_another_secret_access_key_does_not_fit() -> None:
    assert not is_accepted(signed(), secret=SECRET[:-1])


def test_a_changed_secret_does_not_meet_the_signing_key_derived_before() -> None:
    sent = signed()
    assert is_accepted(sent)

    assert not is_accepted(sent, secret="changed")
    assert is_accepted(sent)


# --- refused before any key is looked at -------------------------------------------------------------

Refusal = tuple[Callable[[Sent], Sent], type[AwsError], str]

REFUSALS: dict[str, Refusal] = {
    "no-authorization": (
        lambda sent: sent.without_header("authorization"),
        MissingAuthenticationTokenException,
        "Missing Authentication Token",
    ),
    "foreign-authorization": (
        lambda sent: sent.with_header("authorization", "Basic YWRtaW46YWRtaW4="),
        MissingAuthenticationTokenException,
        "Missing Authentication Token",
    ),
    "no-parameters": (
        lambda sent: sent.with_header("authorization", "AWS4-HMAC-SHA256 ").without_header("x-amz-date"),
        IncompleteSignatureException,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        "Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either "
        "a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 ",
    ),
    "no-date": (
        lambda sent: sent.with_header(
            "authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c"
        ).without_header("x-amz-date"),
        IncompleteSignatureException,
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        "Authorization=AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
    ),
    "not-key-and-value": (
        lambda sent: sent.with_header("authorization", "AWS4-HMAC-SHA256 Credential=a, b"),
        IncompleteSignatureException,
        "'b' not a valid key=value pair (missing equal-sign) in Authorization header: "
        "'AWS4-HMAC-SHA256 Credential=a, b'.",
    ),
    "two-authorization-headers": (
        lambda sent: sent.with_header(
            "authorization", f"{sent.headers['authorization']},{sent.headers['authorization']}"
        ),
        IncompleteSignatureException,
        "Authorization header has more than one 'SignedHeaders' parameter.",
    ),
    "date-format": (
        lambda sent: sent.with_header("x-amz-date", "2026-11-24T09:00:00Z"),
        IncompleteSignatureException,
        "Date must be in ISO-8601 'basic format'. Got '2026-11-24T09:00:00Z'. "
        "See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "no-such-date": (
        lambda sent: sent.with_header("x-amz-date", "20261324T090000Z"),
        IncompleteSignatureException,
        "Date must be in ISO-8601 'basic format'. Got '20261324T090000Z'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    "host-not-signed": (
        lambda sent: sent.with_authorization(";host;", ";"),
        InvalidSignatureException,
        "'Host' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "target-not-signed": (
        lambda sent: sent.with_authorization(";x-amz-target", ""),
        InvalidSignatureException,
        "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "date-not-signed": (
        lambda sent: sent.with_authorization(";x-amz-date", ""),
        InvalidSignatureException,
        "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "session-token-not-signed": (
        lambda sent: sent.with_header("x-amz-security-token", "added on the way"),
        InvalidSignatureException,
        "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "four-parts": (
        lambda sent: sent.with_authorization("/aws4_request", ""),
        IncompleteSignatureException,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{KEY_ID}/20261124/us-west-2/secretsmanager'",
    ),
    "unknown-region": (
        lambda sent: sent.with_authorization("us-west-2", "moon-north-1"),
        InvalidSignatureException,
        "Credential should be scoped to a valid region, not 'moon-north-1'. ",
    ),
    "another-service": (
        lambda sent: sent.with_authorization("/secretsmanager/", "/kms/"),
        InvalidSignatureException,
        "Credential should be scoped to correct service: 'secretsmanager'. ",
    ),
    "everything-in-the-scope": (
        lambda sent: sent.with_authorization("20261124/us-west-2/secretsmanager/aws4_request", "b/c/d/e"),
        InvalidSignatureException,
        "Credential should be scoped to a valid region, not 'c'. "
        "Credential should be scoped to correct service: 'secretsmanager'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. "
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'b' != '20261124', from '20261124T090000Z'.",
    ),
    "unsigned-payload": (
        lambda sent: sent.with_header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        InvalidSignatureException,
        "The value of the 'X-Amz-Content-SHA256' header is not the hash of the body.",
    ),
}


@pytest.mark.parametrize(
    ("alteration", "error", "message"), [pytest.param(*row, id=name) for name, row in REFUSALS.items()]
)
def test_refused_without_looking_at_a_key(
    alteration: Callable[[Sent], Sent], error: type[AwsError], message: str
) -> None:
    refused = refused_with(alteration(signed()))

    assert (type(refused), refused.message) == (error, message)


def test_another_algorithm_is_named_in_the_refusal() -> None:
    refused = refused_with(signed().with_authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA25"))

    assert isinstance(refused, IncompleteSignatureException)
    assert refused.message.startswith(
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "
    )


def test_an_old_signature_has_expired() -> None:
    refused = refused_with(signed(at=NOW - timedelta(seconds=301)))

    assert isinstance(refused, InvalidSignatureException)
    assert refused.message == (
        "Signature expired: 20261124T085459Z is now earlier than 20261124T085500Z (20261124T090000Z - 5 min.)"
    )


def test_a_signature_from_the_future_is_not_yet_current() -> None:
    refused = refused_with(signed(at=NOW + timedelta(seconds=301)))

    assert refused.message == (
        "Signature not yet current: 20261124T090501Z is still later than 20261124T090500Z (20261124T090000Z + 5 min.)"
    )


@pytest.mark.parametrize("service", ["secretsmanager", "kms"])
def test_a_signature_for_one_service_is_no_good_for_another(service: str) -> None:
    other = {"secretsmanager": "kms", "kms": "secretsmanager"}[service]
    sent = signed(service=service)

    with pytest.raises(InvalidSignatureException, match="correct service"):
        verify.read_claim(sent.received(), NOW, other)


def test_the_secret_is_in_no_message_and_no_repr() -> None:
    sent = signed()
    claim: Any = verify.read_claim(sent.received(), NOW, "secretsmanager")

    assert SECRET not in repr(claim)
    assert SECRET not in repr(sent.received())
