"""The seed's console section, bullet by bullet, in a real browser against a real server."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect
from types_boto3_secretsmanager import SecretsManagerClient

pytestmark = pytest.mark.browser


def open_secret(page: Page, name: str, tab: str = "") -> None:
    page.goto(f"/secret/?name={quote(name)}&region=us-west-2" + (f"&tab={tab}" if tab else ""))


def dialog_of(page: Page) -> Locator:
    return page.get_by_role("dialog")


def flash(page: Page, text: str) -> None:
    expect(page.get_by_label("Notifications").first).to_contain_text(text)


def test_secret_is_chosen_from_the_list(admin: Page, name: str) -> None:
    admin.get_by_label("Filter secrets").fill(name.removeprefix("browser/"))
    admin.get_by_label("Filter secrets").press("Enter")
    admin.get_by_role("link", name=name).click()

    expect(admin.get_by_role("heading", level=1)).to_have_text(name)
    expect(admin.get_by_text("Rename")).to_have_count(0)


def test_edit_description(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name)
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Edit description").click()
    dialog_of(admin).get_by_label("Description").fill("This is a new description for the secret.")
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "You successfully updated the secret description.")
    expect(dialog_of(admin)).to_have_count(0)
    expect(admin.locator("#panel-details")).to_contain_text("This is a new description for the secret.")
    admin.reload()
    expect(admin.locator("#panel-details")).to_contain_text("This is a new description for the secret.")
    assert client.describe_secret(SecretId=name)["Description"] == "This is a new description for the secret."


def test_edit_description_by_keyboard_alone(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name)
    admin.get_by_role("button", name="Actions").focus()
    admin.keyboard.press("Enter")
    admin.keyboard.press("Enter")
    dialog_of(admin).get_by_label("Description").wait_for()
    expect(dialog_of(admin).get_by_label("Description")).to_be_focused()
    admin.keyboard.press("Escape")

    expect(dialog_of(admin)).to_have_count(0)
    expect(admin.get_by_role("button", name="Actions")).to_be_focused()


def test_edit_encryption_key_with_a_new_version(admin: Page, name: str, client: SecretsManagerClient) -> None:
    before = client.get_secret_value(SecretId=name)["VersionId"]
    open_secret(admin, name)
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Edit encryption key").click()
    dialog_of(admin).get_by_label("Encryption key").first.select_option("alias/demo/my-test-key")
    expect(dialog_of(admin).get_by_label("Create new version of secret")).to_be_checked()
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "You successfully updated the encryption key.")
    expect(admin.locator("#panel-details")).to_contain_text("alias/demo/my-test-key")
    described = client.describe_secret(SecretId=name)
    assert described["KmsKeyId"].endswith("key/EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE")
    assert described["VersionIdsToStages"][before] == ["AWSPREVIOUS"]


def test_edit_tags(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name, "tags")
    expect(admin.locator("#panel-tags")).to_contain_text("No tags")
    admin.get_by_role("link", name="Edit tags").click()
    dialog_of(admin).get_by_role("button", name="Add new tag").click()
    dialog_of(admin).get_by_label("Key", exact=True).first.fill("aws:team")
    dialog_of(admin).get_by_label("Value", exact=True).fill("payments")
    dialog_of(admin).get_by_role("button", name="Save").click()
    expect(dialog_of(admin)).to_contain_text("Tag keys that begin with aws: are reserved.")
    expect(dialog_of(admin).locator("[data-row]")).to_have_count(1)  # rows.js takes the rows for no script away
    expect(dialog_of(admin).get_by_label("Value", exact=True)).to_have_value("payments")

    dialog_of(admin).get_by_label("Key", exact=True).first.fill("team")
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "You successfully updated the tags.")
    expect(admin.locator("#panel-tags")).to_contain_text("payments")
    assert client.describe_secret(SecretId=name)["Tags"] == [{"Key": "team", "Value": "payments"}]


def test_edit_value_in_rows_and_as_plaintext(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name)
    assert "first" not in admin.locator("#panel-value").inner_html()
    admin.get_by_role("button", name="Retrieve secret value").click()
    panel = admin.locator("#panel-value")
    expect(panel).to_contain_text("password")
    expect(panel.get_by_text("first", exact=True).first).to_be_hidden()
    panel.get_by_label("Show the value of password").click()
    expect(panel.get_by_text("first", exact=True).first).to_be_visible()

    admin.locator("#edit-value").click()
    rows = dialog_of(admin).locator("[data-row]")
    rows.nth(1).locator("[data-value]").fill("EXAMPLE-PASSWORD")
    dialog_of(admin).get_by_role("button", name="Add row").click()
    rows.nth(2).locator("[data-key]").fill("port")
    rows.nth(2).locator("[data-value]").fill("3306")
    dialog_of(admin).get_by_role("tab", name="Plaintext").click()
    text = dialog_of(admin).get_by_label("Secret value (plaintext)")
    assert json.loads(text.input_value()) == {"user": "diegor", "password": "EXAMPLE-PASSWORD", "port": "3306"}
    text.fill('{"user":"diegor","password":"typed-as-text"}')
    dialog_of(admin).get_by_role("tab", name="Key/value").click()
    expect(rows.nth(1).locator("[data-value]")).to_have_value("typed-as-text")
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "secret value")
    assert "typed-as-text" not in admin.content()
    current = client.get_secret_value(SecretId=name)
    assert json.loads(current["SecretString"])["password"] == "typed-as-text"
    assert current["VersionStages"] == ["AWSCURRENT"]
    previous = client.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"])["password"] == "first"


def test_old_version_is_still_reachable(admin: Page, name: str, client: SecretsManagerClient) -> None:
    client.put_secret_value(SecretId=name, SecretString="second value")
    open_secret(admin, name, "versions")
    row = admin.get_by_role("row").filter(has_text="AWSPREVIOUS")
    row.get_by_role("button", name=re.compile("Retrieve")).click()

    expect(dialog_of(admin)).to_contain_text("AWSPREVIOUS")
    dialog_of(admin).get_by_label("Show the value of password").click()
    expect(dialog_of(admin).get_by_text("first", exact=True).first).to_be_visible()


def test_edit_rotation_and_watch_it_rotate(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name, "rotation")
    admin.get_by_role("link", name="Edit rotation").click()
    dialog_of(admin).get_by_label("Automatic rotation").check()
    dialog_of(admin).get_by_label("Time unit").select_option("Days")
    dialog_of(admin).get_by_label("Days (1 to 999)").fill("10")
    expect(dialog_of(admin)).to_contain_text("rate(10 days)")
    dialog_of(admin).get_by_label("Lambda rotation function").select_option("SecretsManagerRandomPassword")
    expect(dialog_of(admin).get_by_label("Rotate immediately when the secret is stored")).to_be_checked()
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "Secret scheduled for rotation")
    expect(admin.locator("#panel-rotation")).to_contain_text("Enabled")
    expect(admin.locator("#panel-rotation")).to_contain_text("Succeeded", timeout=30_000)
    assert json.loads(client.get_secret_value(SecretId=name)["SecretString"])["password"] != "first"
    assert client.describe_secret(SecretId=name)["RotationRules"] == {"ScheduleExpression": "rate(10 days)"}


def test_edit_permissions_refuses_public_access(admin: Page, name: str, client: SecretsManagerClient) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        ],
    }
    open_secret(admin, name)
    admin.get_by_role("link", name="Edit permissions").click()
    dialog_of(admin).locator(".ace_editor").wait_for()
    write_policy(admin, json.dumps(policy))
    dialog_of(admin).get_by_role("button", name="Save").click()
    expect(dialog_of(admin)).to_contain_text("This resource policy grants broad access to your secret.")
    assert "ResourcePolicy" not in client.get_resource_policy(SecretId=name)

    policy["Statement"][0]["Principal"] = {"AWS": "arn:aws:iam::123456789012:user/viewer"}  # type: ignore[index]
    write_policy(admin, json.dumps(policy))
    dialog_of(admin).get_by_role("button", name="Save").click()

    flash(admin, "resource permissions")
    expect(admin.locator("#panel-permissions")).to_contain_text("user/viewer")
    assert json.loads(client.get_resource_policy(SecretId=name)["ResourcePolicy"]) == policy


def write_policy(page: Page, text: str) -> None:
    """Into the JSON editor, as pasting would."""
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_replicate_and_edit_the_replicas_key(admin: Page, name: str, client: SecretsManagerClient) -> None:
    open_secret(admin, name, "replication")
    admin.get_by_role("link", name="Replicate secret").click()
    dialog_of(admin).get_by_label("AWS Region").first.select_option("eu-west-1")
    dialog_of(admin).get_by_role("button", name="Add more regions").click()
    dialog_of(admin).get_by_label("AWS Region").nth(1).select_option("us-east-1")
    dialog_of(admin).get_by_role("button", name="Replicate").click()
    flash(admin, "Replication has started.")
    expect(admin.locator("#panel-replication").get_by_text("In sync")).to_have_count(2, timeout=30_000)

    admin.get_by_role("radio", name="us-east-1").check()
    admin.locator("#replica-actions").click()
    admin.locator("#panel-replication").get_by_role("menuitem", name="Edit encryption key").click()
    expect(dialog_of(admin)).to_contain_text("us-east-1")
    choices = dialog_of(admin).get_by_label("Encryption key").first
    choices.select_option(index=1)
    dialog_of(admin).get_by_label("To confirm, enter us-east-1").fill("us-east-1")
    dialog_of(admin).get_by_role("button", name="Re-encrypt secret").click()

    flash(admin, "The replica in us-east-1 is being re-encrypted.")
    expect(admin.locator("#panel-replication").get_by_text("In sync")).to_have_count(2, timeout=30_000)
    by_region = {row["Region"]: row["KmsKeyId"] for row in client.describe_secret(SecretId=name)["ReplicationStatus"]}
    assert by_region["eu-west-1"] == "alias/aws/secretsmanager"
    assert by_region["us-east-1"].startswith("arn:aws:kms:us-east-1:123456789012:key/")


def test_managed_secret_says_who_owns_it(admin: Page) -> None:
    admin.goto("/?property=owning-service&search=rds")
    admin.get_by_role("link", name=re.compile("^rds!")).click()
    expect(admin.get_by_text("This secret is managed by rds")).to_be_visible()
    admin.get_by_role("button", name="Actions").click()

    item = admin.get_by_role("menuitem", name=re.compile("Edit description"))
    expect(item).to_have_attribute("aria-disabled", "true")
    expect(item).to_contain_text("Managing service: rds.")
