"""What is in the demo account. Made by the operations themselves, as the administrator."""

import json
import secrets
import uuid
from datetime import datetime

from django.conf import settings

from secrets_app import arns, operations, search_words
from secrets_app.call import Call
from secrets_app.errors import ResourceExistsException
from secrets_app.kms import keys
from secrets_app.models import KeyAlias, KeyState, KmsKey, RotationConfiguration, RotationFunction, Secret, Tag
from secrets_app.principals import Identity
from secrets_app.rotation import windows
from secrets_app.rotation.bundled.catalogue import CATALOGUE

# The key that the user guide's examples name, so that they run here as they stand.
EXAMPLE_KEY = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE"
ROTATION_FUNCTION = "SecretsManagerRandomPassword"


def create(administrator: Identity, viewer_arn: str, now: datetime) -> None:
    call = Call(principal=administrator, region=settings.HOME_REGION, now=now, door="worker", user_agent="demo")
    _keys(call)
    _rotation_functions(call)
    _secrets_of_an_application(call, viewer_arn)
    _secrets_of_a_developer(call)
    _rotated_secret(call)
    _secret_of_another_service(call)
    _secret_on_its_way_out(call)


def _keys(call: Call) -> None:
    _key(call, call.region, "alias/demo/my-test-key", "Key of the user guide's examples", key_id=EXAMPLE_KEY)
    for region in (call.region, "us-east-1", "eu-west-1"):
        _key(call, region, "alias/prod/app", "Secrets of the production application")


def _key(call: Call, region: str, alias: str, description: str, *, key_id: str = "") -> KmsKey:
    if KeyAlias.objects.filter(account=call.account, region=region, name=alias).exists():
        raise ResourceExistsException(f"There is an {alias} in {region} already: the examples need a clean start.")
    key = _kept(call.account, region, key_id) or keys.create(
        account=call.account, region=region, now=call.now, description=description, key_id=key_id
    )
    KeyAlias.objects.create(
        account_id=call.account, region=region, name=alias, kms_key=key, created_at=call.now, updated_at=call.now
    )
    return key


def _kept(account: str, region: str, key_id: str) -> KmsKey | None:
    """One that another account's secrets are encrypted under outlives the emptying of the demo."""
    key = KmsKey.objects.filter(account=account, region=region, key_id=key_id).first()
    if key is not None:
        key.state, key.deletion_at = KeyState.ENABLED, None
        key.save(update_fields=["state", "deletion_at"])
    return key


def _rotation_functions(call: Call) -> None:
    """All that come with the server."""
    for bundled in CATALOGUE:
        RotationFunction.objects.get_or_create(
            account_id=call.account,
            region=call.region,
            name=bundled.name,
            defaults={
                "description": bundled.description,
                "kind": RotationFunction.Kind.MODULE,
                "handler": bundled.handler,
                "created_at": call.now,
            },
        )


def _secrets_of_an_application(call: Call, viewer_arn: str) -> None:
    _create(
        call,
        "prod/AppBeta/MySQL",
        "Database of AppBeta, replicated to us-east-1",
        {
            "engine": "mysql",
            "host": "appbeta.example.internal",
            "port": "3306",
            "dbname": "appbeta",
            "username": "appbeta",
            "password": _password(),
        },
        key="alias/prod/app",
        tags={"Environment": "Production", "Application": "AppBeta", "CostCenter": "1080"},
        replica_regions=["us-east-1"],
    )
    api_key = _create(
        call,
        "prod/AppBeta/api-key",
        "Key of the payment provider. The user viewer may read it",
        _password(),
        tags={"Environment": "Production", "Application": "AppBeta"},
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": viewer_arn},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
    operations.put_resource_policy(call, secret_id=api_key.arn, resource_policy=json.dumps(policy))
    _create(
        call,
        "prod/AppBeta/keystore",
        "A binary value",
        secrets.token_bytes(512),
        tags={"Environment": "Production", "Application": "AppBeta"},
    )


def _secrets_of_a_developer(call: Call) -> None:
    _create(
        call,
        "MyTestSecret",
        "The secret of the user guide's examples",
        {"user": "diegor", "password": _password()},
        tags={"Environment": "Development", "Owner": "diegor"},
    )
    _create(
        call,
        "dev/feature-flags",
        "Nested JSON, edited as plain text",
        {"checkout": {"enabled": True, "share": 0.25}, "search": {"enabled": False}, "regions": ["us-west-2"]},
        tags={"Environment": "Development"},
    )
    _create(call, "dev/not-filled-in-yet", "A secret without a value", None)


def _rotated_secret(call: Call) -> None:
    """The scheduler rotates it for the first time a moment after the server is up."""
    secret = _create(
        call,
        "prod/reports/service-account",
        "Rotated every 30 days",
        {"username": "reports", "password": _password()},
        key="alias/prod/app",
        tags={"Environment": "Production", "Application": "Reports"},
    )
    operations.rotate_secret(
        call,
        secret_id=secret.arn,
        client_request_token=str(uuid.uuid4()),
        rotation_lambda_arn=arns.function(call.region, call.account, ROTATION_FUNCTION),
        rotation_rules={"ScheduleExpression": "rate(30 days)", "Duration": "3h"},
    )


def _secret_of_another_service(call: Call) -> None:
    """No operation makes one: it is what Amazon RDS leaves in an account whose database passwords it manages."""
    database = str(uuid.uuid4())
    secret = _create(
        call,
        f"rds!db-{database}",
        "Secret associated with primary RDS DB instance: "
        f"arn:aws:rds:{call.region}:{call.account}:db:appbeta-production",
        {"username": "admin", "password": _password()},
        tags={},
    )
    secret.owning_service, secret.was_tagged = "rds", True
    secret.save(update_fields=["owning_service", "was_tagged"])
    for key, value in {
        "aws:secretsmanager:owningService": "rds",
        "aws:rds:primaryDBInstanceArn": f"arn:aws:rds:{call.region}:{call.account}:db:appbeta-production",
    }.items():
        Tag.objects.create(secret=secret, key=key, value=value)
    search_words.keep(secret)
    rotation = RotationConfiguration.objects.create(
        secret=secret, enabled=True, schedule_expression="rate(7 days)", enabled_at=call.now
    )
    windows.plan_next(rotation, call.now)


def _secret_on_its_way_out(call: Call) -> None:
    secret = _create(call, "dev/old-test-account", "Scheduled for deletion", {"username": "test", "password": "test"})
    operations.delete_secret(call, secret_id=secret.arn, recovery_window_in_days=30)


def _create(
    call: Call,
    name: str,
    description: str,
    value: dict[str, object] | str | bytes | None,
    *,
    key: str | None = None,
    tags: dict[str, str] | None = None,
    replica_regions: list[str] | None = None,
) -> Secret:
    """value: a dict is stored as JSON text."""
    return operations.create_secret(
        call,
        name=name,
        client_request_token=str(uuid.uuid4()),
        description=description,
        kms_key_id=key,
        secret_binary=value if isinstance(value, bytes) else None,
        secret_string=json.dumps(value) if isinstance(value, dict) else value if isinstance(value, str) else None,
        tags=[{"Key": name, "Value": text} for name, text in tags.items()] if tags else None,
        add_replica_regions=[
            {"Region": region, **({"KmsKeyId": key} if key else {})} for region in replica_regions or []
        ]
        or None,
    ).secret


def _password() -> str:
    return secrets.token_urlsafe(18)
