"""The wizard's four steps: their addresses, and where each stands for this draft."""

import uuid
from typing import Any

from django.urls import reverse

TYPE, CONFIGURE, ROTATION, REVIEW = (
    "choose-secret-type",
    "configure-secret",
    "configure-rotation",
    "review",
)
TITLES = {
    TYPE: "Choose secret type",
    CONFIGURE: "Configure secret",
    ROTATION: "Configure rotation",
    REVIEW: "Review",
}
ORDER = list(TITLES)


def url(step: str, draft_id: uuid.UUID, region: str, **query: str) -> str:
    """The Region is always in it: the secret is stored there, whatever another tab has looked at since."""
    return reverse(f"store-secret-{step}", args=[draft_id], query={"region": region, **query})


def cancel_url(draft_id: uuid.UUID, region: str) -> str:
    return reverse("store-secret-cancel", args=[draft_id], query={"region": region})


def after(step: str) -> str:
    return ORDER[ORDER.index(step) + 1]


def before(step: str) -> str:
    return ORDER[max(ORDER.index(step) - 1, 0)]


def listed(present: str, seen: set[str], passed: set[str]) -> list[dict[str, Any]]:
    """For the list beside the form. One can go to every step seen before, and to the one behind what was right."""
    reached = max(
        [ORDER.index(step) for step in {present, *seen} if step in ORDER]
        + [ORDER.index(step) + 1 for step in passed if step in ORDER]
    )
    return [
        {
            "slug": step,
            "number": number + 1,
            "title": TITLES[step],
            "optional": step == ROTATION,
            "is_present": step == present,
            "can_be_reached": number <= reached,
        }
        for number, step in enumerate(ORDER)
    ]
