"""{% secret_url %}: the address of a page or dialog of a secret, which is addressed by its name and Region."""

from typing import Protocol

from django import template

from console.secret._for_secret import url_of

register = template.Library()


class Addressed(Protocol):
    name: str
    region: str


@register.simple_tag
def secret_url(route: str, secret: Addressed, **query: str) -> str:
    """{% secret_url "secret-tags-edit" secret %}; region="eu-west-1" for another Region than the secret's."""
    region = query.pop("region", None) or secret.region
    return url_of(route, secret.name, region, **query)
