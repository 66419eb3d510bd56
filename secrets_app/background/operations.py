"""ListBackgroundPasses, of this server's own service: how what happens by itself is going."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from secrets_app.call import Call
from secrets_app.models import BackgroundPass
from secrets_app.operations._operation import operation
from secrets_app.service_model import OWN

from .passes import MOST_COUNTED, PASSES, ROTATION, Pass

_LATE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class State:
    """One pass: what it is, how it went last, and what waits for it (None: nothing to count)."""

    a_pass: Pass
    row: BackgroundPass
    backlog: int | None
    is_failing: bool
    is_late: bool

    @property
    def is_backlog_counted(self) -> bool:
        return self.backlog is None or self.backlog <= MOST_COUNTED


@operation("ListBackgroundPasses", changes=False, service_name=OWN)
def list_background_passes(call: Call, /) -> list[State]:
    """Of the whole installation, whoever's the work is: for whom it is allowed as an action of its own."""
    call.authorize()
    return states(call.now)


def states(now: datetime) -> list[State]:
    rows = {row.name: row for row in BackgroundPass.objects.all()}
    return [_state(each, rows.get(each.name) or BackgroundPass(name=each.name), now) for each in (ROTATION, *PASSES)]


def _state(a_pass: Pass, row: BackgroundPass, now: datetime) -> State:
    """Late: no worker has run it although it was its turn a minute ago, or none ever has."""
    is_late = row.next_run_at is None or now > row.next_run_at + _LATE_AFTER
    failing = row.last_error_at is not None and row.last_error_at == row.last_run_at
    return State(a_pass, row, a_pass.backlog(now), is_failing=failing, is_late=is_late)
