"""The Actions menu of a secret, as data: label, dialog, and why it is off in the secret's present state."""

from typing import TYPE_CHECKING

from console.secret._for_secret import url_of
from secrets_app import availability

if TYPE_CHECKING:
    from secrets_app.results import Description

_ITEMS = (
    ("Edit description", "secret-details-edit-description", "UpdateSecret"),
    ("Edit encryption key", "secret-details-edit-encryption-key", "UpdateSecret"),
    ("Duplicate secret", "store-secret-duplicate", "DescribeSecret"),
    ("Delete secret", "secret-deletion-delete", "DeleteSecret"),
)


def items(described: "Description") -> list[dict[str, str]]:
    secret = described.secret
    return [
        {
            "label": label,
            "url": url_of(route, secret.name, secret.region),
            "disabled_reason": _reason(described, operation),
        }
        for label, route, operation in _ITEMS
    ]


def _reason(described: "Description", operation: str) -> str:
    if operation == "DeleteSecret" and described.replicas:
        return "Delete the replicas of this secret first."
    return reason(described, operation)


def reason(described: "Description", operation: str) -> str:
    """Why an operation is off for this secret, in the words the API answers; "" if it isn't."""
    refused = availability.refusal(described.secret, operation)
    return refused.message if refused else ""
