"""The sheet of keyboard shortcuts, and the switch for those that are single keys (WCAG 2.1.4)."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_sheet_says_what_keys_do(signed_in: Client) -> None:
    page = signed_in.get("/keyboard-shortcuts").content.decode()

    assert "<kbd>g</kbd> <kbd>l</kbd>" in page
    assert "Turn off single keys" in page


def test_single_keys_can_be_turned_off_and_on_again(signed_in: Client) -> None:
    signed_in.post("/keyboard-shortcuts")
    off = signed_in.get("/").content.decode()
    signed_in.post("/keyboard-shortcuts", HTTP_HX_REQUEST="true")
    on = signed_in.get("/").content.decode()

    assert 'data-shortcuts="off"' in off
    assert 'data-shortcuts="off"' not in on


def test_what_the_sheet_names_is_on_the_page(signed_in: Client) -> None:
    from console.shortcuts import SINGLE_KEYS

    page = signed_in.get("/").content.decode()

    assert [keys for keys, _ in SINGLE_KEYS if f'data-keys="{" ".join(keys)}"' not in page] == []
