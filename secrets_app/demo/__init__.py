"""The demo account: two users, keys in three Regions, and secrets of every kind. Made once, in an empty database."""

import json
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from secrets_app import principals
from secrets_app.accounts import ADMINISTRATOR, create_administrator, create_user
from secrets_app.models import Account, IdentityPolicy, Principal

VIEWER = "viewer"

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
    account = Account.objects.create(id=settings.DEMO_ACCOUNT, created_at=now)
    administrator = create_administrator(account, now)
    administrator.set_password(password)
    administrator.save(update_fields=["password"])
    viewer = _create_viewer(account, now)
    if settings.DEMO:
        _create_contents(administrator, viewer, now)


def fill(account: str, now: datetime) -> None:
    """With the examples, as its administrator; in an account that has some of them it is refused."""
    administrator = Principal.objects.get(account=account, kind=Principal.Kind.USER, name=ADMINISTRATOR)
    viewer = principals.user_by_name(account, VIEWER) or _create_viewer(administrator.account, now)
    _create_contents(administrator, viewer, now)


def _create_contents(administrator: Principal, viewer: Principal, now: datetime) -> None:
    from secrets_app.demo import contents  # every operation is imported by it, which later starts can do without

    contents.create(principals.identity(administrator), viewer.arn, now)


def _create_viewer(account: Account, now: datetime) -> Principal:
    viewer = create_user(account, VIEWER, now)
    IdentityPolicy.objects.create(principal=viewer, name="LookButNotRead", document=json.dumps(_LOOK_BUT_NOT_READ))
    return viewer


def set_password(name: str, password: str, *, account: str = settings.DEMO_ACCOUNT) -> bool:
    """Whether there is such a user. Sessions end with the old password; the same password again changes nothing."""
    user = principals.user_by_name(account, name)
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
