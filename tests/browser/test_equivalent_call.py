"""The call beside the click: live while one types, and offered once it was made."""

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def open_dialog(page: Page, name: str) -> None:
    page.goto(f"/secret/?name={quote(name)}&region=us-west-2")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Edit description").click()
    page.get_by_role("dialog").get_by_role("textbox").first.wait_for()


def test_call_follows_what_is_typed_and_is_offered_afterwards(admin: Page, name: str) -> None:
    open_dialog(admin, name)
    dialog = admin.get_by_role("dialog")
    expect(dialog.locator("[data-equivalent-call] .code-view")).to_have_count(0)

    dialog.locator("summary").focus()
    admin.keyboard.press("Enter")
    expect(dialog.get_by_role("region", name="AWS CLI")).to_contain_text("aws secretsmanager update-secret")
    dialog.get_by_role("tab", name="boto3").click()
    dialog.get_by_role("textbox").first.fill("typed live")

    expect(dialog.get_by_role("region", name="boto3")).to_contain_text('Description="typed live"')
    dialog.get_by_role("button", name="Save").click()
    flash = admin.get_by_label("Notifications").first
    flash.locator("summary").click()
    expect(flash.get_by_role("region", name="AWS CLI")).to_contain_text("--description 'typed live'")


def test_nothing_is_asked_for_while_the_section_is_closed(admin: Page, name: str) -> None:
    asked: list[str] = []
    admin.on("request", lambda request: asked.append(request.url) if "/equivalent-call/" in request.url else None)
    open_dialog(admin, name)

    admin.get_by_role("dialog").get_by_role("textbox").first.press_sequentially("typed")
    admin.wait_for_timeout(500)

    assert asked == []


def test_the_value_does_not_leave_the_form(admin: Page, name: str) -> None:
    sent: list[str] = []
    admin.on(
        "request", lambda request: sent.append(request.post_data or "") if "/equivalent-call/" in request.url else None
    )
    admin.goto(f"/secret/?name={quote(name)}&region=us-west-2")
    admin.get_by_role("button", name="Retrieve secret value").click()
    admin.locator("[hx-get*='/secret/value/edit']").first.click()
    dialog = admin.get_by_role("dialog")

    dialog.locator("summary").last.click()

    expect(dialog.get_by_role("region", name="AWS CLI")).to_contain_text("--secret-string file://value.txt")
    assert sent
    assert all("diegor" not in body and "secret_string" not in body for body in sent)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_section_and_flash_have_no_barriers(looked_at: Page, name: str, scheme: str, width: int) -> None:
    looked_at.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    looked_at.set_viewport_size({"width": width, "height": 900})
    open_dialog(looked_at, name)
    dialog = looked_at.get_by_role("dialog")
    dialog.locator("summary").click()
    dialog.get_by_role("region", name="AWS CLI").wait_for()
    found = Axe().run(looked_at)
    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()

    dialog.get_by_role("textbox").first.fill("typed")
    dialog.get_by_role("button", name="Save").click()
    looked_at.locator(".flash__call summary").click()
    found = Axe().run(looked_at)
    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()
