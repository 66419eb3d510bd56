"""The demo account: two users, keys in three Regions, and secrets of every kind. Made once, in an empty database."""

import json
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from secrets_app import principals
from secrets_app.models import Account, IdentityPolicy, Principal

ADMINISTRATOR = "admin"
VIEWER = "viewer"

_ADMINISTRATOR_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# May see that secrets exist and how they are set up; reading a value needs a secret's own permission.
_LOOK_BUT_NOT_READ = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "cloudtrail:LookupEvents",
                "lambda:ListFunctions",
                "secretsmanager:DescribeSecret",
                "secretsmanager:GetRandomPassword",
                "secretsmanager:GetResourcePolicy",
                "secretsmanager:ListSecrets",
                "secretsmanager:ListSecretVersionIds",
                "kms:DescribeKey",
                "kms:ListAliases",
                "kms:ListKeys",
            ],
            "Resource": "*",
        }
    ],
}


def is_wanted() -> bool:
    """Only where there is nothing at all yet."""
    return not Account.objects.exists()


def new_password() -> str:
    return secrets.token_urlsafe(12)


@transaction.atomic
def seed(now: datetime, *, password: str) -> None:
    """password: the administrator's. The viewer cannot sign in to the console until somebody gives it one."""
    from secrets_app.demo import contents  # every operation is imported by it, which later starts can do without

    account = Account.objects.create(id=settings.DEMO_ACCOUNT, created_at=now)
    administrator = _user(account, ADMINISTRATOR, now)
    administrator.set_password(password)
    administrator.save(update_fields=["password"])
    IdentityPolicy.objects.create(
        principal=administrator,
        name="AdministratorAccess",
        arn="arn:aws:iam::aws:policy/AdministratorAccess",
        document=json.dumps(_ADMINISTRATOR_ACCESS),
    )
    viewer = _user(account, VIEWER, now)
    IdentityPolicy.objects.create(principal=viewer, name="LookButNotRead", document=json.dumps(_LOOK_BUT_NOT_READ))
    contents.create(principals.identity(administrator), viewer.arn, now)


def _user(account: Account, name: str, now: datetime) -> Principal:
    user = Principal(account=account, name=name, unique_id=principals.new_unique_id("user"), created_at=now)
    user.set_unusable_password()
    user.save()
    return user


def set_password(name: str, password: str) -> bool:
    """Whether there is such a user. Sessions end with the old password; the same password again changes nothing."""
    user = principals.user_by_name(settings.DEMO_ACCOUNT, name)
    if user is None:
        return False
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return True


def new_access_key(name: str, now: datetime) -> principals.NewAccessKey | None:
    """None if somebody removed the user."""
    user = principals.user_by_name(settings.DEMO_ACCOUNT, name)
    return None if user is None else principals.create_access_key(user, now)
