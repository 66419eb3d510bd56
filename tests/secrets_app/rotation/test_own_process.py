"""A function that misbehaves: every limit of its process, with the reason that is told, and nothing left of it."""

from __future__ import annotations

import os
import textwrap
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from secrets_app.models import RotationFunction
from secrets_app.rotation import function_limits, own_process
from secrets_app.rotation.function_limits import User
from secrets_app.rotation.functions import Answer
from tests.secrets_app.rotation.test_functions import EVENT, KEY

MARK = f"{uuid.uuid4()}"  # of this test's functions, and of what they start


def run(source: str, **fields: Any) -> Answer:
    """One step of a function with this for its handler's body."""
    function = RotationFunction(
        account_id="123456789012",
        region="us-west-2",
        name="rotate",
        kind="source",
        source="import os, subprocess, sys, time\n\ndef lambda_handler(event, context):\n"
        + textwrap.indent(textwrap.dedent(source), "    "),
        environment={"MARK": MARK},
        **fields,
    )
    return own_process.invoke(function, EVENT, KEY, lambda: True)


def left_over() -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and MARK.encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_a_fork_bomb_is_bounded_told_and_gone() -> None:
    answer = run("while True:\n    os.fork()\n", timeout_seconds=20)

    assert answer.error in (
        "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        "The function started more than 64 processes",
        "The function ended without an answer (exit status 1)",
    )
    assert left_over() == []


def test_a_fork_bomb_that_does_not_mind_is_ended_with_its_time() -> None:
    answer = run(
        """
        while True:
            try:
                os.fork()
            except BlockingIOError:
                pass
        """,
        timeout_seconds=1,
    )

    assert answer.error in ("Task timed out after 1 seconds", "The function started more than 64 processes")
    assert left_over() == []


def test_what_hides_in_a_session_of_its_own_is_ended_too() -> None:
    """A daemon forks twice, so that nobody is its parent any more."""
    started = time.monotonic()

    answer = run(
        """
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "91"])
            os._exit(0)
        os.wait()
        time.sleep(0.2)
        """
    )

    assert answer.error == ""
    assert time.monotonic() - started < 60
    assert left_over() == []


def test_processes_that_share_memory_out_among_them_are_ended_for_all_of_it() -> None:
    """Each of them stays within the limit of one."""
    answer = run(
        """
        for _ in range(6):
            if os.fork() == 0:
                hoard = bytearray(os.urandom(1024)) * (300 * 1024)
                time.sleep(60)
        time.sleep(60)
        """,
        timeout_seconds=30,
    )

    assert answer.error == "Function: The function used more than 1024 MB of memory"


def test_a_function_that_prints_a_hundred_megabytes_is_told_so() -> None:
    answer = run("for _ in range(100):\n    print('x' * 1024 * 1024)\n")

    assert answer.error == "The function printed more than 32 MB"
    assert len(answer.log) <= 32 * 1024**2


def test_what_a_program_below_it_prints_is_limited_too() -> None:
    answer = run("subprocess.run(['head', '-c', '100000000', '/dev/zero'], check=True)\n")

    assert answer.error == "The function printed more than 32 MB"


@pytest.mark.parametrize("text", ["[1]", "x" * 100])
def test_a_function_that_writes_over_its_answer_has_failed(text: str) -> None:
    answer = run(
        f"""
        for descriptor in range(3, 256):
            try:
                os.write(descriptor, {text!r}.encode())
            except OSError:
                pass
        """
    )

    assert answer.error in (
        "The function wrote over its answer",
        "The function ended without an answer (exit status 0)",
    )


def test_a_function_cannot_end_its_supervisor_and_live_on() -> None:
    answer = run("import signal\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)\n", timeout_seconds=20)

    assert answer.error
    assert "timed out" not in answer.error


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_where_the_server_is_root_the_function_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_process, "_others_can_read_the_code", lambda: False)

    answer = run(
        """
        print(os.getresuid()[0], os.getgroups())
        print(open("/proc/self/status").read())
        """
    )

    real, *_ = answer.log.splitlines()
    assert answer.error == ""
    assert 61_184 <= int(real.split()[0]) < 65_520
    assert real.endswith("[]")
    assert "CapEff:\t0000000000000000" in answer.log
    assert "NoNewPrivs:\t1" in answer.log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_of_its_own_can_read_nothing_of_the_servers(tmp_path: Path) -> None:
    """In a process of this test's own: this machine's Python may be for root alone."""
    (tmp_path / "root.key").write_text("of the server")
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        function_limits.confine(5, User(61_190, may_read_as_root=False), parent)
        try:
            (tmp_path / "root.key").read_text()
        except PermissionError:
            os.write(writing, f"{os.getresuid()} {os.getresgid()}".encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 1000) == b"(61190, 61190, 61190) (61190, 61190, 61190)"
    os.close(reading)
    os.close(writing)
