"""The front door: an API request goes straight to the wire, past Django's resolver, middleware and sessions.

For any WSGI server. `make run` serves console/serving/, which does the same and waits for nobody's body.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

pages = get_wsgi_application()

from secrets_app import front_door  # noqa: E402  needs the apps to be loaded


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if front_door.is_api_request(environ):
        return front_door.answer(environ, start_response)
    return pages(environ, start_response)
