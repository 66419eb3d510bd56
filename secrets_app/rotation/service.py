"""The service's own hand: what it does to a secret without a caller, and the events that tell of it."""

import json
from datetime import datetime

from secrets_app import audit
from secrets_app.call import Call
from secrets_app.models import AuditEvent, RotationRun, Secret
from secrets_app.principals import Identity

SERVICE_PRINCIPAL = "secretsmanager.amazonaws.com"


def service_call(secret: Secret, now: datetime) -> Call:
    """A call of nobody's, for rules that ask when and where. It has no policies, so it is allowed nothing."""
    nobody = Identity(
        principal_id=0,
        account=secret.account_id,
        kind="user",
        name=SERVICE_PRINCIPAL,
        unique_id=SERVICE_PRINCIPAL,
        arn=SERVICE_PRINCIPAL,
        policy_documents=(),
    )
    return Call(principal=nobody, region=secret.region, now=now, door="worker")


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
