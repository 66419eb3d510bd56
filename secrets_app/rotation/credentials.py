"""What a rotation function may sign with: a role's temporary key, narrowed to one secret, for one step."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from secrets_app import arns, principals, staging_labels, versions
from secrets_app.errors import AwsError, InvalidRequestException
from secrets_app.iam.evaluate import Caller, Request, evaluate
from secrets_app.iam.policy_document import MalformedPolicy, parse
from secrets_app.models import AccessKey, IdentityPolicy, Principal, RotationConfiguration, RotationRun, Secret
from secrets_app.principals import Identity, NewAccessKey
from secrets_app.rotation import function_policy

ROLE_NAME = "SecretsManagerRotationFunction"
_READING = ["DescribeSecret", "GetSecretValue"]
_ON_THE_SECRET = [*_READING, "PutSecretValue", "UpdateSecretVersionStage"]
# Secrets Manager asks for these on the caller's behalf, and only for a secret the caller may use.
_KMS = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}
_GRACE = timedelta(seconds=60)


@contextmanager
def for_one_step(run: RotationRun, secret: Secret, now: datetime, time_limit: timedelta) -> Iterator[NewAccessKey]:
    """The key is gone when the step is over. If this process dies first, it expires by itself."""
    external = RotationConfiguration.objects.filter(secret=secret).exclude(external_role_arn="").first()
    key = principals.create_temporary_access_key(
        external_role(secret, external.external_role_arn) if external else _role(secret.account_id, now),
        now,
        lifetime=time_limit + _GRACE,
        session_name=session_name(run),
        session_policy=_session_policy(
            secret.arn, _READING if run.is_check else _ON_THE_SECRET, _others_to_read(secret, external)
        ),
    )
    try:
        yield key
    finally:
        AccessKey.objects.filter(access_key_id=key.access_key_id).delete()


def revoke(run: RotationRun) -> None:
    """Nothing the function still sends for this run is accepted from now on."""
    AccessKey.objects.filter(
        session_name=session_name(run), principal__account=run.secret.account_id, expires_at__isnull=False
    ).delete()


def delete_expired(now: datetime) -> int:
    """At most 1,000 in one pass."""
    expired = list(AccessKey.objects.filter(expires_at__lte=now).values_list("pk", flat=True)[:_BATCH])
    return AccessKey.objects.filter(pk__in=expired).delete()[0]


_SESSION = "rotation-"
_BATCH = 1_000


def session_name(run: RotationRun) -> str:
    return f"{_SESSION}{run.pk}"


def may_be_of_a_function(identity: Identity) -> bool:
    """A look at the name alone, for whoever hasn't read the run: most callers aren't."""
    return identity.session_name.startswith(_SESSION)


def external_role(secret: Secret, role_arn: str) -> Principal:
    """The role that rotates a managed external secret; what it may do, its own policies say."""
    role = Principal.objects.filter(
        account=secret.account_id, kind=Principal.Kind.ROLE, name=role_arn.rpartition("/")[2], is_active=True
    ).first()
    if role is None or role.arn != role_arn or not _may_be_assumed(role, secret):
        raise InvalidRequestException(f"Secrets Manager is unable to assume role {role_arn}.")
    return role


def _may_be_assumed(role: Principal, secret: Secret) -> bool:
    """By Secrets Manager, which its trust policy has to name (user guide, "Managed external secrets")."""
    context = {"aws:SourceAccount": secret.account_id, "aws:SourceArn": secret.arn}
    try:
        trust = parse(role.trust_policy, kind="trust") if role.trust_policy else None
    except MalformedPolicy:
        return False
    caller = Caller(arn=function_policy.SERVICE, account=secret.account_id, kind="service")
    request = Request("sts:AssumeRole", role.arn, role.account_id, context)
    return trust is not None and evaluate(caller, request, trust).allowed


def _others_to_read(secret: Secret, external: RotationConfiguration | None) -> list[str]:
    """Secrets that say who changes this one: "masterarn" in its value, adminSecretArn and its like in its metadata."""
    metadata = external.external_metadata if external else []
    named = [_of_the_account(secret, item.get("Value")) for item in metadata]
    return [arn for arn in (superuser_arn(secret), *named) if arn]


def superuser_arn(secret: Secret) -> str:
    """The secret that "masterarn" in the current value names: its user changes this one's password (rotation.md 2.1).

    "" if there is none of this account: what somebody else's secret is, a function may not read.
    """
    current = staging_labels.holder(secret.pk, staging_labels.CURRENT)
    try:
        value = json.loads(versions.open_value(secret.arn, current).content) if current and current.has_value else None
    except (AwsError, ValueError, RecursionError):
        return ""
    return _of_the_account(secret, value.get("masterarn")) if isinstance(value, dict) else ""


def _of_the_account(secret: Secret, arn: object) -> str:
    """The ARN, if it is that of a secret in the same account and Region: whole, so that it holds no wildcard."""
    named = arns.read_secret(arn) if isinstance(arn, str) else None
    if named is None:
        return ""
    found = Secret.objects.filter(account=secret.account_id, region=secret.region, name=named.name).first()
    return found.arn if found is not None and found.arn == arn else ""


def _session_policy(secret_arn: str, actions: list[str], others: list[str]) -> str:
    statements: list[Mapping[str, object]] = [
        {"Effect": "Allow", "Action": _actions(actions), "Resource": secret_arn},
        {"Effect": "Allow", "Action": _actions(["GetRandomPassword"]), "Resource": "*"},
        _KMS,
    ]
    if others:
        statements.append({"Effect": "Allow", "Action": _actions(_READING), "Resource": others})
    return _document(*statements)


@transaction.atomic
def _role(account: str, now: datetime) -> Principal:
    """The role every rotation function of the account runs as. It can't sign in: it has no password.

    One transaction: nobody sees the role before its policy.
    """
    role, created = Principal.objects.get_or_create(
        account_id=account,
        kind=Principal.Kind.ROLE,
        name=ROLE_NAME,
        defaults={"unique_id": principals.new_unique_id("role"), "created_at": now, "password": "!"},
    )
    if created:
        actions = _actions([*_ON_THE_SECRET, "GetRandomPassword"])
        IdentityPolicy.objects.create(
            principal=role,
            name="RotateSecrets",
            document=_document({"Effect": "Allow", "Action": actions, "Resource": "*"}, _KMS),
        )
    return role


def _actions(names: list[str]) -> list[str]:
    return [f"secretsmanager:{name}" for name in names]


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
