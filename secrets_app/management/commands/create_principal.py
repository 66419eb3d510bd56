"""Makes a user or a role of an account, with a policy, and if wanted an access key and a password."""

import getpass
import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from secrets_app import principals
from secrets_app.iam.policy_document import parse
from secrets_app.models import Account, IdentityPolicy, Principal


class Command(BaseCommand):
    help = "Create a user or a role. Its access key's secret is printed once and stored sealed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--account", default=settings.DEMO_ACCOUNT, help="12 digits; made if it is new")
        parser.add_argument("--role", action="store_true", help="a role instead of a user")
        parser.add_argument("--policy", type=Path, metavar="FILE", help="identity policy; without, nothing is allowed")
        parser.add_argument("--access-key", action="store_true", help="make an access key and print it")
        parser.add_argument("--password", action="store_true", help="ask for a password; in a pipe, the first line")

    @transaction.atomic
    def handle(self, *_args: Any, name: str, account: str, role: bool, **options: Any) -> None:
        if len(account) != 12 or not account.isdecimal():
            raise CommandError("--account must be 12 digits.")
        kind = Principal.Kind.ROLE if role else Principal.Kind.USER
        now = timezone.now()
        home, _ = Account.objects.get_or_create(id=account, defaults={"created_at": now})
        if Principal.objects.filter(account=home, kind=kind, name=name).exists():
            raise CommandError(f"There is a {kind} {name} in account {account} already.")
        principal = Principal(
            account=home, kind=kind, name=name, unique_id=principals.new_unique_id(kind), created_at=now
        )
        if options["password"]:
            principal.set_password(_asked_password())
        else:
            principal.set_unusable_password()
        principal.save()
        if options["policy"]:
            document = _checked_policy(options["policy"])
            IdentityPolicy.objects.create(principal=principal, name=options["policy"].stem, document=document)
        self.stdout.write(principal.arn)
        if options["access_key"]:
            key = principals.create_access_key(principal, now)
            self.stdout.write(f"aws_access_key_id = {key.access_key_id}")
            self.stdout.write(f"aws_secret_access_key = {key.secret_access_key}")


def _asked_password() -> str:
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < 12:
        raise CommandError("A password must have 12 characters or more.")
    return password


def _checked_policy(file: Path) -> str:
    try:
        document = file.read_text()
        parse(document, kind="identity")
        return json.dumps(json.loads(document))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} is not an identity policy: {error}") from None
