"""The list of secrets in a real browser: filters, pages, folders, many secrets at once, keys; also without script."""

import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from types_boto3_secretsmanager import SecretsManagerClient

from tests.browser.conftest import sign_in
from tests.live.server import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(client: SecretsManagerClient) -> str:
    """A folder of this test's own with 12 secrets in it, two of them one level further down."""
    found = f"list-{uuid.uuid4()}/"
    for number in range(10):
        client.create_secret(Name=f"{found}s{number}", SecretString="x", Description=f"Number {number}")
    for number in range(2):
        client.create_secret(Name=f"{found}deep/s{number}", SecretString="x")
    return found


@pytest.fixture
def without_script(browser: Browser, live_server_process: LiveServer) -> Page:
    """Signed in, in a browser that runs no script."""
    context = browser.new_context(base_url=live_server_process.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server_process)
    return page


def names(page: Page) -> list[str]:
    return page.locator("tbody .list__name > a").all_inner_texts()


def add_filter(page: Page, label: str, text: str) -> None:
    page.get_by_label("Property to filter by").select_option(label)
    page.get_by_label("Filter secrets").fill(text)
    page.get_by_role("button", name="Filter").click()


def dialog_of(page: Page) -> Locator:
    return page.get_by_role("dialog")


def test_filters_are_tokens_that_can_be_kept_removed_and_left_by_the_back_button(admin: Page, folder: str) -> None:
    add_filter(admin, "Secret name", folder)
    expect(admin.locator(".token")).to_have_count(1)
    add_filter(admin, "Description", "!3")
    expect(admin.locator(".token")).to_have_count(2)
    expect(admin.locator("tbody tr")).to_have_count(11)
    expect(admin.locator("#filter-text")).to_be_focused()
    kept = admin.url

    admin.get_by_role("link", name="Edit the filter Description is not 3").click()
    expect(admin.locator("tbody tr")).to_have_count(12)
    expect(admin.locator("#filter-text")).to_have_value("!3")
    expect(admin.locator("#filter-text")).to_be_focused()
    admin.locator("#filter-text").press("Enter")
    expect(admin.locator("tbody tr")).to_have_count(11)
    admin.get_by_role("link", name="Remove the filter Description is not 3").click()
    expect(admin.locator("tbody tr")).to_have_count(12)
    expect(admin.locator("#list-status")).to_contain_text("12 secrets on page 1")
    admin.go_back()
    expect(admin.locator("tbody tr")).to_have_count(11)
    expect(admin.get_by_role("banner")).to_have_count(1)

    admin.goto(kept)
    expect(admin.locator(".token")).to_have_count(2)
    admin.get_by_role("link", name="Clear filters").click()
    expect(admin.locator(".token")).to_have_count(0)


def test_replicated_secrets_are_chosen_not_typed(admin: Page) -> None:
    admin.get_by_label("Property to filter by").select_option("Replicated secrets")
    expect(admin.locator("#filter-text")).to_be_hidden()
    admin.get_by_label("Replicated secrets").select_option("Primary")
    admin.get_by_role("button", name="Filter").click()

    expect(admin.locator(".token")).to_contain_text("Replicated secrets: Primary")
    expect(admin.get_by_role("link", name="prod/AppBeta/MySQL")).to_be_visible()


def test_pages_sorting_and_refresh_keep_the_focus(admin: Page, folder: str) -> None:
    admin.goto(f"/?region=us-west-2&filter=name:{folder}&sort=name&order=asc")
    admin.locator("#sort-name").focus()
    admin.keyboard.press("Enter")
    expect(admin.locator("th[aria-sort=descending]")).to_have_count(1)
    expect(admin.locator("#sort-name")).to_be_focused()
    admin.locator("#refresh").focus()
    with admin.expect_response("**/*"):
        admin.keyboard.press("Enter")
    expect(admin.locator("#refresh")).to_be_focused()

    assert names(admin)[0] == f"{folder}s9"


def test_folders_are_opened_and_left(admin: Page, folder: str) -> None:
    admin.get_by_role("link", name="Folders").click()
    admin.get_by_role("link", name=folder).click()
    expect(admin.get_by_role("link", name="deep/")).to_be_visible()
    assert names(admin) == ["deep/", *(f"s{number}" for number in range(10))]

    admin.get_by_role("link", name="deep/").click()
    expect(admin.get_by_label("Folders").get_by_text("deep")).to_be_visible()
    admin.get_by_label("Folders").get_by_role("link", name="All folders").click()
    expect(admin.get_by_role("link", name=folder)).to_be_visible()


def test_many_secrets_are_tagged_at_once(admin: Page, folder: str, client: SecretsManagerClient) -> None:
    admin.goto(f"/?region=us-west-2&filter=name:{folder}s")
    expect(admin.get_by_role("button", name="Actions")).to_be_disabled()
    admin.get_by_label("Select all secrets on this page").check()
    expect(admin.locator("[data-selected-count]")).to_have_text("10 selected")
    admin.get_by_label(f"Select {folder}s9").uncheck()
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Add tags").click()
    expect(dialog_of(admin)).to_contain_text("9 secrets selected")
    # first: spare rows, for pages without script, are there for a moment until a script takes them away
    expect(dialog_of(admin).get_by_label("Key", exact=True).first).to_be_focused()
    dialog_of(admin).get_by_label("Key", exact=True).first.fill("team")
    dialog_of(admin).get_by_role("button", name="Add tags").click()

    admin.get_by_role("link", name="Back to the list").focus()
    expect(admin.get_by_text("All 9 secrets were changed.")).to_be_visible(timeout=15_000)
    expect(admin.locator("#bulk-status")).to_have_text("Finished. 9 of 9 changed, 0 refused.")
    expect(admin.get_by_role("link", name="Back to the list")).to_be_focused()
    assert client.describe_secret(SecretId=f"{folder}s0")["Tags"] == [{"Key": "team", "Value": ""}]
    assert "Tags" not in client.describe_secret(SecretId=f"{folder}s9")


def test_partial_success_is_told_and_can_be_left_and_come_back_to(
    admin: Page, folder: str, client: SecretsManagerClient
) -> None:
    client.delete_secret(SecretId=f"{folder}s1")
    admin.goto(f"/?region=us-west-2&filter=name:{folder}s&deleted=1&sort=name&order=asc")
    admin.get_by_label(f"Select {folder}s0").check()
    admin.get_by_label(f"Select {folder}s3").click(modifiers=["Shift"])
    expect(admin.locator("[data-selected-count]")).to_have_text("4 selected")
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Schedule deletion").click()
    dialog_of(admin).get_by_label("Waiting period").fill("8")
    dialog_of(admin).get_by_role("button", name="Schedule deletion").click()
    admin.wait_for_url("**/secrets/bulk-changes/*")
    admin.get_by_role("link", name="Back to the list").click()
    admin.get_by_role("link", name="Recent bulk changes").click()
    admin.get_by_role("link", name="Schedule deletion: 4 secrets").first.click()

    expect(admin.get_by_text("3 of 4 secrets were changed, 1 were refused.")).to_be_visible(timeout=15_000)
    expect(admin.get_by_role("row", name=re.compile("s1"))).to_contain_text("marked for deletion")


def test_preferences_are_kept(admin: Page, folder: str) -> None:
    admin.goto(f"/?region=us-west-2&filter=name:{folder}")
    admin.get_by_role("link", name="Preferences").click()
    dialog_of(admin).get_by_label("10 secrets").check()
    dialog_of(admin).get_by_label("Encryption key").check()
    dialog_of(admin).get_by_role("button", name="Save").click()

    expect(admin.get_by_role("columnheader", name="Encryption key")).to_be_visible()
    expect(admin.locator("tbody tr")).to_have_count(10)
    admin.get_by_role("link", name="Next page").click()
    expect(admin.locator("tbody tr")).to_have_count(2)
    admin.get_by_role("link", name="Previous page").click()
    expect(admin.locator("tbody tr")).to_have_count(10)
    admin.get_by_role("link", name="Preferences").click()
    dialog_of(admin).get_by_label("25 secrets").check()
    dialog_of(admin).get_by_label("Encryption key").uncheck()
    dialog_of(admin).get_by_role("button", name="Save").click()
    expect(admin.locator("tbody tr")).to_have_count(12)


def test_keys_search_go_and_explain_themselves(admin: Page, folder: str) -> None:
    admin.goto(f"/?region=us-west-2&filter=name:{folder}")
    admin.keyboard.press("/")
    expect(admin.locator("#filter-text")).to_be_focused()
    admin.keyboard.type("g l?")
    expect(admin.locator("#filter-text")).to_have_value("g l?")

    admin.get_by_label(f"Select {folder}s0").focus()
    admin.keyboard.press("?")
    expect(dialog_of(admin)).to_contain_text("Keyboard shortcuts")
    admin.keyboard.press("Escape")
    expect(dialog_of(admin)).to_have_count(0)
    expect(admin.get_by_label(f"Select {folder}s0")).to_be_focused()
    admin.keyboard.press("ArrowDown")
    expect(admin.get_by_label(f"Select {folder}s1")).to_be_focused()
    admin.keyboard.press("ArrowRight")
    expect(admin.get_by_role("link", name=f"{folder}s1")).to_be_focused()

    admin.goto("/event-history/")
    admin.keyboard.press("g")
    admin.keyboard.press("l")
    admin.wait_for_url(re.compile(r"/(\?.*)?$"))
    expect(admin.get_by_role("heading", level=1)).to_contain_text("Secrets")


def test_single_keys_can_be_turned_off(admin: Page) -> None:
    admin.keyboard.press("?")
    dialog_of(admin).get_by_role("button", name="Turn off single keys").click()
    expect(admin.locator("html")).to_have_attribute("data-shortcuts", "off")
    admin.keyboard.press("/")
    expect(admin.locator("#filter-text")).not_to_be_focused()

    admin.get_by_role("button", name="Settings").click()
    admin.get_by_role("menuitem", name="Keyboard shortcuts").click()
    dialog_of(admin).get_by_role("button", name="Turn on single keys").click()
    expect(admin.locator("html")).not_to_have_attribute("data-shortcuts", "off")


def test_without_script_filter_folders_and_bulk_change_are_pages(
    without_script: Page, folder: str, client: SecretsManagerClient
) -> None:
    page = without_script
    add_filter(page, "Secret name", folder)
    assert len(names(page)) == 12
    add_filter(page, "Description", "number 4")
    assert names(page) == [f"{folder}s4"]
    page.get_by_role("link", name="Remove the filter Description number 4").click()
    assert len(names(page)) == 12

    page.get_by_label(f"Select {folder}s2").check()
    page.get_by_role("button", name="Actions").focus()
    page.get_by_role("menuitem", name="Add tags").click()
    page.get_by_label("Key", exact=True).first.fill("team")
    page.get_by_role("button", name="Add tags").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add tags: 1 secret")
    expect(page.get_by_text("In progress").or_(page.get_by_text("All done"))).to_be_visible()
    page.wait_for_timeout(3_000)
    page.reload()
    expect(page.get_by_text("The secret was changed.")).to_be_visible()
    assert client.describe_secret(SecretId=f"{folder}s2")["Tags"] == [{"Key": "team", "Value": ""}]

    page.goto("/?view=folders")
    page.get_by_role("link", name=folder).click()
    assert names(page)[0] == "deep/"


@pytest.mark.parametrize(
    "address",
    [
        "/?filter=name:prod&filter=name:dev&filter=tag-key:!old&deleted=1",
        "/?filter=name:there-is-none",
        "/?view=folders",
        "/?view=folders&prefix=prod/",
        "/?view=all-regions",
        "/secrets/bulk-changes/",
        "/secrets/preferences",
        "/keyboard-shortcuts",
    ],
)
def test_every_view_has_no_barriers_and_does_not_overflow(looked_at: Page, address: str) -> None:
    for scheme, width in (("light", 1440), ("dark", 360), ("light", 2560)):
        looked_at.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        looked_at.set_viewport_size({"width": width, "height": 900})
        looked_at.goto(address)
        assert looked_at.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(looked_at)
        assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()


@pytest.mark.parametrize("item", ["Add tags", "Rotate secrets", "Replicate secrets", "Schedule deletion"])
def test_dialogs_about_many_secrets_have_no_barriers(looked_at: Page, item: str) -> None:
    looked_at.emulate_media(reduced_motion="reduce")
    looked_at.get_by_label("Select all secrets on this page").check()
    looked_at.get_by_role("button", name="Actions").click()
    looked_at.get_by_role("menuitem", name=item).click()
    looked_at.locator("dialog[open] .modal__box").wait_for()

    found = Axe().run(looked_at)

    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()
