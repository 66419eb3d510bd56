"""`make gallery`: a picture of every page and dialog, light and dark, at 1440 and 390 px, in screenshots/ (not in git).

No part of the suite, which finds test_*.py: a picture is judged by whoever looks at it.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page
from types_boto3_secretsmanager import SecretsManagerClient

from tests.browser import gallery_contents as contents
from tests.browser.conftest import sign_in
from tests.live.server import ROOT, LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(0)]

FOLDER = ROOT / "screenshots"
USUAL = ((1440, 900), (390, 844))
WIDEST_AND_NARROWEST = ((2560, 1440), (360, 740))
KEY = "/encryption-keys/key?key_id=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE&region=us-west-2"
MANAGED = "the name that RDS gave"  # stands for what the server made up
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def as_it_is(page: Page) -> None:
    """Nothing is pressed."""


@dataclass(frozen=True, slots=True)
class Shot:
    """then: what is done once the page is there."""

    name: str
    path: str
    then: Callable[[Page], None] = as_it_is
    density: str = "comfortable"
    viewports: tuple[tuple[int, int], ...] = USUAL


def of_secret(name: str, tab: str = "overview", region: str = "us-west-2") -> str:
    return "/secret/?" + urlencode({"name": name, "region": region, "tab": tab})


# --- what is pressed -----------------------------------------------------------------------------


def dialog(*routes: str) -> Callable[[Page], None]:
    """Opens the dialog with this address, by the control that asks for it; then those that it leads to."""

    def open_it(page: Page) -> None:
        for route in routes:
            # Its menu need not be open for it.
            page.locator(f'[hx-get*="{route}"], [formaction*="{route}"]').first.dispatch_event("click")
            page.locator("#dialog[open] .modal__box").wait_for()
            page.wait_for_load_state("networkidle")

    return open_it


def with_the_call(route: str) -> Callable[[Page], None]:
    def open_it(page: Page) -> None:
        dialog(route)(page)
        page.locator("#dialog .expandable > summary").last.click()
        page.locator("#dialog [data-equivalent-call] .code-view").first.wait_for()

    return open_it


def refused(route: str, **fields: str) -> Callable[[Page], None]:
    """The dialog, filled in with what it doesn't take."""

    def open_it(page: Page) -> None:
        dialog(route)(page)
        for name, value in fields.items():
            page.locator(f'#dialog [name="{name}"]').first.fill(value)
        page.locator("#dialog [type=submit].button--primary").click()
        page.locator("#dialog [aria-invalid=true], #dialog .alert").first.wait_for()

    return open_it


def retrieved(page: Page) -> None:
    page.locator("#panel-value").get_by_role("button", name="Retrieve secret value").click()
    page.locator("#panel-value .shown-value__bar").wait_for()


def shown(page: Page) -> None:
    retrieved(page)
    page.locator("#panel-value [data-reveal]").first.click()


def edited(page: Page) -> None:
    retrieved(page)
    dialog("value/edit")(page)


def uploaded(page: Page) -> None:
    retrieved(page)
    dialog("value/edit", "value/upload")(page)


def chosen_rows(kind: str) -> Callable[[Page], None]:
    def open_it(page: Page) -> None:
        for box in page.locator("[data-select]").all()[:3]:
            box.check()
        page.locator(f'[formaction*="bulk-changes/{kind}"], [hx-post*="bulk-changes/{kind}"]').dispatch_event("click")
        page.locator("#dialog[open] .modal__box").wait_for()

    return open_it


def list_actions(page: Page) -> None:
    page.locator("[data-select]").first.check()
    page.locator("#bulk-actions").click()


def menu(label: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=label).first.click()


def compared(page: Page) -> None:
    dialog("comparison/compare")(page)
    page.locator("#dialog [type=submit].button--primary").click()
    page.locator("#shown-comparison").wait_for()


def shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("#dialog[open] .modal__box").wait_for()


def next_step(page: Page) -> None:
    page.locator(".wizard__buttons").get_by_role("button", name="Next").click()
    page.wait_for_load_state("networkidle")


def wizard(steps: int) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.get_by_label("Other type of secret").check()
        page.locator("[data-key]").first.fill("password")
        page.locator("[data-value]").first.fill("a value")
        if steps:
            next_step(page)
        if steps > 1:
            page.get_by_label("Secret name").fill("gallery/new")
            next_step(page)
        if steps > 2:
            next_step(page)

    return go


def refused_step(page: Page) -> None:
    wizard(1)(page)
    next_step(page)


def password_generator(page: Page) -> None:
    page.get_by_label("Credentials for other database").check()
    page.locator("main details summary").first.click()


PATH = "prod/AppBeta/MySQL"
ROTATED = "prod/reports/service-account"
VERSIONS = of_secret("gallery/hundred-versions", "versions")
REPLICATED = of_secret(PATH, "replication")
GOING = of_secret("dev/old-test-account")

SHOTS = [
    Shot("list", "/"),
    Shot("list-compact", "/", density="compact"),
    Shot("list-widest-and-narrowest", "/", viewports=WIDEST_AND_NARROWEST),
    Shot("list-deleted", "/?deleted=1"),
    Shot("list-folders", "/?view=folders"),
    Shot("list-all-regions", "/?view=all-regions"),
    Shot("list-search", "/?token=all:AppBeta&token=tag-key:!Owner"),
    Shot("list-no-match", "/?token=name:nothing-is-called-this"),
    Shot("list-of-the-extreme", "/?token=name:gallery/"),
    Shot("list-actions", "/", list_actions),
    Shot("list-preferences", "/", dialog("secrets/preferences")),
    *(Shot(f"bulk-{kind}", "/", chosen_rows(kind)) for kind in ("tag", "rotate", "replicate", "delete")),
    Shot("bulk-recent", "/secrets/bulk-changes/"),
    Shot("settings-menu", "/", menu("Settings")),
    Shot("account-menu", "/", menu("admin")),
    Shot("region-menu", "/", menu("Oregon")),
    Shot("shortcuts", "/", shortcuts),
    Shot("store-1", "/store-a-new-secret"),
    Shot("store-1-other", "/store-a-new-secret", wizard(0)),
    Shot("store-1-password", "/store-a-new-secret", password_generator),
    Shot("store-1-refused", "/store-a-new-secret", next_step),
    Shot("store-2", "/store-a-new-secret", wizard(1)),
    Shot("store-2-refused", "/store-a-new-secret", refused_step),
    Shot("store-3", "/store-a-new-secret", wizard(2)),
    Shot("store-4", "/store-a-new-secret", wizard(3)),
    Shot("duplicate", "/store-a-new-secret/duplicate?name=MyTestSecret&region=us-west-2"),
    Shot("secret", of_secret(PATH)),
    Shot("secret-compact", of_secret(PATH), retrieved, density="compact"),
    Shot("secret-widest-and-narrowest", of_secret(PATH), viewports=WIDEST_AND_NARROWEST),
    Shot("secret-actions", of_secret(PATH), menu("Actions")),
    Shot("secret-replication", REPLICATED),
    Shot("secret-history", of_secret(PATH, "history")),
    Shot("rotated-rotation", of_secret(ROTATED, "rotation")),
    Shot("rotated-versions", of_secret(ROTATED, "versions")),
    Shot("rotated-tags", of_secret(ROTATED, "tags")),
    Shot("replica", of_secret(PATH, region="us-east-1")),
    Shot("replica-rotation", of_secret(PATH, "rotation", "us-east-1")),
    Shot("replica-replication", of_secret(PATH, "replication", "us-east-1")),
    Shot("managed-by-a-service", of_secret(MANAGED)),
    Shot("managed-rotation", of_secret(MANAGED, "rotation")),
    Shot("going", GOING),
    Shot("going-versions", of_secret("dev/old-test-account", "versions")),
    Shot("without-a-value", of_secret("dev/not-filled-in-yet")),
    Shot("without-versions", of_secret("dev/not-filled-in-yet", "versions")),
    Shot("value", of_secret(PATH), shown),
    Shot("value-nested", of_secret("dev/feature-flags"), shown),
    Shot("value-binary", of_secret("prod/AppBeta/keystore"), retrieved),
    Shot("value-largest", of_secret("gallery/largest-value"), shown),
    Shot("value-edit", of_secret(PATH), edited),
    Shot("value-edit-nested", of_secret("dev/feature-flags"), edited),
    Shot("value-edit-largest", of_secret("gallery/largest-value"), edited),
    Shot("value-upload", of_secret(PATH), uploaded),
    Shot("fifty-tags", of_secret("gallery/fifty-tags", "tags")),
    Shot("fifty-tags-edit", of_secret("gallery/fifty-tags", "tags"), dialog("tags/edit")),
    Shot("hundred-versions", VERSIONS),
    Shot("longest-name", of_secret(contents.LONGEST_NAME)),
    Shot("longest-name-delete", of_secret(contents.LONGEST_NAME), dialog("deletion/delete")),
    Shot("right-to-left", of_secret("gallery/right-to-left"), shown),
    Shot("right-to-left-tags", of_secret("gallery/right-to-left", "tags")),
    Shot("failed-replica", of_secret("gallery/failed-replica", "replication")),
    Shot("edit-description", of_secret(PATH), with_the_call("edit-description")),
    Shot("edit-encryption-key", of_secret(PATH), dialog("edit-encryption-key")),
    Shot("edit-permissions", of_secret(PATH), dialog("permissions/edit")),
    Shot("edit-tags", of_secret(PATH, "tags"), dialog("tags/edit")),
    Shot("edit-rotation", of_secret(ROTATED, "rotation"), dialog("rotation/edit")),
    Shot("rotate", of_secret(ROTATED, "rotation"), dialog("rotation/rotate")),
    Shot("compare", VERSIONS, compared),
    Shot("staging-labels", VERSIONS, dialog("staging-labels/edit")),
    Shot("make-current", VERSIONS, dialog("versions/make-current")),
    Shot("replicate", REPLICATED, dialog("replication/replicate")),
    Shot("replica-edit-key", REPLICATED, dialog("replication/edit-key")),
    Shot("replica-delete", REPLICATED, dialog("replication/delete")),
    Shot("replica-retry", of_secret("gallery/failed-replica", "replication"), dialog("replication/retry")),
    Shot("replica-promote", of_secret(PATH, region="us-east-1"), dialog("replication/promote")),
    Shot("delete", of_secret("MyTestSecret"), dialog("deletion/delete")),
    Shot("delete-refused", of_secret("MyTestSecret"), refused("deletion/delete", recovery_window_in_days="3")),
    Shot("delete-now", of_secret("MyTestSecret"), dialog("deletion/delete?", "deletion/delete-now")),
    Shot("cancel-deletion", GOING, dialog("deletion/cancel")),
    Shot("keys", "/encryption-keys/"),
    Shot("key-create", "/encryption-keys/", dialog("encryption-keys/create")),
    Shot("key", KEY),
    Shot("key-alias", KEY, dialog("encryption-keys/alias")),
    Shot("key-disable", KEY, dialog("encryption-keys/disable")),
    Shot("key-delete", KEY, dialog("encryption-keys/schedule-deletion")),
    Shot("functions", "/rotation-functions/"),
    Shot("function-create", "/rotation-functions/", dialog("rotation-functions/create")),
    Shot("function-edit", "/rotation-functions/", dialog("rotation-functions/edit")),
    Shot("event-history", "/event-history/"),
    Shot("event", "/event-history/", dialog("event-history/")),
    Shot("not-found", of_secret("there-is-no-such-secret")),
    Shot("sign-in", "/sign-in?again"),
]


@pytest.fixture(scope="module")
def managed_name(live_server_process: LiveServer) -> str:
    if not os.environ.get("ONLY"):
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    client: SecretsManagerClient = live_server_process.client("secretsmanager")
    return contents.create(client)


@pytest.mark.parametrize(
    "shot", [shot for shot in SHOTS if os.environ.get("ONLY", "") in shot.name], ids=lambda shot: shot.name
)
def test_picture(page: Page, managed_name: str, live_server_process: LiveServer, shot: Shot) -> None:
    if shot.name != "sign-in":
        sign_in(page, live_server_process)
    page.emulate_media(reduced_motion="reduce")
    page.set_default_timeout(8_000)
    for width, height in shot.viewports:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(shot.path.replace(urlencode({"": MANAGED})[1:], urlencode({"": managed_name})[1:]))
        page.evaluate("density => document.documentElement.dataset.density = density", shot.density)
        shot.then(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(100)  # an editor follows in its own time
            is_dialog = page.locator("#dialog[open]").count() > 0
            page.screenshot(path=FOLDER / f"{shot.name}-{width}-{scheme}.png", full_page=not is_dialog)
