import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from secrets_app import accounts, demo


class Command(BaseCommand):
    help = "Give a user a new random password, or the one in $DEMO_PASSWORD, and end its sessions."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default=accounts.ADMINISTRATOR)
        parser.add_argument("--account", default=settings.DEMO_ACCOUNT, help="12 digits; the demo account by default")

    def handle(self, *_args: Any, name: str, account: str, **_options: Any) -> None:
        password = settings.DEMO_PASSWORD or demo.new_password()
        if not demo.set_password(name, password, account=account):
            sys.exit(f"There is no user {name} in account {account}. Has the server been started before?")
        shown = "now as in $DEMO_PASSWORD" if settings.DEMO_PASSWORD else f"now {password}"
        self.stdout.write(f"The password of {name} is {shown}.")
