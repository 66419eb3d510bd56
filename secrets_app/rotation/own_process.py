"""Runs one step of a function that lives on this server: a child process with its own environment and deadline."""

import json
import os
import secrets
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import boto3
from django.conf import settings

from secrets_app.models import RotationFunction
from secrets_app.principals import NewAccessKey
from secrets_app.rotation import invocation
from secrets_app.rotation.function_limits import FILE_BYTES, User
from secrets_app.rotation.invocation import Answer, Event, GivenUp, KeepWaiting

_LONGEST_ANSWER = 65_536  # what a pipe holds, so that a child never waits for us to read
_SECONDS_TO_TIDY_UP = 5
# Ids that no account has (systemd gives them to services for as long as they run).
_FIRST_USER, _USERS = 61_184, 4_336


def invoke(function: RotationFunction, event: Event, key: NewAccessKey, keep_waiting: KeepWaiting) -> Answer:
    """Raises GivenUp."""
    reading, writing = os.pipe()
    try:
        with tempfile.TemporaryDirectory(prefix="rotation-") as folder, tempfile.TemporaryFile() as log:
            status = _run(function, event, key, folder, log, writing, keep_waiting)
            said = _read(log)
            return Answer(error=_error(function, status, reading, len(said)), log=said.decode(errors="replace"))
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
    request = _request(function, event, folder)
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
        return _wait(process, json.dumps(request).encode(), request["seconds"], keep_waiting)
    finally:
        _end(process)


def _wait(process: "subprocess.Popen[bytes]", request: bytes, seconds: int, keep_waiting: KeepWaiting) -> int | None:
    deadline = time.monotonic() + seconds
    unsent: bytes | None = request
    while (left := deadline - time.monotonic()) > 0:
        try:
            process.communicate(unsent, timeout=min(left, invocation.HEARTBEAT_SECONDS))
        except subprocess.TimeoutExpired:
            unsent = None  # communicate() remembers it, and refuses to be told twice
            if not keep_waiting():
                raise GivenUp from None
        else:
            return process.returncode
    return None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The supervisor ends what the function started; and if it can't, its whole process group goes."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_SECONDS_TO_TIDY_UP)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _request(function: RotationFunction, event: Event, folder: str) -> dict[str, Any]:
    return {
        "event": event,
        "handler": function.handler,
        "source": function.source,
        "function_name": function.name,
        "function_arn": function.arn,
        "seconds": invocation.seconds_of(function),
        "folder": folder,
        "parent": os.getpid(),
        "user": asdict(user) if (user := _user_of_its_own(folder)) else None,
    }


def _user_of_its_own(folder: str) -> User | None:
    """Where this server runs as root, the function doesn't: it can't read what is the server's, nor touch its
    processes. None where there is no other user to be: for who isn't root, and in a container that knows only root."""
    if os.geteuid() != 0:
        return None
    user = User(_FIRST_USER + secrets.randbelow(_USERS), may_read_as_root=not _others_can_read_the_code())
    try:
        os.chown(folder, 0 if user.may_read_as_root else user.id, user.id)
    except OSError:
        return None
    return user


@lru_cache
def _others_can_read_the_code() -> bool:
    given = [sys.prefix, sys.base_prefix, str(Path(boto3.__file__).parent), str(settings.BASE_DIR)]
    code = {path for text in given for path in (Path(text), Path(text).resolve())}
    readable = all(path.stat().st_mode & stat.S_IROTH for path in code)
    return readable and all(part.stat().st_mode & stat.S_IXOTH for path in code for part in (path, *path.parents))


def _error(function: RotationFunction, status: int | None, reading: int, printed: int) -> str:
    """What the child wrote about its end. Only a clean answer of a clean exit counts as success."""
    if status is None:
        return f"Task timed out after {invocation.seconds_of(function)} seconds"
    os.set_blocking(reading, False)
    try:
        answer = json.loads(os.read(reading, _LONGEST_ANSWER))
    except (BlockingIOError, ValueError):
        answer = None
    if isinstance(answer, dict) and answer.get("succeeded") is True and status == 0:
        return ""
    if printed >= FILE_BYTES:
        return f"The function printed more than {FILE_BYTES // 1024**2} MB"
    if answer is None:
        return f"The function ended without an answer (exit status {status})"
    if not isinstance(answer, dict) or "errorType" not in answer:
        return "The function wrote over its answer"
    return f"{answer['errorType']}: {answer.get('errorMessage', '')}"


def _read(log: IO[bytes]) -> bytes:
    """All of it, which the child's limits keep small: a value cut in two could not be recognised any more."""
    log.seek(0)
    return log.read()
