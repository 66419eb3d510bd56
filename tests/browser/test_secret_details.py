"""The page of a secret beyond the seed: values that leave, files, comparison, labels, templates, deletion."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from types_boto3_secretsmanager import SecretsManagerClient

from tests.browser.conftest import sign_in
from tests.browser.test_modify_a_secret import dialog_of, flash, open_secret, write_policy
from tests.live.server import LiveServer

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(browser: Browser, live_server_process: LiveServer) -> Iterator[Page]:
    """Signed in, in a browser with JavaScript turned off."""
    context = browser.new_context(base_url=live_server_process.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server_process)
    yield page
    context.close()


def retrieve(page: Page) -> Locator:
    page.get_by_role("button", name="Retrieve secret value").click()
    panel = page.locator("#panel-value")
    panel.get_by_role("button", name="Close").wait_for()
    return panel


def test_value_is_shown_and_copied_as_a_whole_or_by_key(admin: Page, name: str) -> None:
    admin.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_secret(admin, name)
    panel = retrieve(admin)
    expect(panel.get_by_text("first", exact=True).first).to_be_hidden()

    panel.get_by_role("button", name="Copy the value of password").click()
    expect(panel.get_by_text("Copied")).to_be_visible()
    assert admin.evaluate("navigator.clipboard.readText()") == "first"
    panel.get_by_role("button", name="Copy all").click()
    expect(panel.get_by_text("Copied")).to_have_count(2)
    assert json.loads(admin.evaluate("navigator.clipboard.readText()")) == {"user": "diegor", "password": "first"}

    panel.get_by_role("button", name="Show all").click()
    expect(panel.get_by_text("first", exact=True).first).to_be_visible()
    expect(panel.get_by_text("diegor", exact=True)).to_be_visible()


def test_value_leaves_the_page_when_its_time_is_over(admin: Page, name: str) -> None:
    admin.clock.install()
    open_secret(admin, name)
    panel = retrieve(admin)
    panel.get_by_role("button", name="Show all").click()

    admin.clock.run_for(45_000)
    expect(panel.get_by_role("timer")).to_have_text(re.compile("Hidden in 1[3-6] s"))
    expect(panel.locator("[data-hide-warning]")).to_contain_text("The secret value is hidden in")
    panel.get_by_role("button", name="Show longer").click()
    expect(panel.get_by_role("timer")).to_have_text("Hidden in 60 s")

    admin.clock.run_for(61_000)
    expect(admin.get_by_role("button", name="Retrieve secret value")).to_be_visible()
    assert "diegor" not in admin.content()


def test_value_of_a_version_closes_its_dialog_when_its_time_is_over(admin: Page, name: str) -> None:
    admin.clock.install()
    open_secret(admin, name, "versions")
    admin.get_by_role("button", name=re.compile("^Retrieve version")).click()
    dialog_of(admin).get_by_role("timer").wait_for()

    admin.clock.run_for(61_000)

    expect(admin.locator("#dialog")).to_be_empty()
    assert "diegor" not in admin.content()


def test_hidden_tab_masks_what_was_shown(admin: Page, name: str) -> None:
    open_secret(admin, name)
    panel = retrieve(admin)
    panel.get_by_role("button", name="Show all").click()
    expect(panel.get_by_text("diegor", exact=True)).to_be_visible()

    admin.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )

    expect(panel.get_by_text("diegor", exact=True)).to_be_hidden()
    expect(panel.get_by_role("button", name="Show all")).to_have_attribute("aria-pressed", "false")


def test_page_that_is_left_keeps_no_value(admin: Page, name: str) -> None:
    open_secret(admin, name)
    retrieve(admin)
    admin.get_by_role("link", name="Event history").first.click()
    admin.wait_for_url("**/event-history/**")

    admin.go_back()

    expect(admin.get_by_role("button", name="Retrieve secret value")).to_be_visible()
    assert "diegor" not in admin.content()


def test_file_is_uploaded_and_downloaded(admin: Page, name: str, client: SecretsManagerClient, tmp_path: Path) -> None:
    file = tmp_path / "key.der"
    file.write_bytes(bytes(range(256)))
    open_secret(admin, name)
    retrieve(admin)
    admin.locator("#edit-value").click()
    dialog_of(admin).get_by_role("link", name="upload a file").click()
    dialog_of(admin).get_by_label("File").set_input_files(file)
    dialog_of(admin).get_by_role("button", name="Upload").click()
    flash(admin, "Your secret value has been updated.")
    assert client.get_secret_value(SecretId=name)["SecretBinary"] == file.read_bytes()

    panel = retrieve(admin)
    expect(panel).to_contain_text("256 bytes, binary")
    panel.get_by_role("tab", name="Hex").click()
    panel.get_by_label("Show the value in hexadecimal").click()
    expect(panel).to_contain_text("000000f0  f0 f1 f2")
    with admin.expect_download() as download:
        panel.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == file.read_bytes()
    assert download.value.suggested_filename == f"{name.rsplit('/', 1)[-1]}.bin"


def test_versions_are_compared_without_their_values(admin: Page, name: str, client: SecretsManagerClient) -> None:
    client.put_secret_value(SecretId=name, SecretString='{"user": "diegor", "password": "EXAMPLE-2", "port": 1}')
    open_secret(admin, name, "versions")
    admin.get_by_role("link", name="Compare versions").click()
    dialog = dialog_of(admin)
    dialog.get_by_role("button", name="Compare", exact=True).click()

    expect(dialog.get_by_role("row").filter(has_text="password")).to_contain_text("Changed")
    expect(dialog.get_by_role("row").filter(has_text="port")).to_contain_text("Added")
    assert "EXAMPLE-2" not in dialog.inner_html()

    dialog.get_by_role("button", name="Retrieve both values").click()
    dialog.get_by_role("button", name="Show password of the first version").click()
    expect(dialog.get_by_text("first", exact=True)).to_be_visible()
    expect(dialog.get_by_text("EXAMPLE-2", exact=True)).to_be_hidden()
    admin.keyboard.press("Escape")
    expect(admin.locator("#dialog")).to_be_empty()
    assert "EXAMPLE-2" not in admin.content()
    expect(admin.locator("#compare-versions")).to_be_focused()


def test_label_is_added_moved_and_removed(admin: Page, name: str, client: SecretsManagerClient) -> None:
    first = client.describe_secret(SecretId=name)["VersionIdsToStages"].popitem()[0]
    second = client.put_secret_value(SecretId=name, SecretString="second", VersionStages=["AWSCURRENT", "blue"])
    open_secret(admin, name, "versions")
    admin.get_by_role("link", name=f"Edit labels of version {first}").click()
    dialog_of(admin).get_by_label("Staging label", exact=True).fill("blue")
    admin.keyboard.press("Enter")
    expect(dialog_of(admin)).to_contain_text(f"blue is on version {second['VersionId']}")
    dialog_of(admin).get_by_role("button", name="Move label").click()
    flash(admin, f"The staging label blue is on version {first} now.")
    assert client.describe_secret(SecretId=name)["VersionIdsToStages"][first] == ["AWSPREVIOUS", "blue"]

    admin.get_by_role("link", name=f"Edit labels of version {first}").click()
    dialog_of(admin).get_by_role("button", name="Remove blue").click()
    flash(admin, "You successfully removed the staging label blue.")
    assert client.describe_secret(SecretId=name)["VersionIdsToStages"][first] == ["AWSPREVIOUS"]


def test_version_is_made_current_again(admin: Page, name: str, client: SecretsManagerClient) -> None:
    first = client.get_secret_value(SecretId=name)["VersionId"]
    second = client.put_secret_value(SecretId=name, SecretString="second")["VersionId"]
    open_secret(admin, name, "versions")
    admin.get_by_role("link", name=f"Make current version {first}").click()
    moves = dialog_of(admin).get_by_role("row")
    expect(moves.filter(has_text="AWSCURRENT")).to_contain_text(re.compile(f"{second}.*{first}"))
    dialog_of(admin).get_by_role("button", name="Make current").click()

    flash(admin, "You successfully made the version current.")
    assert client.get_secret_value(SecretId=name)["VersionId"] == first


def test_policy_is_checked_while_typed_and_begun_from_a_template(
    admin: Page, name: str, client: SecretsManagerClient
) -> None:
    open_secret(admin, name)
    admin.get_by_role("link", name="Edit permissions").click()
    dialog = dialog_of(admin)
    dialog.locator(".ace_editor").wait_for()
    write_policy(admin, '{"Version": "2012-10-17", "Statement": [}')
    expect(dialog).to_contain_text("This resource policy contains a syntax error.")
    write_policy(admin, "")
    expect(dialog.get_by_text("This resource policy contains a syntax error.")).to_have_count(0)

    dialog.get_by_text("Start from a template").click()
    dialog.get_by_label("Template", exact=True).select_option("read-account")
    dialog.get_by_label("Role ARN, account or address range").fill("210987654321")
    dialog.get_by_role("button", name="Add to policy").click()
    expect(dialog).to_contain_text("The policy passed every check.")
    dialog.get_by_role("button", name="Save").click()

    flash(admin, "You successfully updated the resource permissions.")
    policy = json.loads(client.get_resource_policy(SecretId=name)["ResourcePolicy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}


def test_deletion_is_scheduled_cancelled_and_done_at_once(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name)
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete secret").click()
    dialog_of(admin).get_by_label("Waiting period").fill("8")
    dialog_of(admin).get_by_role("button", name="Schedule deletion").click()
    expect(admin.locator("#panel-details")).to_contain_text("8 days left")
    admin.get_by_role("link", name="Cancel deletion").click()
    dialog_of(admin).get_by_role("button", name="Cancel deletion").click()
    flash(admin, "You successfully canceled the deletion of the secret.")

    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete secret").click()
    dialog_of(admin).get_by_role("link", name="delete it immediately").click()
    expect(dialog_of(admin).get_by_label("To confirm")).to_be_focused()
    dialog_of(admin).get_by_label("To confirm").fill(name)
    dialog_of(admin).get_by_role("button", name="Delete immediately").click()

    admin.wait_for_url("**/")
    flash(admin, f"You successfully deleted the secret {name}.")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId=name)


def test_page_weighs_little_and_the_editor_comes_when_it_is_needed(admin: Page, name: str) -> None:
    """Under 150 kB in total. With nothing in the cache: the context of a test is new."""
    weights: list[int] = []
    admin.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    network = admin.context.new_cdp_session(admin)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    open_secret(admin, name)
    admin.wait_for_load_state("networkidle")

    assert sum(weights) < 150_000
    assert admin.locator("script[src*='/ace/']").count() == 0
    admin.get_by_role("link", name="Edit permissions").click()
    dialog_of(admin).locator(".ace_editor").wait_for()
    expect(dialog_of(admin).locator(".ace_gutter-cell").first).to_have_text("1")


def test_everything_works_without_script(
    scriptless: Page, name: str, client: SecretsManagerClient, tmp_path: Path
) -> None:
    second = client.put_secret_value(SecretId=name, SecretString='{"user": "diegor", "password": "second"}')
    open_secret(scriptless, name)
    scriptless.get_by_role("button", name="Retrieve secret value").click()
    expect(scriptless.get_by_role("cell", name="second")).to_be_visible()
    scriptless.get_by_role("button", name="Close").click()
    assert "second" not in scriptless.content()

    open_secret(scriptless, name, "versions")
    scriptless.get_by_role("link", name="Compare versions").click()
    scriptless.get_by_role("button", name="Compare", exact=True).click()
    expect(scriptless.get_by_role("row").filter(has_text="password")).to_contain_text("Changed")

    open_secret(scriptless, name, "versions")
    scriptless.get_by_role("link", name=f"Edit labels of version {second['VersionId']}").click()
    scriptless.get_by_label("Staging label", exact=True).fill("blue")
    scriptless.get_by_role("button", name="Add label").last.click()
    expect(scriptless.get_by_label("Notifications").first).to_contain_text("The staging label blue")

    open_secret(scriptless, name)
    scriptless.get_by_role("link", name="Edit permissions").click()
    scriptless.get_by_text("Start from a template").click()
    scriptless.get_by_label("Template", exact=True).select_option("deny-outside")
    scriptless.get_by_role("button", name="Add to policy").click()
    expect(scriptless.get_by_label("Resource policy")).to_have_value(re.compile("aws:SourceIp"))
    scriptless.get_by_role("button", name="Cancel").wait_for()

    file = tmp_path / "key.der"
    file.write_bytes(b"\x00\xff")
    scriptless.goto(f"/secret/value/upload?name={name}&region=us-west-2")
    scriptless.get_by_label("File").set_input_files(file)
    scriptless.get_by_role("button", name="Upload").click()
    scriptless.get_by_text("Your secret value has been updated.").wait_for()
    assert client.get_secret_value(SecretId=name)["SecretBinary"] == b"\x00\xff"

    scriptless.goto(f"/secret/deletion/delete-now?name={name}&region=us-west-2")
    scriptless.get_by_label("To confirm").fill(name)
    scriptless.get_by_role("button", name="Delete immediately").click()
    scriptless.get_by_text("You successfully deleted the secret").wait_for()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_what_is_opened_has_no_barriers(
    looked_at: Page, name: str, client: SecretsManagerClient, scheme: str, width: int
) -> None:
    nested = {"hosts": ["a", {"b": None}], "text": "قيمة"}
    client.put_secret_value(SecretId=name, SecretString=json.dumps(nested), VersionStages=["AWSCURRENT", "blue"])
    looked_at.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    looked_at.set_viewport_size({"width": width, "height": 900})

    open_secret(looked_at, name)
    retrieve(looked_at)
    looked_at.get_by_role("button", name="Show all").click()
    no_barriers(looked_at)
    looked_at.get_by_role("tab", name="Plaintext").click()
    no_barriers(looked_at)
    for tab, opener in (
        ("versions", "#compare-versions"),
        ("versions", "[id^=labels-]"),
        ("versions", "[id^=make-current-]"),
        ("overview", "#edit-permissions"),
    ):
        open_secret(looked_at, name, tab)
        looked_at.locator(opener).first.click()
        dialog_of(looked_at).locator(".modal__footer").wait_for()
        no_barriers(looked_at)
    open_secret(looked_at, name, "versions")
    looked_at.locator("#compare-versions").click()
    dialog_of(looked_at).get_by_role("button", name="Compare", exact=True).click()
    dialog_of(looked_at).get_by_role("button", name="Retrieve both values").click()
    dialog_of(looked_at).get_by_role("button", name="Show all").click()
    no_barriers(looked_at)


def no_barriers(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()
