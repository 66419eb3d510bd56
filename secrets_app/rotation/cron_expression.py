"""The cron() half of a rotation schedule: six fields in, "which hours of which days" out. Pure.

    cron(minutes hours day-of-month month day-of-week year)

Secrets Manager's dialect is narrower than other crons: windows open on the hour (minutes are 0), in every year (year
is *), and one of the two day fields is "?". Days of the week count from 1, Sunday.
Source: user guide, "Rotation schedules".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

# Every kind of calendar year (seven first weekdays, leap or not) occurs once in any 28 years without a century.
_ALL_KINDS_OF_YEAR = range(2000, 2028)


class InvalidCron(ValueError):  # noqa: N818  it names the expression, not the error
    """A sentence fragment that names the field and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class CronExpression:
    """When windows open: at these hours (UTC) of every day that matches."""

    hours: tuple[int, ...]
    is_in_hours: bool  # the hour field is an increment, so the schedule counts in hours, not in days
    matches: Callable[[date], bool]
    words: str

    def fires_every_year(self) -> bool:
        return all(any(map(self.matches, _days_of(year))) for year in _ALL_KINDS_OF_YEAR)

    def ever_fires(self) -> bool:
        return any(any(map(self.matches, _days_of(year))) for year in _ALL_KINDS_OF_YEAR)

    def shortest_gap_hours(self) -> int:
        """Hours between two windows that follow each other closest, also over midnight."""
        gaps = [later - earlier for earlier, later in pairwise(self.hours)]
        over_midnight = 24 - self.hours[-1] + self.hours[0]
        if not gaps or (over_midnight < min(gaps) and self._has_neighbouring_days()):
            gaps.append(over_midnight)
        return min(gaps)

    def _has_neighbouring_days(self) -> bool:
        one_day = timedelta(days=1)
        days = (day for year in _ALL_KINDS_OF_YEAR for day in _days_of(year))
        return any(self.matches(day) and self.matches(day + one_day) for day in days)


def parse_cron(fields: str) -> CronExpression:
    """`fields`: what stands between the parentheses of cron(...). Raises InvalidCron."""
    parts = fields.upper().split()
    if len(parts) != 6:
        raise InvalidCron(f"a cron expression has six fields, not {len(parts)}")
    minutes, hours, days_of_month, months, days_of_week, year = parts
    if minutes != "0":
        raise InvalidCron("the minutes field must be 0, because rotation windows open on the hour")
    if year != "*":
        raise InvalidCron("the year field must be *")
    if (days_of_month == "?") == (days_of_week == "?"):
        raise InvalidCron("exactly one of the day-of-month and day-of-week fields must be ?")

    opening_hours = _hours(hours)
    in_months = _months(months)
    on_days, days_words = _days_of_week(days_of_week) if days_of_month == "?" else _days_of_month(days_of_month)
    return CronExpression(
        hours=opening_hours,
        is_in_hours="/" in hours,
        matches=lambda day: day.month in in_months and on_days(day),
        words=f"{_hours_words(opening_hours)} {days_words}{_months_words(in_months, days_words)}",
    )


def _hours(field: str) -> tuple[int, ...]:
    """A single hour or an increment; lists, ranges and * are not part of this field."""
    if field.isdecimal():
        return (_number(field, "hours", 0, 23),)
    increment = re.fullmatch(r"([0-9]*)/([0-9]+)", field)
    if not increment:
        raise InvalidCron(f"the hours field must be a number from 0 to 23 or an increment such as 0/8, not '{field}'")
    start = _number(increment[1] or "0", "hours", 0, 23)
    return tuple(range(start, 24, _number(increment[2], "hours", 1, 23)))


def _months(field: str) -> frozenset[int]:
    if field == "*":
        return frozenset(range(1, 13))
    return frozenset(_listed(field, "month", 1, 12, MONTHS))


def _days_of_month(field: str) -> tuple[Callable[[date], bool], str]:
    """A test for a date, and the same in words."""
    if field == "*":
        return _is_any_day, "every day"
    if field == "L":
        return _is_last_day, "on the last day"
    if field[:-1] in _short(WEEKDAYS) and field.endswith("L"):
        weekday = _short(WEEKDAYS).index(field[:-1]) + 1
        return (lambda day: _weekday(day) == weekday and _is_in_last_week(day)), f"on the last {WEEKDAYS[weekday - 1]}"
    days = frozenset(_listed(field, "day-of-month", 1, 31, ()))
    return (lambda day: day.day in days), f"on the {_spans_words(sorted(days), _nth)}"


def _days_of_week(field: str) -> tuple[Callable[[date], bool], str]:
    """A test for a date, and the same in words."""
    if field == "*":
        return _is_any_day, "every day"
    if field == "L":
        return (lambda day: _weekday(day) == 7), "every Saturday"
    nth = re.fullmatch(r"([0-9A-Z]+)#([1-5])", field)
    if nth:
        weekday, week = _number(nth[1], "day-of-week", 1, 7, WEEKDAYS), int(nth[2])
        words = f"on the {_ORDINALS[week - 1]} {WEEKDAYS[weekday - 1]}"
        return (lambda day: _weekday(day) == weekday and (day.day + 6) // 7 == week), words
    weekdays = frozenset(_listed(field, "day-of-week", 1, 7, WEEKDAYS))
    words = f"every {_spans_words(sorted(weekdays), lambda number: WEEKDAYS[number - 1])}"
    return (lambda day: _weekday(day) in weekdays), words


def _listed(field: str, name: str, low: int, high: int, names: Sequence[str]) -> set[int]:
    """The numbers of a comma separated list of values, ranges a-b and increments start/step."""
    numbers: set[int] = set()
    for item in field.split(","):
        span = re.fullmatch(r"([0-9A-Z]+)-([0-9A-Z]+)", item)
        increment = re.fullmatch(r"([0-9A-Z]+|\*)/([0-9]+)", item)
        if span:
            first, last = (_number(bound, name, low, high, names) for bound in span.groups())
            if first > last:
                raise InvalidCron(f"the {name} field has a range that runs backwards: '{item}'")
            numbers.update(range(first, last + 1))
        elif increment:
            # Only days of the month may count from *; months and weekdays have to say where they start.
            from_first = increment[1] == "*" and name == "day-of-month"
            start = low if from_first else _number(increment[1], name, low, high, names)
            numbers.update(range(start, high + 1, _number(increment[2], name, 1, high)))
        else:
            numbers.add(_number(item, name, low, high, names))
    return numbers


def _number(text: str, name: str, low: int, high: int, names: Sequence[str] = ()) -> int:
    if text in _short(names):
        return _short(names).index(text) + 1
    # Four digits are plenty for any field, and keep int() away from absurdly long input.
    if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
        raise InvalidCron(f"the {name} field must hold values from {low} to {high}, not '{text}'")
    return int(text)


def _short(names: Iterable[str]) -> list[str]:
    return [name[:3].upper() for name in names]


def _weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _is_any_day(_day: date) -> bool:
    return True


def _is_last_day(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _is_in_last_week(day: date) -> bool:
    return (day + timedelta(days=7)).month != day.month


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))


def _hours_words(hours: Iterable[int]) -> str:
    return f"At {_joined(f'{hour:02}:00' for hour in hours)} UTC"


def _months_words(months: frozenset[int], days_words: str) -> str:
    is_counted_in_the_month = days_words.startswith("on the ")
    if len(months) == 12:
        return " of each month" if is_counted_in_the_month else ""
    names = _spans_words(sorted(months), lambda number: MONTHS[number - 1])
    return f" of {names}" if is_counted_in_the_month else f" in {names}"


def _spans_words(numbers: list[int], word: Callable[[int], str]) -> str:
    """1, 2, 3, 9 -> "1 to 3 and 9"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return _joined(
        piece
        for span in spans
        for piece in ([f"{word(span[0])} to {word(span[-1])}"] if len(span) > 2 else [word(number) for number in span])
    )


def _joined(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
