"""How far the scheduler has come with a secret; asked every two seconds by a page that waits for it.

Permitted to whom DescribeSecret is, but no call of its own: a page left open would fill the audit trail with itself.
"""

from dataclasses import dataclass

from secrets_app import errors, replication, secret_ids
from secrets_app.call import Call
from secrets_app.models import Replica, Secret
from secrets_app.rotation import history


@dataclass(frozen=True, slots=True)
class Replication:
    secret: Secret
    replicas: list[Replica]


def of_replication(call: Call, secret_id: str) -> Replication:
    secret = _visible(call, secret_id)
    return Replication(secret, replication.of(secret))


def of_rotation(call: Call, secret_id: str) -> list[history.Run]:
    """The newest run first, with the steps it has taken."""
    return history.runs_of(call, _visible(call, secret_id))


def _visible(call: Call, secret_id: str) -> Secret:
    found = secret_ids.find(call.account, call.region, secret_id)
    secret = found.secret if found else None
    call.authorize_secret(secret, secret_id, action="secretsmanager:DescribeSecret")
    if secret is None:
        raise errors.secret_not_found()
    return secret
