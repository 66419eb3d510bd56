"""Background page: every pass with its state, for whom it is allowed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.test import Client

from secrets_app.background.passes import PASSES
from secrets_app.models import BackgroundPass
from tests.factories import Person

pytestmark = pytest.mark.django_db


def states(page: Client) -> dict[str, str]:
    found = page.get("/background/").context["passes"]
    return {item["state"].a_pass.name: item["text"] for item in found}


def test_without_a_worker_the_page_says_that_nothing_was_ever_run(signed_in: Client) -> None:
    assert set(states(signed_in).values()) == {"Never run"}
    assert "manage.py run_scheduler" in signed_in.get("/background/").content.decode()


def test_after_a_pass_of_the_scheduler_everything_works(signed_in: Client) -> None:
    call_command("run_scheduler", "--once")

    assert set(states(signed_in).values()) == {"Working"}
    shown = signed_in.get("/background/").content.decode()
    assert all(each.title in shown for each in PASSES)
    assert "Some work waits for a worker" not in shown


def test_what_fails_is_shown_with_the_kind_of_error(signed_in: Client) -> None:
    call_command("run_scheduler", "--once")
    now = datetime.now(UTC)
    BackgroundPass.objects.filter(name="purge").update(last_run_at=now, last_error="ValueError", last_error_at=now)

    assert states(signed_in)["purge"] == "Failing"
    assert "ValueError" in signed_in.get("/background/").content.decode()


def test_it_is_for_whom_that_is_allowed(sign_in: Callable[[Person], Client], bob: Person) -> None:
    page = sign_in(bob).get("/background/")

    assert page.context["passes"] == []
    assert "secretsconsole:ListBackgroundPasses" in page.content.decode()
