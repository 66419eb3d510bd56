"""A person signed in as admin, and a secret of their own to change; any message of the console is a failure."""

import json
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page
from types_boto3_secretsmanager import SecretsManagerClient

from tests.live.server import LiveServer


@pytest.fixture
def client(live_server_process: LiveServer) -> SecretsManagerClient:
    """boto3 beside the browser: what the console did is seen from the API."""
    found: SecretsManagerClient = live_server_process.client("secretsmanager")
    return found


@pytest.fixture
def name(client: SecretsManagerClient) -> str:
    """A secret made for this test: {"user": "diegor", "password": "first"}."""
    found = f"browser/{uuid.uuid4()}"
    client.create_secret(Name=found, SecretString=json.dumps({"user": "diegor", "password": "first"}))
    return found


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser says of the pages: script errors, refusals of the CSP, missing files."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # A refused form (422) is no fault; the browser reports it as a failed resource.
        if message.type in ("error", "warning") and "422" not in message.text:
            found.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def admin(page: Page, complaints: list[str], live_server_process: LiveServer) -> Iterator[Page]:
    """Signed in, on the list. Whatever the browser complains of fails the test."""
    sign_in(page, live_server_process)
    yield page
    assert complaints == []


@pytest.fixture
def looked_at(page: Page, live_server_process: LiveServer) -> Page:
    """Signed in, for axe, which tries inline styles that the CSP refuses."""
    sign_in(page, live_server_process)
    return page


def sign_in(page: Page, server: LiveServer) -> None:
    page.goto("/sign-in")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
