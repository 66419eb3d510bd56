"""Asking pages and dialogs of a secret, with and without htmx, as a browser would."""

from typing import Any

from django.test import Client
from django.urls import reverse

from secrets_app.models import Secret

HTMX = {"HTTP_HX_REQUEST": "true"}


def address(route: str, secret: Secret, **query: str) -> str:
    return reverse(route, query={"name": secret.name, "region": secret.region, **query})


def read(client: Client, route: str, secret: Secret, **query: str) -> str:
    response = client.get(address(route, secret, **query), **HTMX)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, route: str, secret: Secret, data: dict[str, Any], **query: str) -> Any:
    return client.post(address(route, secret, **query), data, **HTMX)  # type: ignore[arg-type]


def allowing(*actions: str) -> dict[str, Any]:
    """An identity policy of just these actions."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
