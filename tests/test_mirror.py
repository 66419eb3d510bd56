"""The tree explains itself: a panel of the secret page has its templates and its tests where one looks for them."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Modules of the page itself, of its routes, or a form or a part of a panel; every other one is a panel.
NOT_PANELS = {
    *("page", "urls", "actions_menu", "rotation_form", "replication_form", "shown_value", "policy_templates"),
    "white_space",
}

PANELS = sorted(
    module.stem for module in (ROOT / "console" / "secret").glob("[a-z]*.py") if module.stem not in NOT_PANELS
)


def test_there_are_panels() -> None:
    assert {"details", "value", "tags"} <= set(PANELS)


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_has_its_templates(panel: str) -> None:
    assert list((ROOT / "templates" / "console" / "secret" / panel).glob("*.html"))


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_has_its_tests(panel: str) -> None:
    assert (ROOT / "tests" / "console" / "secret" / f"test_{panel}.py").is_file()
