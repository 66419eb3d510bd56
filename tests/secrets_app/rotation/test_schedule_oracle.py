"""Schedules against an oracle that shares nothing with them: it knows one question, "does a window open this minute?",
asked of every minute (or, where that takes too long, of every hour) from the moment on.

Grammar: user guide, "Rotation schedules", whose table gives the day fields no W.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from secrets_app.rotation import schedule
from secrets_app.rotation.schedule import InvalidSchedule

MONTHS = [name.upper() for name in calendar.month_abbr]  # [0] is ""
DAYS = ["", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

# --- the oracle --------------------------------------------------------------------------------------


def opens(fields: list[str], moment: datetime) -> bool:
    minute, hour, day_of_month, month, day_of_week, _year = fields
    return (
        moment.minute == int(minute)
        and moment.second == 0
        and in_hours(hour, moment.hour)
        and in_list(month, moment.month, 12, MONTHS)
        and is_day_of_month(day_of_month, moment.date())
        and is_day_of_week(day_of_week, moment.date())
    )


def in_hours(field: str, hour: int) -> bool:
    start, slash, step = field.partition("/")
    if not slash:
        return hour == int(field)
    first = int(start or 0)
    return hour >= first and (hour - first) % int(step) == 0


def is_day_of_month(field: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if field in ("*", "?"):
        return True
    if field == "L":
        return day.day == last
    if re.fullmatch("[A-Z]{3}L", field):
        return aws_weekday(day) == DAYS.index(field[:3]) and day.day > last - 7
    return in_list(field, day.day, 31, [])


def is_day_of_week(field: str, day: date) -> bool:
    if field in ("*", "?"):
        return True
    if field == "L":
        return day.weekday() == calendar.SATURDAY
    if "#" in field:
        weekday, which = field.split("#")
        earlier = [number for number in range(1, day.day + 1) if day.replace(day=number).weekday() == day.weekday()]
        return aws_weekday(day) == number_of(weekday, DAYS) and len(earlier) == int(which)
    return in_list(field, aws_weekday(day), 7, DAYS)


def aws_weekday(day: date) -> int:
    return {6: 1, 0: 2, 1: 3, 2: 4, 3: 5, 4: 6, 5: 7}[day.weekday()]


def in_list(field: str, value: int, most: int, names: list[str]) -> bool:
    return field == "*" or any(in_item(item, value, most, names) for item in field.split(","))


def in_item(item: str, value: int, most: int, names: list[str]) -> bool:
    if "-" in item:
        low, high = (number_of(part, names) for part in item.split("-"))
        return low <= value <= high
    if "/" in item:
        start, step = item.split("/")
        first = 1 if start == "*" else number_of(start, names)
        return value in list(range(first, most + 1, int(step)))
    return value == number_of(item, names)


def number_of(text: str, names: list[str]) -> int:
    return names.index(text) if text in names else int(text)


def starts(fields: list[str], after: datetime, step: timedelta, horizon: timedelta) -> Iterator[datetime]:
    moment = after.replace(minute=0, second=0, microsecond=0)
    while moment <= after + horizon:
        if moment > after and opens(fields, moment):
            yield moment
        moment += step


PIECES = ["0", "*", "?", "L", "1", "LW", "15W", "SUN#6", "1-", "/", ",", "1,,2"]

# --- expressions -------------------------------------------------------------------------------------


def numbers(low: int, high: int, names: list[str]) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    return number.map(lambda value: names[value] if names and value % 2 else str(value))


def items(low: int, high: int, names: list[str], *, star: bool = False) -> st.SearchStrategy[str]:
    single = numbers(low, high, names)
    span = st.tuples(st.integers(low, high), st.integers(low, high)).map(
        lambda pair: "-".join(names[value] if names else str(value) for value in sorted(pair))
    )
    first = st.one_of(single, st.just("*")) if star else single
    increment = st.tuples(first, st.integers(1, high)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    return st.lists(st.one_of(single, span, increment), min_size=1, max_size=3).map(",".join)


hours = st.one_of(
    st.integers(0, 23).map(str),
    st.tuples(st.one_of(st.just(""), st.integers(0, 23).map(str)), st.integers(4, 23)).map(
        lambda pair: f"{pair[0]}/{pair[1]}"
    ),
)
days_of_month = st.one_of(
    st.just("*"), st.just("L"), st.sampled_from(DAYS[1:]).map(lambda name: f"{name}L"), items(1, 31, [], star=True)
)
days_of_week = st.one_of(
    st.just("*"),
    st.just("L"),
    items(1, 7, DAYS),
    st.tuples(numbers(1, 7, DAYS), st.integers(1, 5)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
)
days = st.one_of(days_of_month.map(lambda field: (field, "?")), days_of_week.map(lambda field: ("?", field)))
months = st.one_of(st.just("*"), items(1, 12, MONTHS))
moments = st.timedeltas(timedelta(0), timedelta(days=365 * 5 + 31)).map(
    lambda since: datetime(2023, 12, 1, tzinfo=UTC) + since
)


@st.composite
def crons(draw: st.DrawFn) -> list[str]:
    day_of_month, day_of_week = draw(days)
    return ["0", draw(hours), day_of_month, draw(months), day_of_week, "*"]


def parsed(fields: list[str], duration: str | None = None) -> schedule.Schedule | None:
    """None for what is refused: dates that don't come every year, windows too close."""
    try:
        return schedule.parse(expression=f"cron({' '.join(fields)})", duration=duration)
    except InvalidSchedule:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(crons(), moments)
@example(["0", "0", "29", "2,3", "?", "*"], datetime(2027, 3, 29, 0, 0, tzinfo=UTC))
@example(["0", "23", "L", "2", "?", "*"], datetime(2028, 2, 28, 23, 0, tzinfo=UTC))
@example(["0", "8/8", "*/30", "*", "?", "*"], datetime(2026, 1, 31, 16, 0, tzinfo=UTC))
@example(["0", "0", "?", "*", "SUN#5", "*"], datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
@example(["0", "0", "?", "12", "7#5", "*"], datetime(2026, 12, 1, tzinfo=UTC))
def test_cron_windows_open_when_an_oracle_says_so(fields: list[str], after: datetime) -> None:
    found = parsed(fields)
    if found is None:
        return
    expected = list(islice(starts(fields, after, timedelta(hours=1), timedelta(days=800)), 2))

    assert [window.start for window in found.next_windows(after, None, len(expected))] == expected
    assert expected, "a schedule that is taken opens its windows"


@settings(max_examples=15, deadline=None)
@given(crons(), moments)
def test_no_other_minute_of_the_next_days_opens_one(fields: list[str], after: datetime) -> None:
    found = parsed(fields)
    if found is None:
        return
    horizon = timedelta(days=8)
    expected = list(starts(fields, after, timedelta(minutes=1), horizon))

    given_ones = [window.start for window in found.next_windows(after, None, len(expected) + 1)]
    assert given_ones[: len(expected)] == expected
    assert given_ones[-1] > after + horizon - timedelta(hours=1) or given_ones[-1] not in expected


@settings(max_examples=150, deadline=None)
@given(crons(), st.integers(1, 24), moments)
def test_a_window_that_is_taken_ends_in_its_day_and_before_the_next(
    fields: list[str], duration: int, after: datetime
) -> None:
    found = parsed(fields, f"{duration}h")
    if found is None:
        return
    first, second = found.next_windows(after, None, 2)

    assert first.end - first.start == timedelta(hours=duration, seconds=-1)
    assert first.end.date() == first.start.date()
    assert first.end < second.start
    assert second.start - first.start >= timedelta(hours=4)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.integers(4, 2000).map(lambda n: (n, "hours")), st.integers(1, 999).map(lambda n: (n, "days"))),
    moments,
    st.timedeltas(timedelta(0), timedelta(days=1500)),
)
def test_rate_windows_open_when_counting_from_the_bases_midnight_does(
    rate: tuple[int, str], base: datetime, later: timedelta
) -> None:
    number, unit = rate
    after = base + later
    found = schedule.parse(expression=f"rate({number} {unit})")

    opening = base.replace(hour=0, minute=0, second=0, microsecond=0)
    while opening <= base or opening <= after:
        opening += timedelta(**{unit: number})

    window = found.next_window(after, base)
    assert window.start == opening
    assert window.end - window.start == timedelta(
        days=1 if unit == "days" else 0, hours=0 if unit == "days" else 1, seconds=-1
    )


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(alphabet="0123456789ABCDEFLMNSUW()#?*-/, ratecronhouday", max_size=40),
        st.lists(
            st.sampled_from(PIECES),
            min_size=5,
            max_size=7,
        ).map(lambda fields: f"cron({' '.join(fields)})"),
        st.integers(-5, 10**30).map(lambda n: f"rate({n} days)"),
    ),
    st.one_of(st.none(), st.text(alphabet="0123456789h", max_size=3)),
)
def test_whatever_is_typed_is_taken_or_refused_with_field_and_reason(expression: str, duration: str | None) -> None:
    refused = refusal_of(expression, duration)
    if refused is not None:
        assert refused.field in ("ScheduleExpression", "Duration")
        assert refused.message.startswith(f"The rotation rule {refused.field} isn't valid: ")
        return
    found = schedule.parse(expression=expression, duration=duration)
    assert len(found.next_windows(datetime(2026, 2, 27, tzinfo=UTC), None, 5)) == 5
    assert found.in_words()


def refusal_of(expression: str, duration: str | None) -> InvalidSchedule | None:
    try:
        schedule.parse(expression=expression, duration=duration)
    except InvalidSchedule as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    "fields",
    [
        *("0 8 W * ? *", "0 8 15W * ? *", "0 8 LW * ? *", "0 8 L-3 * ? *", "0 8 L,1 * ? *", "0 8 ? * 5L *"),
        *("0 8 ? * FRIW *", "0 8 ? * 2#6 *", "0 8 ? * 2#0 *", "0 8 ? * #1 *", "0 8 ? * */2 *", "0 8 1 */2 ? *"),
        *("0 * * * ? *", "0 8-10 * * ? *", "0 8, * * ? *", "0 0/0 * * ? *", "0 0/24 * * ? *", "0 -1 * * ? *"),
        *("0 8 0 * ? *", "0 8 32 * ? *", "0 8 1/0 * ? *", "0 8 5-1 * ? *", "0 8 1 DECEMBER ? *", "0 8 1 0 ? *"),
        *("0 8 ? * ? *", "0 8 * * * *", "0 8 1 * 1 *", "5 8 * * ? *", "00 8 * * ? *", "0 8 * * ? 2026"),
        *("0 8 31 4,6,9,11 ? *", "0 8 29 FEB ? *", "0 8 ? 2 SUN#5 *", "0  * ? *", "", "0 8 * * ? * *"),
    ],
)
def test_what_the_documented_grammar_does_not_have_is_refused(fields: str) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(expression=f"cron({fields})")

    assert refusal.value.field == "ScheduleExpression"
