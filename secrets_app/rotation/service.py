"""Events of what the service does to a secret by itself, without a caller."""

import json
from datetime import datetime

from secrets_app import audit
from secrets_app.models import AuditEvent, RotationRun, Secret

SERVICE_PRINCIPAL = "secretsmanager.amazonaws.com"


def record(event_name: str, secret: Secret, version_id: str, now: datetime, *, error: str = "") -> None:
    """An AwsServiceEvent: RotationStarted, RotationSucceeded and their like (user guide, logging with CloudTrail)."""
    AuditEvent.objects.create(
        request_id=audit.new_request_id(),
        at=now,
        account=secret.account_id,
        region=secret.region,
        event_source=SERVICE_PRINCIPAL,
        event_name=event_name,
        read_only=False,
        door="worker",
        principal_arn=SERVICE_PRINCIPAL,
        secret_pk=secret.pk,
        secret_name=secret.name,
        request_parameters=json.dumps({"SecretId": secret.arn, "VersionId": version_id}),
        error_code="RotationFailed" if error else "",
        error_message=error,
    )


def name_of(outcome: str, run: RotationRun) -> str:
    """outcome: Started, Succeeded, Failed or Abandoned."""
    return f"TestRotation{outcome}" if run.test_only else f"Rotation{outcome}"
