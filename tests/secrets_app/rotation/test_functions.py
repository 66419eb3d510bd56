"""Calling a function: a real child process, what it sees of its surroundings, and every way it can go wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey
from secrets_app.rotation import functions, invocation
from secrets_app.rotation.functions import Answer, Event, GivenUp
from secrets_app.rotation.scrubbing import mask

KEY = NewAccessKey("ASIAEXAMPLE", "the-secret-access-key", "the-session-token")
EVENT = Event(
    Step="createSecret",
    SecretId="arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/database-a1b2c3",
    ClientRequestToken="v" * 32,
    RotationToken="t" * 64,
)

T = TypeVar("T")


def make_function(source: str, **fields: Any) -> RotationFunction:
    return RotationFunction(
        account_id="123456789012", region="us-west-2", name="rotate", kind="source", source=source, **fields
    )


def run(source: str, **fields: Any) -> Answer:
    """One step of a function with this source."""
    return functions.invoke(make_function(textwrap.dedent(source), **fields), EVENT, KEY, lambda: True)


def test_a_handler_gets_event_and_context_and_may_return_anything() -> None:
    answer = run(
        """
        import json

        def lambda_handler(event, context):
            print(json.dumps(event, sort_keys=True))
            print(context.function_name, context.invoked_function_arn)
            assert 0 < context.get_remaining_time_in_millis() <= 30_000
            assert len(context.aws_request_id) == 36
            return {"not": {"serialisable"}}
        """
    )

    assert answer.error == ""
    assert answer.log.splitlines() == [
        f'{{"ClientRequestToken": "{"v" * 32}", "RotationToken": "{"t" * 64}", "SecretId": "{EVENT["SecretId"]}", '
        '"Step": "createSecret"}',
        "rotate arn:aws:lambda:us-west-2:123456789012:function:rotate",
    ]


def test_the_environment_holds_what_a_function_needs_and_nothing_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://user:password@host/db")
    monkeypatch.setenv("ROOT_KEY", "of the server")

    answer = run(
        """
        import os

        def lambda_handler(event, context):
            for name, value in sorted(os.environ.items()):
                print(f"{name}={value}")
            print(sorted(os.listdir(".")))
        """,
        environment={"PASSWORD_LENGTH": 20, "AWS_ACCESS_KEY_ID": "may not be replaced"},
    )

    *variables, files = answer.log.splitlines()
    seen = dict(line.split("=", 1) for line in variables)
    assert seen.keys() <= {
        *("PATH", "LANG", "LC_CTYPE", "TZ", "HOME", "TMPDIR", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"),
        *("AWS_EC2_METADATA_DISABLED", "AWS_LAMBDA_FUNCTION_NAME", "SECRETS_MANAGER_ENDPOINT"),
        *("AWS_ENDPOINT_URL_SECRETS_MANAGER", "PASSWORD_LENGTH"),
    }
    assert seen["AWS_ACCESS_KEY_ID"] == "ASIAEXAMPLE"
    assert seen["AWS_DEFAULT_REGION"] == "us-west-2"
    assert seen["SECRETS_MANAGER_ENDPOINT"] == settings.PUBLIC_ENDPOINT
    assert seen["PASSWORD_LENGTH"] == "20"
    assert files == "[]"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("raise ValueError('no such user')", "ValueError: no such user"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("import os; os._exit(0)", "The function ended without an answer (exit status 0)"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "The function ended without an answer (exit status -9)",
        ),
        ("x = bytearray(4 * 1024**3)", "MemoryError: "),
    ],
)
def test_anything_but_a_clean_end_is_a_failure(body: str, error: str) -> None:
    answer = run(f"def lambda_handler(event, context):\n    {body}\n")

    assert answer.error == error


def test_a_source_that_is_no_python_is_a_failure() -> None:
    assert run("def lambda_handler(:").error.startswith("SyntaxError: ")
    assert run("nothing = 1").error == "AttributeError: module 'rotation_function' has no attribute 'lambda_handler'"


def test_a_function_over_its_time_limit_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    started = time.monotonic()

    answer = run(
        f"""
        import pathlib, subprocess, time

        def lambda_handler(event, context):
            child = subprocess.Popen(["sleep", "60"])
            pathlib.Path({str(note)!r}).write_text(str(child.pid))
            time.sleep(60)
        """,
        timeout_seconds=2,
    )

    assert answer.error == "Task timed out after 2 seconds"
    assert time.monotonic() - started < 10
    assert _eventually(lambda: not _is_running(int(note.read_text())))


def test_what_a_function_leaves_running_is_ended_with_it() -> None:
    answer = run(
        """
        import subprocess, sys, threading, time

        def lambda_handler(event, context):
            print(subprocess.Popen(["sleep", "60"]).pid)
            threading.Thread(target=time.sleep, args=[60]).start()
        """
    )

    assert answer.error == ""
    assert _eventually(lambda: not _is_running(int(answer.log)))


def test_only_the_end_of_a_long_log_is_kept() -> None:
    answer = run(
        """
        def lambda_handler(event, context):
            print("x" * 1_000_000 + "the end")
        """
    )

    assert len(functions.shortened_log(answer.log)) == 4096
    assert functions.shortened_log(answer.log).endswith("xthe end\n")


def test_a_value_printed_again_and_again_is_never_cut_where_it_could_not_be_recognised() -> None:
    value = "0123456789" * 3_000
    answer = run(
        """
        def lambda_handler(event, context):
            print(*["0123456789" * 3_000] * 3)
        """
    )

    assert functions.shortened_log(mask(answer.log, [value])) == "*** *** ***\n"


@pytest.mark.parametrize("character", ["0", "\N{GRINNING FACE}"])
def test_an_error_too_long_to_be_searched_is_withheld_whole(character: str) -> None:
    answer = run(f"def lambda_handler(event, context):\n    raise ValueError({character!r} * 8_000)\n")

    assert answer.error.startswith("ValueError: The message is withheld")
    assert character not in answer.error


def test_the_longest_error_that_is_kept_gets_through_the_pipe() -> None:
    answer = run("def lambda_handler(event, context):\n    raise ValueError('\\U0001f600' * 5_000)\n")

    assert answer.error == "ValueError: " + "\N{GRINNING FACE}" * 5_000


def test_a_step_longer_than_a_heartbeat_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "HEARTBEAT_SECONDS", 0.05)

    answer = run("import time\ndef lambda_handler(event, context):\n    time.sleep(0.5)\n    print('done')\n")

    assert (answer.error, answer.log) == ("", "done\n")


def test_a_step_nobody_waits_for_any_more_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "HEARTBEAT_SECONDS", 0.05)
    sleepy = make_function("import time\ndef lambda_handler(event, context):\n    time.sleep(60)\n")

    with pytest.raises(GivenUp):
        functions.invoke(sleepy, EVENT, KEY, lambda: False)


def test_the_child_dies_with_a_killed_scheduler(tmp_path: Path) -> None:
    """A scheduler that is killed must not leave a step running beside the one that takes over."""
    note = tmp_path / "pid"
    source = (
        "import os, pathlib, time\n"
        "def lambda_handler(event, context):\n"
        f"    pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "    time.sleep(60)\n"
    )
    scheduler = subprocess.Popen(
        [sys.executable, "-c", _SCHEDULER, source], cwd=settings.BASE_DIR, env=dict(os.environ)
    )
    child = _eventually(lambda: int(note.read_text()) if note.exists() and note.read_text() else None)

    scheduler.send_signal(signal.SIGKILL)
    scheduler.wait()

    assert _eventually(lambda: not _is_running(child))


_SCHEDULER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from tests.secrets_app.rotation.test_functions import run
run(sys.argv[1])
"""


def _is_running(pid: int) -> bool:
    """Zombies are not: who reaps them is not our business here."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _eventually(question: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = question()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError("It never came to be.")
