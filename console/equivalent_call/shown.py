"""Calls as a part of a page: under the flash of a change, and at the end of a dialog."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from secrets_app.call import Made

from . import rendering
from .calls import EquivalentCall


def with_calls(message: str, made: Sequence[Made] | None) -> str:
    """A flash that offers the calls that a change has made. Markup, where there are any."""
    calls = [
        EquivalentCall(each.service, each.operation, each.region, each.parameters, each.withheld) for each in made or []
    ]
    if not calls:
        return message
    found = {"message": message, **context(calls, f"made-{secrets.token_hex(4)}")}
    return render_to_string("console/equivalent_call/flash.html", found)


def context(calls: Sequence[EquivalentCall], prefix: str) -> dict[str, Any]:
    """prefix: of the ids, of which there may be several on a page."""
    endpoint = settings.PUBLIC_ENDPOINT
    return {
        "cli": rendering.as_cli(calls, endpoint),
        "python": rendering.as_python(calls, endpoint) if calls else "",
        "masked": rendering.masked(calls),
        "tabs": [{"id": f"{prefix}-cli", "label": "AWS CLI"}, {"id": f"{prefix}-python", "label": "boto3"}],
    }
