"""What every page's frame shows: who is signed in, where, and how they like it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from console import shortcuts
from secrets_app import regions


def frame(request: HttpRequest) -> dict[str, Any]:
    call = getattr(request, "call", None)
    is_permissive = settings.AUTH == "permissive"
    if call is None:
        return {"color_mode": "system", "density": "comfortable", "is_permissive": is_permissive}
    return {
        "is_permissive": is_permissive,
        "call": call,
        "regions": regions.REGIONS,
        "current_region": regions.BY_CODE[call.region],
        "color_mode": call.principal.color_mode,
        "density": call.principal.density,
        "shortcuts": "on" if shortcuts.are_on(call.principal) else "off",
    }
