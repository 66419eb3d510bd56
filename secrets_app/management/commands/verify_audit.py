"""manage.py verify_audit: is every event of the audit trail there, as it was written?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secrets_app.audit_verification import Ends, verify

_MOST_SHOWN = 50


class Command(BaseCommand):
    help = (
        "Find events of the audit trail that are missing, altered, reordered or inserted. Exit status 1 if there are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--ends",
            type=Path,
            help="a file, kept elsewhere, of where the trail ended when this was last run: the trail must "
            "go on from there. Written anew when all is well.",
        )

    def handle(self, *_args: Any, ends: Path | None = None, **_options: Any) -> None:
        report = verify(_read(ends))
        for finding in report.findings[:_MOST_SHOWN]:
            self.stdout.write(finding)
        if len(report.findings) > _MOST_SHOWN:
            self.stdout.write(f"... and {len(report.findings) - _MOST_SHOWN} more.")
        if report.findings:
            raise CommandError(f"The audit trail is not whole: {len(report.findings)} findings.")
        if ends is not None:
            ends.write_text(json.dumps(report.ends) + "\n")
        self.stdout.write(f"The audit trail is whole: {report.events} events in {len(report.ends)} chains.")


def _read(path: Path | None) -> Ends | None:
    if path is None or not path.exists():
        return None
    try:
        return {int(number): (int(end[0]), str(end[1])) for number, end in json.loads(path.read_text()).items()}
    except (ValueError, TypeError, LookupError, AttributeError):
        raise CommandError(f"{path} is not a file that this command has written.") from None
