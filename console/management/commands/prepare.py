import sys
from typing import Any

from django.core.management.base import BaseCommand

from console.start_up import turns
from console.start_up.preparation import prepare
from console.start_up.refusal import CannotStart


class Command(BaseCommand):
    help = "Bring DATA_DIR, database, keys, demo account and static files up to date. Safe to repeat."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            with turns.one_at_a_time():
                prepared = prepare(self.stdout.write)
        except CannotStart as refusal:
            sys.exit(str(refusal))
        if prepared.new_password:
            self.stdout.write(f"The administrator's password is {prepared.new_password} (shown this once).")
