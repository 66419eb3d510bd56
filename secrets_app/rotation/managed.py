"""Managed rotation: what the owning service does for a secret of its own, without a function.

There is no other service on this server, so its part is what a user sees of it: a new password in the JSON value.
"""

import json
import secrets
import string
from datetime import datetime

from secrets_app import staging_labels, versions
from secrets_app.kms import keys
from secrets_app.models import RotationRun, Secret

_ALPHABET = string.ascii_letters + string.digits + "!#$%&()*+,-.:;<=>?[]^_{|}~"
_LENGTH = 32


class CannotRotate(Exception):  # noqa: N818  it names the outcome
    """Says why, without any value."""


def rotate(run: RotationRun, secret: Secret, now: datetime) -> None:
    """Fill the pending version and make it current. Runs inside the caller's transaction."""
    current = staging_labels.holder(secret.pk, staging_labels.CURRENT)
    pending = secret.versions.filter(version_id=run.version_id).first()
    if current is None or pending is None:
        raise CannotRotate("The secret has no current value to rotate.")
    value = _with_new_password(versions.open_value(secret.arn, current))
    key = secret.kms_key or keys.default_key(secret.account_id, secret.region, now)
    if secret.kms_key is not None:
        keys.refuse_to_encrypt_unless_enabled(secret.kms_key)
    versions.seal_into(secret, pending, value, key)
    staging_labels.move(pending, staging_labels.CURRENT)
    staging_labels.detach(pending, staging_labels.PENDING)


def _with_new_password(value: versions.Value) -> versions.Value:
    try:
        content = json.loads(value.content)
    except (ValueError, RecursionError):
        raise CannotRotate("The secret value is not JSON.") from None
    if not isinstance(content, dict) or "password" not in content:
        raise CannotRotate('The secret value is not a JSON object with a "password".')
    content["password"] = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return versions.Value(json.dumps(content).encode(), is_binary=False)
