"""Tells how what happens by itself is going: the Background page of the console, for a terminal."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from secrets_app.background.operations import State, states

_HEAD = ("PASS", "LAST RUN", "TOOK", "DONE", "WAITING", "NEXT RUN", "ERRORS", "LAST ERROR")


class Command(BaseCommand):
    help = (
        "List each pass of the scheduler: last run, next run, backlog, errors, duration. Fails if one is late or fails."
    )
    requires_system_checks = ()

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        found = states(datetime.now(UTC))
        rows = [_HEAD, *(_row(state) for state in found)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        wrong = [state.a_pass.name for state in found if state.is_failing or state.is_late]
        if wrong:
            self.stderr.write(f"Late or failing: {', '.join(wrong)}. Is `manage.py run_scheduler` running?")
            raise SystemExit(1)


def _row(state: State) -> tuple[str, ...]:
    row = state.row
    return (
        state.a_pass.name,
        _moment(row.last_run_at),
        f"{row.last_duration_ms} ms" if row.last_run_at else "-",
        str(row.done_in_all),
        "-" if state.backlog is None else str(state.backlog),
        _moment(row.next_run_at),
        str(row.errors_in_all),
        f"{row.last_error} at {_moment(row.last_error_at)}" if row.last_error else "-",
    )


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "never"
