"""`manage.py background`: the passes as lines, and whether all is well as an exit code."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from secrets_app.background.passes import PASSES, ROTATION
from secrets_app.models import BackgroundPass

pytestmark = pytest.mark.django_db


def told() -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("background", stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(str(end.code))
    return out.getvalue(), err.getvalue(), 0


def test_where_no_worker_ever_ran_that_is_said() -> None:
    out, err, code = told()

    assert [line.split()[0] for line in out.splitlines()[1:]] == [each.name for each in (ROTATION, *PASSES)]
    assert (code, "Late or failing: rotation, bulk-changes" in err) == (1, True)


def test_after_a_pass_of_the_scheduler_all_is_well() -> None:
    call_command("run_scheduler", "--once")

    assert told()[1:] == ("", 0)


def test_what_fails_is_named() -> None:
    call_command("run_scheduler", "--once")
    now = datetime.now(UTC)
    BackgroundPass.objects.filter(name="purge").update(
        last_run_at=now,
        last_error="ValueError",
        last_error_at=now,
        errors_in_all=1,
        next_run_at=now + timedelta(days=1),
    )

    out, err, code = told()

    assert (code, "Late or failing: purge." in err, f"ValueError at {now:%Y-%m-%d %H:%M:%S}" in out) == (1, True, True)
