"""The front door: an API request goes straight to the wire, past Django's resolver, middleware and sessions."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

_pages = get_wsgi_application()

from console import slow_clients  # noqa: E402  needs the apps to be loaded
from secrets_app import front_door  # noqa: E402


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    slow_clients.wait_for_body(environ)
    if front_door.is_api_request(environ):
        return front_door.answer(environ, start_response)
    return slow_clients.whole(_pages(environ, start_response))
