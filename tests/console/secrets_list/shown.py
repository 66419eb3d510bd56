"""What the list shows, for its tests."""

import re
from typing import Any

from django.test import Client

HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/{query}", **HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def names_in(page: str) -> list[str]:
    """The secrets in the table, by what can be marked."""
    return re.findall(r'aria-label="Select (\S+)"', page)


def next_of(page: str) -> str:
    """The query of the next page."""
    return _link(page, "next")


def previous_of(page: str) -> str:
    return _link(page, "prev")


def _link(page: str, rel: str) -> str:
    return page.split(f'rel="{rel}"')[0].rsplit('href="/', 1)[1].split('"')[0].replace("&amp;", "&")
