"""From a secret's rotation configuration to its next window. Arithmetic: rotation.md 1.5 and 3.2."""

import hashlib
from datetime import datetime, timedelta

from secrets_app.models import RotationConfiguration
from secrets_app.rotation import schedule
from secrets_app.rotation.schedule import Schedule

_LARGEST_DELAY = 0.1  # of the window's length


def schedule_of(configuration: RotationConfiguration) -> Schedule | None:
    """None where a secret is rotated only by hand."""
    if configuration.schedule_expression:
        return schedule.parse(expression=configuration.schedule_expression, duration=configuration.duration or None)
    if configuration.automatically_after_days:
        return schedule.parse(
            automatically_after_days=configuration.automatically_after_days, duration=configuration.duration or None
        )
    return None


def base_of(configuration: RotationConfiguration) -> datetime:
    """What rate() counts from: a value written by hand counts as a rotation."""
    moments = (configuration.enabled_at, configuration.last_rotated_at, configuration.value_changed_at)
    return max(moment for moment in moments if moment is not None)


def plan_next(configuration: RotationConfiguration, after: datetime) -> None:
    """Store the first window that opens after `after`, and none for a secret that isn't rotated by itself."""
    rhythm = schedule_of(configuration) if configuration.enabled else None
    window = rhythm.next_window(after, base_of(configuration)) if rhythm else None
    configuration.next_window_start = window.start if window else None
    configuration.next_window_end = window.end if window else None
    configuration.save(update_fields=["next_window_start", "next_window_end"])


def plan_after_missed(configuration: RotationConfiguration, now: datetime) -> None:
    """A window went by unnoticed: the one open now, else the next. Several missed ones never become several runs."""
    rhythm = schedule_of(configuration)
    window = rhythm.open_window(now, base_of(configuration)) if rhythm else None
    if window is None:
        plan_next(configuration, now)
        return
    configuration.next_window_start, configuration.next_window_end = window.start, window.end
    configuration.save(update_fields=["next_window_start", "next_window_end"])


def delay_in_window(secret_arn: str, start: datetime, end: datetime) -> timedelta:
    """How long after the window's opening this secret rotates: always the same for one secret, spread over a tenth."""
    fraction = int.from_bytes(hashlib.sha256(secret_arn.encode()).digest()[:8]) / 2**64
    return (end - start) * _LARGEST_DELAY * fraction
