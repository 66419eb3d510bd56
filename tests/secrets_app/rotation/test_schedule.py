"""Rotation schedules: the vectors of the rotation study, and what they leave open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from secrets_app.rotation import schedule
from secrets_app.rotation.schedule import InvalidSchedule, Window


@dataclass(frozen=True)
class Vector:
    id: str
    expression: str
    duration: str | None
    after: datetime | None
    last_rotation: datetime | None
    windows: list[Window]


def _vectors(*, valid: bool) -> list[Vector]:
    content = json.loads(Path(__file__).with_name("schedule_vectors.json").read_text())
    return [
        Vector(
            id=row["id"],
            expression=row["expression"],
            duration=row["duration"],
            after=_instant(row.get("from")),
            last_rotation=_instant(row.get("last_rotation")),
            windows=[
                Window(utc(start), utc(end))
                for start, end in zip(row.get("next_window_starts", []), row.get("next_window_ends", []), strict=True)
            ],
        )
        for row in content["vectors"]
        if row["valid"] is valid
    ]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC)


def _instant(text: str | None) -> datetime | None:
    return utc(text) if text else None


@pytest.mark.parametrize("vector", _vectors(valid=True), ids=lambda vector: vector.id)
def test_valid_vector_opens_its_windows(vector: Vector) -> None:
    parsed = schedule.parse(expression=vector.expression, duration=vector.duration)

    assert vector.after is not None
    assert len(vector.windows) == 3
    assert parsed.next_windows(vector.after, vector.last_rotation, 3) == vector.windows


@pytest.mark.parametrize("vector", _vectors(valid=True), ids=lambda vector: vector.id)
def test_a_window_is_open_from_its_first_second_to_its_last(vector: Vector) -> None:
    parsed = schedule.parse(expression=vector.expression, duration=vector.duration)
    window = vector.windows[1]
    base = vector.last_rotation or vector.after

    assert parsed.open_window(window.start, base) == window
    assert parsed.open_window(window.end + timedelta(milliseconds=999), base) == window
    assert parsed.open_window(window.start - timedelta(seconds=1), base) != window
    assert parsed.open_window(window.end + timedelta(seconds=1), base) != window


@pytest.mark.parametrize("vector", _vectors(valid=False), ids=lambda vector: vector.id)
def test_invalid_vector_is_refused_with_the_field_and_a_sentence(vector: Vector) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(expression=vector.expression, duration=vector.duration)

    expected_field = "Duration" if vector.id.startswith("bad-duration") else "ScheduleExpression"
    assert refusal.value.field == expected_field
    assert refusal.value.message.startswith(f"The rotation rule {expected_field} isn't valid: ")
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "it must be rate(value unit), in hours or days, or cron(six fields)"),
        ("rate(10 days) ", "it must be rate(value unit), in hours or days, or cron(six fields)"),
        ("rate(10 days)\n", "it must be rate(value unit), in hours or days, or cron(six fields)"),
        ("rate(-4 hours)", "it must be rate(value unit), in hours or days, or cron(six fields)"),
        ("rate(23977 hours)", "a secret must rotate at least every 999 days"),
        (f"rate({'9' * 240} days)", "a secret must rotate at least every 999 days"),
        ("rate(3 hours)", "a secret can't rotate more often than every four hours"),
        ("cron()", "a cron expression has six fields, not 0"),
        ("cron(0 8 * * ? * *)", "a cron expression has six fields, not 7"),
        ("cron(30 8 * * ? *)", "the minutes field must be 0, because rotation windows open on the hour"),
        ("cron(0 8 * * * *)", "exactly one of the day-of-month and day-of-week fields must be ?"),
        ("cron(0 8 ? * ? *)", "exactly one of the day-of-month and day-of-week fields must be ?"),
        (
            "cron(0 * * * ? *)",
            "the hours field must be a number from 0 to 23 or an increment such as 0/8, not '*'",
        ),
        (
            "cron(0 8-20 * * ? *)",
            "the hours field must be a number from 0 to 23 or an increment such as 0/8, not '8-20'",
        ),
        ("cron(0 0/0 * * ? *)", "the hours field must hold values from 1 to 23, not '0'"),
        ("cron(0 24/4 * * ? *)", "the hours field must hold values from 0 to 23, not '24'"),
        ("cron(0 1/22 * * ? *)", "windows must open at least four hours apart"),
        ("cron(0 8 0 * ? *)", "the day-of-month field must hold values from 1 to 31, not '0'"),
        ("cron(0 8 32 * ? *)", "the day-of-month field must hold values from 1 to 31, not '32'"),
        ("cron(0 8 1,,2 * ? *)", "the day-of-month field must hold values from 1 to 31, not ''"),
        ("cron(0 8 1,L * ? *)", "the day-of-month field must hold values from 1 to 31, not 'L'"),
        ("cron(0 8 15W * ? *)", "the day-of-month field must hold values from 1 to 31, not '15W'"),
        ("cron(0 8 9-3 * ? *)", "the day-of-month field has a range that runs backwards: '9-3'"),
        ("cron(0 8 1/0 * ? *)", "the day-of-month field must hold values from 1 to 31, not '0'"),
        ("cron(0 8 SUN * ? *)", "the day-of-month field must hold values from 1 to 31, not 'SUN'"),
        ("cron(0 8 1 ? ? *)", "the month field must hold values from 1 to 12, not '?'"),
        ("cron(0 8 1 JANUARY ? *)", "the month field must hold values from 1 to 12, not 'JANUARY'"),
        ("cron(0 8 ? * SUN#6 *)", "the day-of-week field must hold values from 1 to 7, not 'SUN#6'"),
        ("cron(0 8 ? * 8#1 *)", "the day-of-week field must hold values from 1 to 7, not '8'"),
        ("cron(0 8 ? * FRI-MON *)", "the day-of-week field has a range that runs backwards: 'FRI-MON'"),
        ("cron(0 8 ? * FRIL *)", "the day-of-week field must hold values from 1 to 7, not 'FRIL'"),
        ("cron(0 8 31 APR,JUN ? *)", "it names no date that exists"),
        ("cron(0 8 ? FEB MON#5 *)", "rotations would be more than a year apart"),
    ],
)
def test_malformed_expression_says_why(expression: str, reason: str) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(expression=expression)

    assert refusal.value.field == "ScheduleExpression"
    assert refusal.value.message == f"The rotation rule ScheduleExpression isn't valid: {reason}."


@pytest.mark.parametrize(
    ("expression", "duration", "reason"),
    [
        ("cron(0 20 * * ? *)", "5h", "a window of 5 hours would run into the next UTC day"),
        ("cron(0 0/6 1 * ? *)", "7h", "a window of 7 hours would run into the next UTC day"),
        ("cron(0 0/8 * * ? *)", "9h", "a window of 9 hours would run into the next UTC day"),
        ("cron(0 1/5 * * ? *)", "4h", "a window of 4 hours would run into the next UTC day"),
        ("rate(5 hours)", "6h", "a window of 6 hours would run into the next window"),
        ("rate(10 days)", "0h", "it must be between 1h and 24h"),
        ("rate(10 days)", "h", "it must be a whole number of hours such as 3h"),
        ("rate(10 days)", "3h\n", "it must be a whole number of hours such as 3h"),
        ("rate(10 days)", "003h", "it must be a whole number of hours such as 3h"),
    ],
)
def test_duration_that_does_not_fit_says_why(expression: str, duration: str, reason: str) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(expression=expression, duration=duration)

    assert refusal.value.field == "Duration"
    assert refusal.value.message == f"The rotation rule Duration isn't valid: {reason}."


@pytest.mark.parametrize("days", [0, -1, 1001])
def test_automatically_after_days_is_1_to_1000(days: int) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(automatically_after_days=days)

    assert refusal.value.field == "AutomaticallyAfterDays"


def test_days_and_an_expression_exclude_each_other() -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(expression="rate(10 days)", automatically_after_days=10)

    assert refusal.value.field == "ScheduleExpression"


def test_a_duration_alone_is_no_schedule() -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        schedule.parse(duration="3h")

    assert refusal.value.field == "ScheduleExpression"


def test_automatically_after_days_counts_from_the_later_value_change() -> None:
    """Observed with DescribeSecret: rotated on 2 February, value written by hand on the 3rd, 30 days, next 5 March."""
    window = schedule.parse(automatically_after_days=30).next_window(
        utc("2026-02-10T00:00:00Z"), utc("2026-02-03T17:34:00Z")
    )

    assert window == Window(utc("2026-03-05T00:00:00Z"), utc("2026-03-05T23:59:59Z"))


def test_a_thousand_days_are_allowed_for_automatically_after_days_only() -> None:
    window = schedule.parse(automatically_after_days=1000).next_window(
        utc("2026-01-01T00:00:00Z"), utc("2026-01-01T00:00:00Z")
    )

    assert window.start == utc("2028-09-27T00:00:00Z")


@pytest.mark.parametrize(
    ("expression", "after", "start"),
    [
        ("cron(0 8 29 * ? *)", "2026-01-30T00:00:00Z", "2026-03-29T08:00:00Z"),
        ("cron(0 8 29 * ? *)", "2028-01-30T00:00:00Z", "2028-02-29T08:00:00Z"),
        ("cron(0 8 L 2 ? *)", "2027-03-01T00:00:00Z", "2028-02-29T08:00:00Z"),
        ("cron(0 8 L * ? *)", "2026-12-31T08:00:00Z", "2027-01-31T08:00:00Z"),
        ("cron(0 8 */10 * ? *)", "2026-03-22T00:00:00Z", "2026-03-31T08:00:00Z"),
        ("cron(0 8 5/10 * ? *)", "2026-03-16T00:00:00Z", "2026-03-25T08:00:00Z"),
        ("cron(0 8 1-3,20 * ? *)", "2026-03-03T08:00:00Z", "2026-03-20T08:00:00Z"),
        ("cron(0 8 WEDL * ? *)", "2026-03-10T00:00:00Z", "2026-03-25T08:00:00Z"),
        ("cron(0 8 ? * L *)", "2026-03-10T00:00:00Z", "2026-03-14T08:00:00Z"),
        ("cron(0 8 ? * 2#5 *)", "2026-03-31T00:00:00Z", "2026-06-29T08:00:00Z"),
        ("cron(0 8 ? * 2/2 *)", "2026-03-10T00:00:00Z", "2026-03-11T08:00:00Z"),
        ("cron(0 8 ? DEC SUN#1 *)", "2026-12-07T00:00:00Z", "2027-12-05T08:00:00Z"),
        ("cron(0 8 1 OCT-DEC,2 ? *)", "2026-12-02T00:00:00Z", "2027-02-01T08:00:00Z"),
        ("cron(0 0/7 1 * ? *)", "2026-03-01T14:00:00Z", "2026-03-01T21:00:00Z"),
        ("rate(24 hours)", "2026-03-10T09:30:00Z", "2026-03-11T00:00:00Z"),
        ("rate(36 hours)", "2026-03-10T09:30:00Z", "2026-03-11T12:00:00Z"),
        ("rate(1 day)", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_next_window_at_the_edges_of_the_calendar(expression: str, after: str, start: str) -> None:
    assert schedule.parse(expression=expression).next_window(utc(after), None).start == utc(start)


def test_default_window_of_a_daily_cron_ends_with_the_day_and_of_an_hourly_one_after_an_hour() -> None:
    daily = schedule.parse(expression="cron(0 22 * * ? *)").next_window(utc("2026-03-10T09:30:00Z"), None)
    hourly = schedule.parse(expression="cron(0 22/23 * * ? *)").next_window(utc("2026-03-10T09:30:00Z"), None)

    assert daily.end == utc("2026-03-10T23:59:59Z")
    assert hourly.end == utc("2026-03-10T22:59:59Z")


def test_instants_in_another_zone_mean_the_same() -> None:
    in_delhi = utc("2026-03-10T20:30:00Z").astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert schedule.parse(expression="rate(1 day)").next_window(in_delhi, in_delhi).start == utc("2026-03-11T00:00:00Z")
    assert schedule.parse(expression="cron(0 21 * * ? *)").next_window(in_delhi, None).start == utc(
        "2026-03-10T21:00:00Z"
    )


def test_a_window_over_midnight_stays_open_on_the_next_day() -> None:
    hourly = schedule.parse(expression="rate(5 hours)", duration="5h")
    base = utc("2026-03-10T08:00:00Z")

    window = hourly.open_window(utc("2026-03-11T00:30:00Z"), base)

    assert window == Window(utc("2026-03-10T20:00:00Z"), utc("2026-03-11T00:59:59Z"))


def test_no_periodic_window_is_open_before_the_base() -> None:
    every_day = schedule.parse(expression="rate(1 day)")

    assert every_day.open_window(utc("2026-03-10T12:00:00Z"), utc("2026-03-10T11:00:00Z")) is None
    assert every_day.open_window(utc("2026-03-10T12:00:00Z"), None) is None


@pytest.mark.parametrize(
    ("expression", "days"),
    [("cron(0 16 1,15 * ? *)", 17), ("rate(10 days)", 10), ("rate(4 hours)", 1), ("cron(0 /8 * * ? *)", 1)],
)
def test_days_between_windows_is_at_least_one(expression: str, days: int) -> None:
    after = utc("2026-03-10T09:30:00Z")

    assert schedule.parse(expression=expression).days_between_windows(after, after) == days


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rate(10 days)", "Every 10 days"),
        ("rate(1 day)", "Every day"),
        ("rate(48 hours)", "Every 48 hours"),
        ("cron(0 16 1,15 * ? *)", "At 16:00 UTC on the 1st and 15th of each month"),
        ("cron(0 /8 * * ? *)", "At 00:00, 08:00 and 16:00 UTC every day"),
        ("cron(0 8 ? * mon-fri *)", "At 08:00 UTC every Monday to Friday"),
        ("cron(0 8 ? JAN,7 1,4 *)", "At 08:00 UTC every Sunday and Wednesday in January and July"),
        ("cron(0 1 ? 1/3 SUN#1 *)", "At 01:00 UTC on the first Sunday of January, April, July and October"),
        ("cron(0 17 L * ? *)", "At 17:00 UTC on the last day of each month"),
        ("cron(0 6 SUNL * ? *)", "At 06:00 UTC on the last Sunday of each month"),
        ("cron(0 6 11-13,22,23 * ? *)", "At 06:00 UTC on the 11th to 13th, 22nd and 23rd of each month"),
        ("cron(0 6 ? * L *)", "At 06:00 UTC every Saturday"),
    ],
)
def test_in_words(expression: str, words: str) -> None:
    assert schedule.parse(expression=expression).in_words() == words
