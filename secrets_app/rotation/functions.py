"""Calls a rotation function: one step is one child process with its own environment, limits and deadline."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, TypedDict

from django.conf import settings

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
LONGEST_STEP_SECONDS = 900
_RUNNABLE = (RotationFunction.Kind.MODULE, RotationFunction.Kind.SOURCE)
_LONGEST_LOG = 4_096
_LONGEST_ANSWER = 65_536  # what a pipe holds, so that a child never waits for us to read
_HEARTBEAT_SECONDS = 2.0

# Whether to go on waiting for the step; asked every few seconds.
KeepWaiting = Callable[[], bool]


class Event(TypedDict):
    """What a rotation function receives (rotation.md 1.1)."""

    Step: str
    SecretId: str
    ClientRequestToken: str
    RotationToken: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How a step ended. error ("" if it went well) and log are the function's own words, values and all."""

    error: str
    log: str

    def __repr__(self) -> str:
        return "Answer()"


class GivenUp(Exception):  # noqa: N818  it is no error: somebody else goes on, or nobody should
    """The step was ended because keep_waiting said so."""


Invoke = Callable[[RotationFunction, Event, NewAccessKey, KeepWaiting], Answer]


def find(account: str, region: str, function_arn: str) -> RotationFunction | None:
    """A function that Secrets Manager may invoke; the same answer for one that isn't there (recorded).

    Functions behind an Invoke address are not among them: this server calls none over the network yet.
    """
    name = function_arn.rsplit(":", 1)[-1]
    function = RotationFunction.objects.filter(
        account=account, region=region, name=name, allows_secrets_manager=True, kind__in=_RUNNABLE
    ).first()
    return function if function is not None and function.arn == function_arn else None


def invoke(function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting) -> Answer:
    """Run one step in a process of its own. Raises GivenUp."""
    reading, writing = os.pipe()
    try:
        with tempfile.TemporaryDirectory(prefix="rotation-") as folder, tempfile.TemporaryFile() as log:
            status = _run(function, event, key, folder, log, writing, keep_waiting)
            return Answer(error=_error(function, status, reading), log=_read(log))
    finally:
        os.close(reading)
        os.close(writing)


def environment(function: RotationFunction, key: NewAccessKey, folder: str) -> dict[str, str]:
    """Everything the function sees of its surroundings. Nothing is inherited but the search path."""
    return {
        **{str(name): str(value) for name, value in function.environment.items()},
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "HOME": folder,
        "TMPDIR": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_SESSION_TOKEN": key.session_token,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_REGION": function.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "SECRETS_MANAGER_ENDPOINT": settings.PUBLIC_ENDPOINT,
        # For functions that make their client without asking for the endpoint.
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": settings.PUBLIC_ENDPOINT,
    }


def _run(
    function: RotationFunction,
    event: Event,
    key: NewAccessKey,
    folder: str,
    log: IO[bytes],
    writing: int,
    keep_waiting: KeepWaiting,
) -> int | None:
    """The exit status; None if the time was up."""
    process = subprocess.Popen(  # noqa: S603  our own program; the event goes in by stdin
        [sys.executable, "-m", "secrets_app.rotation.function_process", str(writing)],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=settings.BASE_DIR,
        env=environment(function, key, folder),
        pass_fds=(writing,),
        start_new_session=True,
    )
    try:
        return _wait(process, json.dumps(_request(function, event, folder)).encode(), _seconds(function), keep_waiting)
    finally:
        # The whole group: the function may have started processes of its own.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", request: bytes, seconds: int, keep_waiting: KeepWaiting) -> int | None:
    deadline = time.monotonic() + seconds
    unsent: bytes | None = request
    while (left := deadline - time.monotonic()) > 0:
        try:
            process.communicate(unsent, timeout=min(left, _HEARTBEAT_SECONDS))
        except subprocess.TimeoutExpired:
            unsent = None  # communicate() remembers it, and refuses to be told twice
            if not keep_waiting():
                raise GivenUp from None
        else:
            return process.returncode
    return None


def _request(function: RotationFunction, event: Event, folder: str) -> dict[str, Any]:
    return {
        "event": event,
        "handler": function.handler,
        "source": function.source,
        "function_name": function.name,
        "function_arn": function.arn,
        "seconds": _seconds(function),
        "folder": folder,
        "parent": os.getpid(),
    }


def _seconds(function: RotationFunction) -> int:
    return min(function.timeout_seconds, LONGEST_STEP_SECONDS)


def _error(function: RotationFunction, status: int | None, reading: int) -> str:
    """What the child wrote about its end. Only a clean answer of a clean exit counts as success."""
    if status is None:
        return f"Task timed out after {_seconds(function)} seconds"
    os.set_blocking(reading, False)
    try:
        answer = json.loads(os.read(reading, _LONGEST_ANSWER))
    except (BlockingIOError, ValueError):
        return f"The function ended without an answer (exit status {status})"
    if not isinstance(answer, dict):
        return "The function wrote over its answer"
    if answer == {"succeeded": True} and status == 0:
        return ""
    return f"{answer.get('errorType', 'Error')}: {answer.get('errorMessage', '')}"


def _read(log: IO[bytes]) -> str:
    """All of it, which the child's limits keep small: a value cut in two could not be recognised any more."""
    log.seek(0)
    return log.read().decode(errors="replace")


def shortened_log(log: str) -> str:
    """The last 4 KB, as Lambda's log tail; to be cut after scrubbing, not before."""
    return log[-_LONGEST_LOG:]
