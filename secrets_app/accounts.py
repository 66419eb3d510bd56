"""Accounts and their administrators: the demo account's, and those of accounts that come to be by being used."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from . import principals, statements
from .models import Account, PolicyAttachment, Principal
from .principals import Identity

ADMINISTRATOR = "admin"
_ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"

_LATELY = timedelta(minutes=1)


def were_emptied_lately(now: datetime) -> bool:
    """Whether what a request was working on may have been removed under it, by the emptying of a whole account."""
    return Account.objects.filter(emptied_at__gte=now - _LATELY).exists()


def create_administrator(account: Account, now: datetime) -> Principal:
    """May do everything; cannot sign in to the console until it is given a password."""
    administrator = create_user(account, ADMINISTRATOR, now)
    PolicyAttachment.objects.create(principal=administrator, policy_arn=_ADMINISTRATOR_ACCESS)
    return administrator


def create_user(account: Account, name: str, now: datetime, **more: Any) -> Principal:
    """more: further columns."""
    user = Principal(account=account, name=name, unique_id=principals.new_unique_id("user"), created_at=now, **more)
    user.set_unusable_password()
    user.save()
    return user


def administrator_by_use(account: str, access_key_id: str, now: datetime) -> Identity | None:
    """The administrator of an account that is made, if need be, because somebody uses it.

    access_key_id: the one to put on record. None if the account's administrator is not to act any more.
    """
    found = principals.user_with_policies(account, ADMINISTRATOR, access_key_id)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            _create_by_use(account, now)
    except IntegrityError:
        statements.next_moment()  # another process has made it between our look and our insert, or it is inactive
    return principals.user_with_policies(account, ADMINISTRATOR, access_key_id)


def _create_by_use(account: str, now: datetime) -> None:
    made, _ = Account.objects.get_or_create(id=account, defaults={"created_at": now, "is_made_by_use": True})
    create_administrator(made, now)
