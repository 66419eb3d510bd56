"""The request as console views see it, for the type checker."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from secrets_app.call import Call


class ConsoleRequest(HttpRequest):
    """call: the signed-in person's call, in the Region the page is about. Set by ConsoleMiddleware."""

    call: Call
    htmx: HtmxDetails
