"""The end of a dialog: the call that its form is about to make."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from console.equivalent_call import planned, preview

register = template.Library()


@register.simple_tag(takes_context=True)
def equivalent_call(context: dict[str, Any]) -> SafeString | str:
    """Nothing in a dialog that calls nothing."""
    request = context.get("request")
    url = preview.url_of(request.resolver_match, request.GET) if request is not None else ""
    if not url:
        return ""
    section = {"url": url, "withheld": ",".join(planned.WITHHELD_FIELDS)}
    return render_to_string("console/equivalent_call/_section.html", section)
