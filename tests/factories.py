"""Plain functions that make what a test needs, with defaults for what it does not care about."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from secrets_app import operations, principals
from secrets_app.call import Call
from secrets_app.kms import keys
from secrets_app.models import Account, IdentityPolicy, KeyAlias, KmsKey, Principal, Secret
from secrets_app.principals import Identity, NewAccessKey

ACCOUNT = settings.DEMO_ACCOUNT
REGION = settings.HOME_REGION
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READING = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "secretsmanager:BatchGetSecretValue",
                "secretsmanager:Describe*",
                "secretsmanager:Get*",
                "secretsmanager:List*",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:List*",
            ],
            "Resource": "*",
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the cast: the row that signs in, who it is to an operation, and its access key."""

    principal: Principal
    identity: Identity
    access_key: NewAccessKey

    @property
    def arn(self) -> str:
        return self.identity.arn


def make_account(account: str = ACCOUNT) -> Account:
    return Account.objects.get_or_create(id=account, defaults={"created_at": NOW})[0]


def make_principal(name: str, policy: dict[str, Any] | None = None, *, account: str = ACCOUNT) -> Principal:
    """A user with at most one inline policy, and no password."""
    principal = Principal.objects.create(
        account=make_account(account),
        name=name,
        unique_id=principals.new_unique_id("user"),
        created_at=NOW,
    )
    if policy is not None:
        IdentityPolicy.objects.create(principal=principal, name=f"{name}-policy", document=json.dumps(policy))
    return principal


def make_person(name: str, policy: dict[str, Any] | None = None, *, account: str = ACCOUNT) -> Person:
    principal = make_principal(name, policy, account=account)
    key = principals.create_access_key(principal, NOW)
    return Person(principal, principals.identity(principal), key)


def make_call(principal: Person | Identity, *, region: str = REGION, now: datetime = NOW, **more: Any) -> Call:
    identity = principal.identity if isinstance(principal, Person) else principal
    return Call(principal=identity, region=region, now=now, **more)


def make_secret(call: Call, name: str = "prod/database", **members: Any) -> Secret:
    """Created by the operation; with a JSON value unless told otherwise (secret_string=None: without a value)."""
    if "secret_binary" not in members:
        members.setdefault("secret_string", '{"username": "saanvi", "password": "first-password"}')
    members.setdefault("client_request_token", str(uuid.uuid4()))
    return operations.create_secret(call, name=name, **members).secret


def make_version(call: Call, secret: Secret, secret_string: str, **members: Any) -> str:
    """Put another value; its version id."""
    members.setdefault("client_request_token", str(uuid.uuid4()))
    version_id = operations.put_secret_value(
        call, secret_id=secret.arn, secret_string=secret_string, **members
    ).version_id
    assert version_id is not None
    return version_id


def make_key(alias: str = "", *, account: str = ACCOUNT, region: str = REGION) -> KmsKey:
    """An enabled customer key. alias: "alias/..." or "" for none."""
    make_account(account)
    key = keys.create(account=account, region=region, now=NOW)
    if alias:
        KeyAlias.objects.create(
            account_id=account, region=region, name=alias, kms_key=key, created_at=NOW, updated_at=NOW
        )
    return key
