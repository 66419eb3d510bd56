"""The wizard in a real browser, with and without script: back and forth, refused, stored, duplicated, not in clear."""

import json
import uuid
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from types_boto3_secretsmanager import SecretsManagerClient

from tests.browser.conftest import sign_in
from tests.live.server import LiveServer
from tests.live.test_nothing_in_clear import TRACES

pytestmark = pytest.mark.browser

MARKER = "tr0ub4dor-and-3-known-plaintext"


@pytest.fixture
def new_name(client: SecretsManagerClient) -> Iterator[str]:
    name = f"wizard/{uuid.uuid4()}"
    yield name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def without_script(browser: Browser, live_server_process: LiveServer) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(base_url=live_server_process.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server_process)
    yield page
    context.close()


def next_step(page: Page) -> None:
    page.locator(".wizard__buttons").get_by_role("button", name="Next").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_secret_is_stored_step_by_step(admin: Page, new_name: str, name: str, client: SecretsManagerClient) -> None:
    admin.goto("/")
    admin.get_by_role("link", name="Store a new secret").first.click()
    admin.get_by_label("Other type of secret").check()
    admin.get_by_label("Key", exact=True).fill("user")
    admin.get_by_label("Value", exact=True).fill("diegor")
    next_step(admin)
    heading(admin, "Configure secret")
    admin.get_by_label("Secret name").fill(name)  # taken
    admin.get_by_label("Description").fill("by the wizard")
    expect(admin.locator("#name-availability")).to_contain_text("already exists")
    admin.get_by_role("button", name="Add new tag").click()
    admin.get_by_placeholder("Enter key").fill("team")
    next_step(admin)
    heading(admin, "Configure rotation - optional")
    next_step(admin)
    heading(admin, "Review")
    admin.get_by_role("button", name="Store").click()

    heading(admin, "Configure secret")
    expect(admin.locator(".form-field__error").first).to_contain_text("already exists")
    expect(admin.get_by_label("Description")).to_have_value("by the wizard")
    admin.get_by_label("Secret name").fill(new_name)
    admin.get_by_label("Secret name").press("Enter")
    heading(admin, "Configure rotation - optional")
    next_step(admin)
    admin.get_by_role("button", name="Store").click()

    expect(admin.get_by_label("Notifications").first).to_contain_text(f"You successfully stored the secret {new_name}")
    stored = client.describe_secret(SecretId=new_name)
    assert (stored["Description"], stored["Tags"]) == ("by the wizard", [{"Key": "team", "Value": ""}])
    assert json.loads(client.get_secret_value(SecretId=new_name)["SecretString"]) == {"user": "diegor"}


def test_all_of_it_without_script(without_script: Page, new_name: str, client: SecretsManagerClient) -> None:
    page = without_script
    page.goto("/store-a-new-secret")
    page.get_by_label("Credentials for other database").check()
    page.get_by_label("User name").fill("admin")
    page.get_by_text("Password generator").click()
    page.get_by_role("button", name="Generate password").click()
    page.locator("[name=engine_other]").select_option("postgres")
    page.get_by_label("Server address").fill("db.test")
    next_step(page)
    page.get_by_label("Secret name").fill(new_name)
    page.locator("[name=tag_key]").first.fill("team")
    page.locator("[name=replica_region]").first.select_option("eu-west-1")
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_label("Server address")).to_have_value("db.test")
    next_step(page)
    expect(page.get_by_label("Secret name")).to_have_value(new_name)
    expect(page.locator("[name=replica_region]").first).to_have_value("eu-west-1")
    page.locator("[name=replica_region]").first.select_option("")
    next_step(page)
    next_step(page)
    page.get_by_role("button", name="Store").click()

    value = json.loads(client.get_secret_value(SecretId=new_name)["SecretString"])
    assert (value["engine"], value["port"], len(value["password"])) == ("postgres", 5432, 32)
    assert client.describe_secret(SecretId=new_name)["Tags"] == [{"Key": "team", "Value": ""}]


def test_browsers_way_back_and_forth_loses_nothing(admin: Page) -> None:
    admin.goto("/store-a-new-secret")
    admin.get_by_label("Credentials for other database").check()
    admin.get_by_label("User name").fill("admin")
    admin.locator("#id_password").fill("p")
    admin.get_by_label("Server address").fill("db.test")
    next_step(admin)
    heading(admin, "Configure secret")
    admin.go_back()

    heading(admin, "Choose secret type")
    expect(admin.get_by_label("Credentials for other database")).to_be_checked()
    expect(admin.get_by_label("Server address")).to_have_value("db.test")


def test_leaving_asks_first(admin: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    admin.on("dialog", stay)
    admin.goto("/store-a-new-secret")
    admin.get_by_label("User name").fill("typed")
    admin.get_by_role("link", name="Encryption keys").click(no_wait_after=True)
    expect(admin.get_by_label("User name")).to_have_value("typed")
    assert asked == ["beforeunload"]

    admin.get_by_label("Other type of secret").check()
    next_step(admin)
    heading(admin, "Configure secret")
    assert asked == ["beforeunload"]
    admin.get_by_role("link", name="Encryption keys").click(no_wait_after=True)
    heading(admin, "Configure secret")
    assert asked == ["beforeunload"] * 2

    admin.get_by_role("link", name="Cancel").click()
    admin.get_by_role("dialog").get_by_role("button", name="Leave").click()
    admin.wait_for_url("**/")
    assert asked == ["beforeunload"] * 2


def test_secret_is_duplicated(admin: Page, name: str, new_name: str, client: SecretsManagerClient) -> None:
    admin.goto(f"/secret/?name={name}&region=us-west-2")
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Duplicate secret").click()
    admin.get_by_role("dialog").get_by_role("button", name="Continue").click()
    heading(admin, "Configure secret")
    admin.get_by_label("Secret name").fill(new_name)
    next_step(admin)
    next_step(admin)
    admin.get_by_role("button", name="Store").click()
    admin.wait_for_url("**/")

    copied, original = (client.get_secret_value(SecretId=each)["SecretString"] for each in (new_name, name))
    assert copied == original


def test_no_file_holds_what_is_being_typed(admin: Page, live_server_process: LiveServer) -> None:
    admin.goto("/store-a-new-secret")
    admin.get_by_label("Other type of secret").check()
    admin.get_by_role("tab", name="Plaintext").click()
    admin.get_by_label("Secret value (plaintext)").fill(MARKER)
    next_step(admin)
    heading(admin, "Configure secret")

    files = [path for path in live_server_process.data_dir.rglob("*") if path.is_file()]
    assert "secrets.sqlite3" in {path.name for path in files}
    assert [(path.name, trace) for path in files for trace in TRACES if trace in path.read_bytes()] == []
    assert MARKER not in live_server_process.output
    assert MARKER not in admin.url


def test_no_step_has_barriers_or_overflows(looked_at: Page) -> None:
    for scheme, width in (("light", 1440), ("dark", 390)):
        looked_at.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        looked_at.set_viewport_size({"width": width, "height": 900})
        looked_at.goto("/store-a-new-secret")
        looked_at.get_by_label("Other type of secret").check()
        _look(looked_at, width)
        next_step(looked_at)
        looked_at.get_by_label("Secret name").fill("wizard/" + "long-name-" * 40)
        looked_at.get_by_role("button", name="Add Region").click()
        _look(looked_at, width)
        next_step(looked_at)
        looked_at.get_by_label("Automatic rotation").check()
        _look(looked_at, width)
        looked_at.get_by_label("Automatic rotation").uncheck()
        next_step(looked_at)
        heading(looked_at, "Review")
        _look(looked_at, width)


def _look(page: Page, width: int) -> None:
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()
