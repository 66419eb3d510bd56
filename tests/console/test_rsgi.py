"""The server's own entrance: whole requests only, one commit for answers that are ready together, pages beside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]

from console import rsgi
from secrets_app import audit
from secrets_app.models import AuditEvent
from secrets_app.statements import current_database
from tests.aws import wire
from tests.factories import Person

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Scope:
    method: str = "POST"
    path: str = "/"
    given: list[tuple[str, str]] = field(default_factory=list)
    proto: str = "http"
    http_version: str = "1.1"
    client: str = "127.0.0.1:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    query_string: str = ""
    authority: str | None = None

    @property
    def headers(self) -> dict[str, Any]:
        return _Pairs(self.given)


class _Pairs(dict[str, Any]):  # repeated names and all
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__()
        self._pairs = pairs

    def items(self) -> Any:
        return self._pairs


class Protocol:
    """What granian hands over; the body comes in parts, or never."""

    def __init__(self, parts: Iterable[bytes] = (), *, hangs: bool = False, goes_away: bool = False) -> None:
        self._parts, self._hangs, self._goes_away = list(parts), hangs, goes_away
        self.was_read = False
        self.answer: tuple[int, dict[str, str], bytes] = (0, {}, b"")

    async def __call__(self) -> bytes:
        return b"".join([part async for part in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.was_read = True
        for part in self._parts:
            yield part
        if self._hangs:
            await asyncio.Event().wait()
        if self._goes_away:
            raise ProtocolClosed

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = (status, {name.lower(): value for name, value in headers}, body)


def signed(person: Person, operation: str, arguments: dict[str, Any]) -> tuple[Scope, bytes]:
    body = json.dumps(arguments).encode()
    headers = wire.Wire(person.access_key).sign(
        "POST", wire.ENDPOINT + "/", {"X-Amz-Target": f"secretsmanager.{operation}"}, body
    )
    headers |= {"Host": wire.ENDPOINT.removeprefix("http://"), "Content-Length": str(len(body))}
    return Scope(given=[(name.lower(), value) for name, value in headers.items()]), body


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> rsgi.Application:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # taken back afterwards; the application sets it for good
    return rsgi.Application()


async def _serve(application: rsgi.Application, *requests: tuple[Scope, Protocol]) -> None:
    await asyncio.gather(*(application.__rsgi__(scope, protocol) for scope, protocol in requests))


def serve(application: rsgi.Application, *requests: tuple[Scope, Protocol]) -> None:
    """As granian does it: in a thread where no other loop runs, which Playwright leaves in the main one; and the loop
    does not run yet when the application hears of it."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_serve_here, application, requests).result()


def _serve_here(application: rsgi.Application, requests: tuple[tuple[Scope, Protocol], ...]) -> None:
    loop = asyncio.new_event_loop()
    try:
        application.__rsgi_init__(loop)
        loop.run_until_complete(_serve(application, *requests))
    finally:
        # PostgreSQL drops no database that somebody is still connected to.
        application._api._context.run(lambda: current_database().close())
        application._page_threads.submit(lambda: connection.close()).result()
        loop.close()


def describe(person: Person) -> tuple[Scope, Protocol]:
    scope, body = signed(person, "ListSecrets", {})
    return scope, Protocol([body])


def test_answers_that_are_ready_together_share_one_commit(application: rsgi.Application, alice: Person) -> None:
    requests = [describe(alice) for _ in range(5)]

    with patch.object(audit, "commit", wraps=audit.commit) as commit:
        serve(application, *requests)

    assert [protocol.answer[0] for _, protocol in requests] == [200] * 5
    assert [len(call.args[0]) for call in commit.call_args_list] == [5]
    assert AuditEvent.objects.filter(event_name="ListSecrets").count() == 5


def test_a_change_carries_its_event_in_its_own_transaction(application: rsgi.Application, alice: Person) -> None:
    """The hot path once wrote through another connection than the ORM: each waited for the other's lock."""
    arguments = {"Name": "prod/db", "SecretString": "hunter2", "ClientRequestToken": "t" * 32}
    scope, body = signed(alice, "CreateSecret", arguments)
    protocol = Protocol([body])

    with patch.object(audit, "commit", side_effect=OperationalError("not to be called")):
        serve(application, (scope, protocol))

    assert protocol.answer[0] == 200
    assert AuditEvent.objects.filter(event_name="CreateSecret", error_code="").count() == 1


def test_no_answer_leaves_without_its_event(application: rsgi.Application, alice: Person) -> None:
    requests = [describe(alice), describe(alice)]

    with patch.object(audit, "commit", side_effect=OperationalError("disk is full")):
        serve(application, *requests)

    for _, protocol in requests:
        status, headers, body = protocol.answer
        assert (status, json.loads(body)["__type"]) == (500, "InternalServiceError")
        assert b"SecretList" not in body
        assert headers["x-amzn-requestid"]


def test_a_body_that_never_comes_is_given_up_and_holds_nobody_up(application: rsgi.Application, alice: Person) -> None:
    scope, body = signed(alice, "ListSecrets", {})
    hanging, other = Protocol([body[:1]], hangs=True), describe(alice)

    with patch.object(rsgi, "_LONGEST_WAIT_SECONDS", 0.2):
        serve(application, (scope, hanging), other)

    assert other[1].answer[0] == 200
    status, _, content = hanging.answer
    assert (status, json.loads(content)["__type"]) == (408, "RequestTimeoutException")


def test_refusals_open_no_connections_of_their_own(application: rsgi.Application, alice: Person) -> None:
    """Whoever lets half a body hang would otherwise have the server open one for each."""
    scope, body = signed(alice, "ListSecrets", {})
    requests = [(scope, Protocol([body[:1]], hangs=True)) for _ in range(5)]
    opened: list[Any] = []

    def note(**given: Any) -> None:
        opened.append(given["connection"])

    connection_created.connect(note)
    try:
        with patch.object(rsgi, "_LONGEST_WAIT_SECONDS", 0.2):
            serve(application, *requests)
    finally:
        connection_created.disconnect(note)

    assert [protocol.answer[0] for _, protocol in requests] == [408] * 5
    assert len(opened) <= 1


def test_a_client_that_goes_away_is_no_failure(application: rsgi.Application, alice: Person) -> None:
    """A traceback for each would let anybody fill the log."""
    scope, body = signed(alice, "ListSecrets", {})
    gone, other = Protocol([body[:1]], goes_away=True), describe(alice)

    serve(application, (scope, gone), other)

    assert gone.answer[0] == 0
    assert other[1].answer[0] == 200


def test_a_body_announced_as_too_long_is_not_read(application: rsgi.Application, alice: Person) -> None:
    scope, _ = signed(alice, "ListSecrets", {})
    scope.given = [(name, value) for name, value in scope.given if name != "content-length"]
    scope.given.append(("content-length", "99999999"))
    protocol = Protocol([b"{}"])

    serve(application, (scope, protocol))

    assert protocol.answer[0] == 413
    assert not protocol.was_read


def test_a_chunked_body_is_read_up_to_the_limit(application: rsgi.Application) -> None:
    protocol = Protocol([b"x" * 600_000] * 10)
    scope = Scope(given=[("transfer-encoding", "chunked"), ("x-amz-target", "secretsmanager.ListSecrets")])

    serve(application, (scope, protocol))

    assert protocol.answer[0] == 413


def test_a_body_of_http_2_needs_no_length(application: rsgi.Application, alice: Person) -> None:
    """It was taken for empty: refused if signed, and under AUTH=permissive carried out without its arguments."""
    scope, body = signed(alice, "ListSecrets", {"MaxResults": 1})
    scope.given = [(name, value) for name, value in scope.given if name != "content-length"]
    scope.http_version = "2"
    protocol = Protocol([body])

    serve(application, (scope, protocol))

    assert protocol.answer[0] == 200


def test_pages_are_answered_beside_it(application: rsgi.Application) -> None:
    scope = Scope(method="GET", path="/healthz", given=[("host", "127.0.0.1:8000")])
    protocol = Protocol()

    serve(application, (scope, protocol))

    assert (protocol.answer[0], protocol.answer[2]) == (200, b"ok\n")


def test_headers_become_what_wsgi_makes_of_them() -> None:
    given = [("host", "h"), ("cookie", "a=1"), ("cookie", "b=2"), ("x-a", "1"), ("x-a", "2"), ("x_amz_target", "no")]

    environ = rsgi.environ_of(Scope(path="/é", given=given, client="[::1]:5"))

    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_X_A"] == "1,2"
    assert "HTTP_X_AMZ_TARGET" not in environ
    assert environ["PATH_INFO"].encode("latin-1") == "/é".encode()
    assert environ["REMOTE_ADDR"] == "::1"
