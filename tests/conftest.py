"""The cast and the stage: who calls, a secret to call about, a signed-in browser session, a live server, Chromium."""

import os
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from django.test import Client

from console.private_servers import mariadb, postgresql
from secrets_app.call import Call
from secrets_app.models import Secret
from tests import factories
from tests.factories import Person
from tests.live import databases
from tests.live.chromium import LAUNCH_FLAGS, find_chromium
from tests.live.server import LiveServer

_CHROMIUM = find_chromium()
_LIVE_MARKS = ("live", "browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Live tests may connect to this machine. Without Chromium, browser tests are skipped; in CI that is a failure."""
    del config
    for item in items:
        if any(item.get_closest_marker(mark) for mark in _LIVE_MARKS):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
        if item.get_closest_marker("browser") and _CHROMIUM is None:
            if os.environ.get("CI") == "true":
                raise pytest.UsageError("CI=true and there is no Chromium: browser tests must not be skipped.")
            item.add_marker(pytest.mark.skip(reason="no Chromium found; set CHROMIUM, or install your system's"))


# --- the cast ------------------------------------------------------------------------------------


@pytest.fixture
def alice(db: None) -> Person:
    """May do everything."""
    return factories.make_person("alice", factories.EVERYTHING)


@pytest.fixture
def bob(db: None) -> Person:
    """May read, and change nothing."""
    return factories.make_person("bob", factories.READING)


@pytest.fixture
def mallory(db: None) -> Person:
    """Has an access key and no policy at all."""
    return factories.make_person("mallory")


# --- calls ---------------------------------------------------------------------------------------


@pytest.fixture
def make_call(alice: Person) -> Callable[..., Call]:
    """make_call(principal=bob, region="eu-west-1", now=...): a call of alice's, in us-west-2, at factories.NOW."""

    def make(principal: Person | Any = None, **more: Any) -> Call:
        return factories.make_call(principal or alice, **more)

    return make


@pytest.fixture
def call(make_call: Callable[..., Call]) -> Call:
    return make_call()


@pytest.fixture
def secret(call: Call) -> Secret:
    """prod/database in us-west-2, with one version of a JSON value."""
    return factories.make_secret(call)


# --- the console, in process ---------------------------------------------------------------------


@pytest.fixture
def sign_in() -> Callable[[Person], Client]:
    """sign_in(bob): Django's test client with bob's session."""

    def signed_in_as(person: Person) -> Client:
        client = Client()
        client.force_login(person.principal, backend="console.sign_in.backend.PrincipalBackend")
        return client

    return signed_in_as


@pytest.fixture
def signed_in(sign_in: Callable[[Person], Client], alice: Person) -> Client:
    return sign_in(alice)


# --- the whole thing, from outside ---------------------------------------------------------------


@pytest.fixture(scope="session")
def live_server_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """`manage.py serve` with the demo account, in a process of its own. Shared: a test works on secrets of its own."""
    server = LiveServer(tmp_path_factory.mktemp("live") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql_database() -> Iterator[databases.PostgreSQLDatabase]:
    """A PostgreSQL server of our own. Shared: a test works with users of its own."""
    if not postgresql.is_installed():
        databases.absent("PostgreSQL")
    server = postgresql.PostgreSQL(databases.folder(), settings=postgresql.IN_A_HURRY)
    tls = databases.certificates_for(server)
    server.settings += ("ssl=on", f"ssl_cert_file={tls.certificate}", f"ssl_key_file={tls.key}")
    server.start()
    yield databases.PostgreSQLDatabase(server, tls)
    server.remove()


@pytest.fixture(scope="session")
def mariadb_database() -> Iterator[databases.MariaDBDatabase]:
    """A MariaDB server of our own. Shared likewise."""
    if not mariadb.is_installed():
        databases.absent("MariaDB")
    server = mariadb.MariaDB(databases.folder())
    tls = databases.certificates_for(server)
    server.options += (f"--ssl-cert={tls.certificate}", f"--ssl-key={tls.key}")
    server.start()
    yield databases.MariaDBDatabase(server, tls)
    server.remove()


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> databases.Database:
    """Each of them in turn."""
    return cast(databases.Database, request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's `page` in the system's Chromium."""
    return {**browser_type_launch_args, "executable_path": _CHROMIUM, "args": LAUNCH_FLAGS}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], live_server_process: LiveServer) -> dict[str, Any]:
    return {**browser_context_args, "base_url": live_server_process.url, "viewport": {"width": 1440, "height": 900}}
