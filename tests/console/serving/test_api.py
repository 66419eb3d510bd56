"""API requests in the event loop: one after another, one commit for the events of those that are ready together."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.db.backends.signals import connection_created

from console.serving.api import Api
from console.serving.whole_answer import Answer, Environ
from secrets_app import audit
from secrets_app.aws_json.wsgi import environ_key
from secrets_app.errors import RequestTimeoutException
from secrets_app.models import AuditEvent
from tests.aws import wire
from tests.factories import Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # taken back afterwards; Api sets it for good


def signed(person: Person, operation: str, arguments: dict[str, Any]) -> Environ:
    body = json.dumps(arguments).encode()
    target = {"X-Amz-Target": f"secretsmanager.{operation}"}
    headers = wire.Wire(person.access_key).sign("POST", wire.ENDPOINT + "/", target, body)
    headers |= {"Host": wire.ENDPOINT.removeprefix("http://"), "Content-Length": str(len(body))}
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "wsgi.input": io.BytesIO(body),
        **{environ_key(name.lower()): value for name, value in headers.items()},
    }


def answers(*requests: Environ) -> list[Answer]:
    """All of them in one turn of the loop; in a thread of its own: Playwright leaves a loop in the main one."""

    async def ask() -> list[Answer]:
        api = Api(asyncio.get_running_loop())
        await asyncio.sleep(0)
        got: list[Answer] = []
        for environ in requests:
            api.answer(environ, got.append)
        assert got == []  # not before the commit
        await asyncio.sleep(0)
        api.close()
        return got

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(ask())).result()


def test_answers_that_are_ready_together_share_one_commit(alice: Person) -> None:
    with patch.object(audit, "commit", wraps=audit.commit) as commit:
        got = answers(*[signed(alice, "ListSecrets", {}) for _ in range(5)])

    assert [status for status, _, _ in got] == [200] * 5
    assert [len(call.args[0]) for call in commit.call_args_list] == [5]
    assert AuditEvent.objects.filter(event_name="ListSecrets").count() == 5


def test_a_change_carries_its_event_in_its_own_transaction(alice: Person) -> None:
    """The hot path once wrote through another connection than the ORM: each waited for the other's lock."""
    arguments = {"Name": "prod/db", "SecretString": "hunter2", "ClientRequestToken": "t" * 32}

    with patch.object(audit, "commit", side_effect=OperationalError("not to be called")):
        [(status, _, _)] = answers(signed(alice, "CreateSecret", arguments))

    assert status == 200
    assert AuditEvent.objects.filter(event_name="CreateSecret", error_code="").count() == 1


def test_no_answer_leaves_without_its_event(alice: Person) -> None:
    with patch.object(audit, "commit", side_effect=OperationalError("disk is full")):
        got = answers(signed(alice, "ListSecrets", {}), signed(alice, "ListSecrets", {}))

    assert len(got) == 2
    for status, headers, body in got:
        assert (status, json.loads(body)["__type"]) == (500, "InternalServiceError")
        assert b"SecretList" not in body
        assert dict(headers)["x-amzn-RequestId"]


def test_refusals_open_no_connections_of_their_own(alice: Person) -> None:
    """Whoever lets half a body hang would otherwise have the server open one for each."""
    opened: list[Any] = []

    def note(**given: Any) -> None:
        opened.append(given["connection"])

    async def refuse() -> list[int]:
        api = Api(asyncio.get_running_loop())
        await asyncio.sleep(0)
        environ = signed(alice, "ListSecrets", {})
        statuses = [api.refused(environ, RequestTimeoutException("too slow"))[0] for _ in range(5)]
        api.close()
        return statuses

    connection_created.connect(note)
    try:
        with ThreadPoolExecutor(1) as thread:
            statuses = thread.submit(lambda: asyncio.run(refuse())).result()
    finally:
        connection_created.disconnect(note)

    assert statuses == [408] * 5
    assert len(opened) <= 1
