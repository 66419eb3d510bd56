"""Whose turn a pass is, and what is written down of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from secrets_app.background import runner
from secrets_app.background.passes import Pass
from secrets_app.models import BackgroundPass
from secrets_app.rotation.engine import Worker
from tests import factories
from tests.secrets_app.rotation.fakes import Clock

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(factories.NOW)


@pytest.fixture
def worker(clock: Clock) -> Worker:
    return Worker(owner="worker-1", clock=clock)


def make_pass(run: Callable[[Worker], int], *, alone: bool = True, every: timedelta = MINUTE) -> Pass:
    return Pass("work", "Work", "Does what is due.", every, run, None, alone=alone)


def noted() -> BackgroundPass:
    return BackgroundPass.objects.get(name="work")


def test_a_pass_is_run_when_it_is_its_turn_and_written_down(worker: Worker, clock: Clock) -> None:
    turns, work = runner.Turns(), make_pass(lambda _worker: 3)

    assert [turns.run_if_due(work, worker), turns.run_if_due(work, worker)] == [3, 0]
    clock.advance(seconds=60)
    assert turns.run_if_due(work, worker) == 3

    row = noted()
    assert (row.last_done, row.done_in_all, row.errors_in_all) == (3, 6, 0)
    assert (row.last_run_at, row.next_run_at) == (clock.now, clock.now + MINUTE)
    assert (row.lease_owner, row.lease_until) == ("", None)


def test_of_two_workers_one_takes_the_turn(worker: Worker, clock: Clock) -> None:
    other, done = replace(worker, owner="worker-2"), []
    ours, theirs = runner.Turns(), runner.Turns()

    def work(who: Worker) -> int:
        done.append(who.owner)
        theirs.run_if_due(a_pass, other)  # while ours is under way
        return 1

    a_pass = make_pass(work)
    ours.run_if_due(a_pass, worker)
    theirs.run_if_due(a_pass, other)

    assert done == ["worker-1"]


def test_the_turn_of_a_killed_worker_is_anothers_when_its_lease_ends(worker: Worker, clock: Clock) -> None:
    BackgroundPass.objects.create(
        name="work", lease_owner="killed", lease_until=clock.now + timedelta(minutes=5), next_run_at=clock.now
    )
    turns, work = runner.Turns(), make_pass(lambda _worker: 1)

    assert turns.run_if_due(work, worker) == 0
    clock.advance(minutes=5)
    assert turns.run_if_due(work, worker) == 1


def test_a_pass_whose_rows_have_leases_is_run_by_every_worker(worker: Worker) -> None:
    work = make_pass(lambda _worker: 1, alone=False)

    assert [runner.Turns().run_if_due(work, each) for each in (worker, replace(worker, owner="worker-2"))] == [1, 1]
    assert noted().done_in_all == 2


def test_an_error_is_told_by_its_kind_alone_and_the_next_turn_comes(worker: Worker, clock: Clock) -> None:
    outcomes: list[Exception | int] = [ValueError("hunter2"), 1]

    def work(_worker: Worker) -> int:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    turns, a_pass = runner.Turns(), make_pass(work)
    with pytest.raises(ValueError, match="hunter2"):
        turns.run_if_due(a_pass, worker)
    failed = noted()
    assert (failed.last_error, failed.last_error_at, failed.errors_in_all) == ("ValueError", clock.now, 1)
    assert (failed.lease_owner, failed.next_run_at) == ("", clock.now + MINUTE)

    clock.advance(minutes=1)
    assert turns.run_if_due(a_pass, worker) == 1
    assert (noted().last_error, noted().last_run_at) == ("ValueError", clock.now)


@pytest.mark.parametrize(
    ("outcomes", "written"),
    [
        pytest.param([0] * 31, [0, 15, 30], id="nothing to do: now and then"),
        pytest.param([0, 0, 2, 0, 1], [0, 2, 4], id="something done: at once"),
    ],
)
def test_an_idle_pass_hardly_writes(worker: Worker, clock: Clock, outcomes: list[int], written: list[int]) -> None:
    left = list(outcomes)
    turns, work = runner.Turns(), make_pass(lambda _worker: left.pop(0), alone=False, every=timedelta(seconds=1))
    began, moments = clock.now, []

    for _ in outcomes:
        turns.run_if_due(work, worker)
        moments.append(noted().last_run_at)
        clock.advance(seconds=1)

    assert list(dict.fromkeys(moments)) == [began + timedelta(seconds=second) for second in written]


def test_once_means_now(worker: Worker) -> None:
    work = make_pass(lambda _worker: 1)

    assert [runner.run_once(work, worker), runner.run_once(work, worker)] == [1, 1]


def test_a_moment_that_is_not_now_is_never_written(worker: Worker, clock: Clock) -> None:
    """The clock of the worker, not the machine's, so that a test or a demo can move it."""
    runner.run_once(make_pass(lambda _worker: 1), worker)

    written: list[datetime | None] = [noted().last_run_at]
    assert written == [factories.NOW]
