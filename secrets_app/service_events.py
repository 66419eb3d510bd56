"""Events of what the service does by itself, without a caller; each in the transaction of what it tells of.

CloudTrail calls them AwsServiceEvent. Names of the rotation and deletion events: user guide, "Logging AWS Secrets
Manager events with AWS CloudTrail" (TestRotation...: security.md 5.2). DeleteKey and RotateKey: KMS developer guide,
under these names. The user guide has "Log entries for replication" too, but we haven't seen which: the names of ours
follow those of rotation. EndSecretDelete is ours: AWS tells of versions only, and a secret may have none.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import audit_chain
from .audit import new_request_id
from .models import AuditEvent, KmsKey, Secret

SECRETS_MANAGER, KMS = "secretsmanager.amazonaws.com", "kms.amazonaws.com"
_LONGEST_MESSAGE = 2048

START_VERSION_DELETE, CANCEL_VERSION_DELETE = "StartSecretVersionDelete", "CancelSecretVersionDelete"
END_VERSION_DELETE, END_SECRET_DELETE = "EndSecretVersionDelete", "EndSecretDelete"
REPLICATION_SUCCEEDED, REPLICATION_FAILED = "ReplicationSucceeded", "ReplicationFailed"
DELETE_KEY, ROTATE_KEY = "DeleteKey", "RotateKey"
_OUTCOMES = ("Started", "Succeeded", "Failed", "Abandoned")

NAMES = (
    *(f"Rotation{outcome}" for outcome in _OUTCOMES),
    *(f"TestRotation{outcome}" for outcome in _OUTCOMES),
    START_VERSION_DELETE,
    CANCEL_VERSION_DELETE,
    END_VERSION_DELETE,
    END_SECRET_DELETE,
    REPLICATION_SUCCEEDED,
    REPLICATION_FAILED,
    DELETE_KEY,
    ROTATE_KEY,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What happened to one secret: the name of the event, and what it tells beside the secret's ARN."""

    name: str
    secret: Secret
    details: dict[str, str]
    error_code: str = ""
    error_message: str = ""


def record(told: Iterable[Told], now: datetime) -> None:
    """One statement, under one request id: what belongs together can be found together."""
    request_id = new_request_id()
    events = [
        _event(
            SECRETS_MANAGER,
            each.name,
            request_id,
            now,
            account=each.secret.account_id,
            region=each.secret.region,
            secret_pk=each.secret.pk,
            secret_name=each.secret.name,
            resource_arn=each.secret.arn,
            request_parameters=json.dumps({"SecretId": each.secret.arn, **each.details}),
            error_code=each.error_code,
            error_message=each.error_message[:_LONGEST_MESSAGE],
        )
        for each in told
    ]
    if events:
        audit_chain.append(events)


def record_versions(event_name: str, secret: Secret, version_ids: Sequence[str], now: datetime) -> None:
    """The same of several versions of a secret."""
    record((Told(event_name, secret, {"VersionId": version_id}) for version_id in version_ids), now)


def record_key(event_name: str, key: KmsKey, now: datetime) -> None:
    event = _event(
        KMS,
        event_name,
        new_request_id(),
        now,
        account=key.account_id,
        region=key.region,
        resource_arn=key.arn,
        request_parameters=json.dumps({"KeyId": key.arn}),
    )
    audit_chain.append([event])


def _event(source: str, name: str, request_id: str, now: datetime, **facts: str | int) -> audit_chain.Row:
    event = AuditEvent(
        request_id=request_id,
        at=now,
        event_source=source,
        event_name=name,
        read_only=False,
        door="worker",
        principal_arn=source,
        **facts,
    )
    return audit_chain.row_of([getattr(event, column) for column in audit_chain.COLUMNS])
