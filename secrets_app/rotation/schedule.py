"""When a secret rotates: rate() and cron() schedules and their windows. Pure: no clock, no database.

A window is the time in which a rotation may start. It opens on the hour, in UTC, and its last second is what
DescribeSecret shows as NextRotationDate.
Source: user guide, "Rotation schedules"; API reference, RotationRulesType. Where both are silent (marked "choice" in
the test vectors): rate(hours) counts from midnight of its base, and a missed window is skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from secrets_app.rotation.cron_expression import CronExpression, InvalidCron, parse_cron

_SHORTEST_PERIOD_HOURS = 4
_LONGEST_PERIOD_DAYS = 999
_LONGEST_AUTOMATICALLY_AFTER_DAYS = 1000
_ONE_DAY = timedelta(days=1)


class InvalidSchedule(ValueError):  # noqa: N818  it names the schedule, not the error
    """field: the wire name of the RotationRules member at fault. message: a sentence for whoever wrote it."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.message = f"The rotation rule {field} isn't valid: {reason}."
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Window:
    start: datetime
    end: datetime  # its last second


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often windows open, and how long they stay open."""

    rhythm: timedelta | CronExpression
    window_length: timedelta
    words: str

    def next_window(self, after: datetime, base: datetime | None) -> Window:
        """The first window that starts strictly after `after`.

        base: the latest of last rotation, last manual value change and enabling time; rate() counts from it.
        """
        if isinstance(self.rhythm, CronExpression):
            start = _next_cron_start(self.rhythm, after.astimezone(UTC))
        else:
            start = _next_periodic_start(self.rhythm, after, base or after)
        return Window(start, start + self.window_length - timedelta(seconds=1))

    def next_windows(self, after: datetime, base: datetime | None, count: int) -> list[Window]:
        windows: list[Window] = []
        base = base or after
        for _ in range(count):
            windows.append(self.next_window(windows[-1].start if windows else after, base))
        return windows

    def open_window(self, now: datetime, base: datetime | None) -> Window | None:
        """The window that `now` lies in, if one is open."""
        # Whatever opened at or before now and has not closed must have opened within one window's length.
        window = self.next_window(now - self.window_length, base or now)
        return window if window.start <= now else None

    def days_between_windows(self, after: datetime, base: datetime | None) -> int:
        """Days between the next two windows, at least 1: a schedule expression's AutomaticallyAfterDays."""
        first, second = self.next_windows(after, base, 2)
        return max(1, (second.start - first.start).days)

    def in_words(self) -> str:
        """ "Every 10 days", "At 16:00 UTC on the 1st and 15th of each month"."""
        return self.words


# The console shows schedules of the same few secrets again and again; a schedule never changes once parsed.
@lru_cache(maxsize=1024)
def parse(
    *, expression: str | None = None, automatically_after_days: int | None = None, duration: str | None = None
) -> Schedule:
    """The schedule that RotationRules describe; raises InvalidSchedule."""
    if expression is not None and automatically_after_days is not None:
        raise InvalidSchedule("ScheduleExpression", "give either a schedule expression or AutomaticallyAfterDays")
    hours = None if duration is None else _duration_hours(duration)
    if automatically_after_days is not None:
        if not 1 <= automatically_after_days <= _LONGEST_AUTOMATICALLY_AFTER_DAYS:
            raise InvalidSchedule("AutomaticallyAfterDays", "it must be between 1 and 1000 days")
        return _every_days(automatically_after_days, hours)
    if expression is None:
        raise InvalidSchedule("ScheduleExpression", "there is neither a schedule expression nor AutomaticallyAfterDays")

    rate = re.fullmatch(r"rate\(([0-9]+) (hour|hours|day|days)\)", expression)
    if rate:
        return _rate(rate[1], rate[2], hours)
    cron = re.fullmatch(r"cron\((.*)\)", expression)
    if cron:
        return _cron(cron[1], hours)
    raise InvalidSchedule("ScheduleExpression", "it must be rate(value unit), in hours or days, or cron(six fields)")


def _rate(number: str, unit: str, duration_hours: int | None) -> Schedule:
    # Six digits are more hours than the longest period has; int() of a very long number would be slow.
    value = int(number) if len(number.lstrip("0")) <= 6 else 10**6
    if value == 0:
        raise InvalidSchedule("ScheduleExpression", "the rate must be a positive number")
    period = timedelta(hours=value) if unit.startswith("hour") else timedelta(days=value)
    if period < timedelta(hours=_SHORTEST_PERIOD_HOURS):
        raise InvalidSchedule("ScheduleExpression", "a secret can't rotate more often than every four hours")
    if period > timedelta(days=_LONGEST_PERIOD_DAYS):
        raise InvalidSchedule("ScheduleExpression", "a secret must rotate at least every 999 days")
    if unit.startswith("day"):
        return _every_days(value, duration_hours)
    window_hours = duration_hours or 1
    if window_hours > value:
        raise InvalidSchedule("Duration", f"a window of {window_hours} hours would run into the next window")
    return Schedule(period, timedelta(hours=window_hours), _every(value, "hour"))


def _every_days(days: int, duration_hours: int | None) -> Schedule:
    """Windows open at midnight and, if nothing else is said, stay open for the whole UTC day."""
    return Schedule(timedelta(days=days), timedelta(hours=duration_hours or 24), _every(days, "day"))


def _cron(fields: str, duration_hours: int | None) -> Schedule:
    try:
        cron = parse_cron(fields)
    except InvalidCron as refusal:
        raise InvalidSchedule("ScheduleExpression", str(refusal)) from None
    if not cron.ever_fires():
        raise InvalidSchedule("ScheduleExpression", "it names no date that exists")
    if not cron.fires_every_year():
        raise InvalidSchedule("ScheduleExpression", "rotations would be more than a year apart")
    if cron.shortest_gap_hours() < _SHORTEST_PERIOD_HOURS:
        raise InvalidSchedule("ScheduleExpression", "windows must open at least four hours apart")

    default_hours = 1 if cron.is_in_hours else 24 - cron.hours[-1]
    window_hours = duration_hours or default_hours
    if cron.hours[-1] + window_hours > 24:
        raise InvalidSchedule("Duration", f"a window of {window_hours} hours would run into the next UTC day")
    if window_hours > cron.shortest_gap_hours():
        raise InvalidSchedule("Duration", f"a window of {window_hours} hours would run into the next window")
    return Schedule(cron, timedelta(hours=window_hours), cron.words)


def _duration_hours(duration: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}h", duration):
        raise InvalidSchedule("Duration", "it must be a whole number of hours such as 3h")
    hours = int(duration[:-1])
    if not 1 <= hours <= 24:
        raise InvalidSchedule("Duration", "it must be between 1h and 24h")
    return hours


def _next_cron_start(cron: CronExpression, after: datetime) -> datetime:
    day: date = after.date()
    while True:
        if cron.matches(day):
            for hour in cron.hours:
                start = datetime.combine(day, time(hour), tzinfo=UTC)
                if start > after:
                    return start
        day += _ONE_DAY


def _next_periodic_start(period: timedelta, after: datetime, base: datetime) -> datetime:
    """The first whole number of periods from the base's midnight that is later than both."""
    midnight = datetime.combine(base.astimezone(UTC).date(), time(), tzinfo=UTC)
    periods = (max(after, base) - midnight) // period + 1
    return midnight + periods * period


def _every(number: int, unit: str) -> str:
    return f"Every {unit}" if number == 1 else f"Every {number} {unit}s"
