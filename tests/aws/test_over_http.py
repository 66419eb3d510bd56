"""What a real HTTP server makes of requests before they reach us: chunks, repeated headers, bodies too large."""

import http.client
import json
from collections.abc import Iterator

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

TARGET = {"X-Amz-Target": "secretsmanager.GetRandomPassword", "Content-Type": "application/x-amz-json-1.1"}
BODY = b'{"PasswordLength": 20}'


@pytest.fixture
def connection(live_server_process: LiveServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", live_server_process.port, timeout=10)
    yield connection
    connection.close()


def signed(server: LiveServer, body: bytes = BODY, headers: dict[str, str] | None = None) -> dict[str, str]:
    client = server.client()
    request = AWSRequest("POST", server.url + "/", {**TARGET, **(headers or {})}, body)
    SigV4Auth(client._request_signer._credentials, "secretsmanager", "us-west-2").add_auth(request)
    return {name: str(value) for name, value in request.headers.items()}


def sent(
    connection: http.client.HTTPConnection, headers: list[tuple[str, str | bytes]], body: bytes
) -> tuple[int, dict[str, str]]:
    """Headers in this order, also the same one twice; the body as it is."""
    connection.putrequest("POST", "/")
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def with_length(headers: dict[str, str], body: bytes = BODY) -> list[tuple[str, str | bytes]]:
    return [*headers.items(), ("Content-Length", str(len(body)))]


def test_several_requests_on_one_connection(
    live_server_process: LiveServer, connection: http.client.HTTPConnection
) -> None:
    headers = with_length(signed(live_server_process))

    answers = [sent(connection, headers, BODY) for _ in range(3)]

    assert [status for status, _ in answers] == [200, 200, 200]
    assert len({reply["RandomPassword"] for _, reply in answers}) == 3


def test_a_chunked_body(live_server_process: LiveServer, connection: http.client.HTTPConnection) -> None:
    headers: list[tuple[str, str | bytes]] = [*signed(live_server_process).items(), ("Transfer-Encoding", "chunked")]
    half = len(BODY) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:half], BODY[half:], b""))

    status, reply = sent(connection, headers, chunks)

    assert (status, len(reply["RandomPassword"])) == (200, 20)


def test_a_signed_header_sent_twice(live_server_process: LiveServer, connection: http.client.HTTPConnection) -> None:
    """Joined by a comma in order of arrival, as the signature has it."""
    headers = signed(live_server_process, headers={"X-Twice": "b,a"})
    twice = [(name, value) for name, value in headers.items() if name != "X-Twice"]

    status, _ = sent(connection, with_length(dict(twice)) + [("X-Twice", "b"), ("X-Twice", "a")], BODY)
    assert status == 200
    status, reply = sent(connection, with_length(dict(twice)) + [("X-Twice", "a"), ("X-Twice", "b")], BODY)
    assert (status, reply["__type"]) == (400, "InvalidSignatureException")


def test_a_second_authorization(live_server_process: LiveServer, connection: http.client.HTTPConnection) -> None:
    headers = signed(live_server_process)
    authorization = headers.pop("Authorization")
    twice: list[tuple[str, str | bytes]] = [("Authorization", authorization)] * 2

    status, reply = sent(connection, with_length(headers) + twice, BODY)

    assert (status, reply["__type"]) == (400, "IncompleteSignatureException")


def test_an_unsigned_header_of_any_bytes(
    live_server_process: LiveServer, connection: http.client.HTTPConnection
) -> None:
    status, _ = sent(connection, [*with_length(signed(live_server_process)), ("X-Bytes", b"\xff\xfe\xe9")], BODY)

    assert status == 200


def test_a_body_over_the_limit_is_refused_by_its_length(connection: http.client.HTTPConnection) -> None:
    """Before it has arrived: only its beginning is ever sent."""
    status, reply = sent(connection, [*TARGET.items(), ("Content-Length", str(1024 * 1024 + 1))], b"{")

    assert (status, reply["__type"]) == (413, "RequestEntityTooLargeException")


def test_a_value_of_the_largest_size(live_server_process: LiveServer, connection: http.client.HTTPConnection) -> None:
    client = live_server_process.client()
    value = "\N{GRINNING FACE}" * 16_384  # 65,536 bytes, more as JSON

    client.create_secret(Name="http/largest", SecretString=value)

    assert client.get_secret_value(SecretId="http/largest")["SecretString"] == value
    client.delete_secret(SecretId="http/largest", ForceDeleteWithoutRecovery=True)


def test_the_answer_has_one_date_and_no_trace_of_a_session(
    live_server_process: LiveServer, connection: http.client.HTTPConnection
) -> None:
    connection.request("POST", "/", BODY, signed(live_server_process))
    answer = connection.getresponse()
    names = [name.lower() for name, _ in answer.getheaders()]

    assert answer.status == 200
    assert names.count("date") == names.count("content-length") == names.count("x-amzn-requestid") == 1
    assert "set-cookie" not in names
