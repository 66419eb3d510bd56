"""The child process in which a rotation function runs one step: `python -m secrets_app.rotation.function_process FD`.

Knows no Django and no database. The request comes in as JSON on stdin; the answer goes out as JSON on file descriptor
FD, so that whatever the function prints is only a log.
"""

import importlib
import json
import logging
import os
import signal
import sys
import time
import traceback
import types
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from secrets_app.rotation import function_limits

# In JSON, with every character escaped, it still fits into the pipe that nobody reads before the end.
_LONGEST_MESSAGE = 5_000
_LONGEST_ANSWER = 65_536  # what a pipe holds
_TOO_LONG = "The message is withheld, because it is too long to look for secret values in it."
_SECONDS_BETWEEN_LOOKS = 0.25

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """What handlers written for Lambda expect as their second argument."""

    function_name: str
    invoked_function_arn: str
    deadline: float  # of time.monotonic()
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = str(function_limits.MEMORY_BYTES // 1024**2)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    identity: None = None
    client_context: None = None

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        return f"[{self.function_version}]{self.aws_request_id.replace('-', '')}"

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def main() -> NoReturn:
    answer_descriptor = int(sys.argv[1])
    os.set_inheritable(answer_descriptor, False)
    request = json.load(sys.stdin)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    function_limits.become_supervisor(request["parent"])
    supervisor = os.getpid()
    reading, writing = os.pipe()
    function = os.fork()
    if function == 0:
        os.close(answer_descriptor)
        os.close(reading)
        _be_the_function(request, supervisor, writing)
    os.close(writing)
    status, excess = _watch(function)
    function_limits.end_descendants()
    answer = json.dumps({"errorType": "Function", "errorMessage": excess}) if excess else ""
    os.write(answer_descriptor, answer.encode() or _read(reading))
    _exit_like(status)


# --- the supervisor --------------------------------------------------------------------------------


def _watch(function: int) -> tuple[int, str]:
    """How the function ended, and which limit it was ended for."""
    while True:
        number = signal.sigtimedwait({signal.SIGCHLD, signal.SIGTERM}, _SECONDS_BETWEEN_LOOKS)
        if number is not None and number.si_signo == signal.SIGTERM:
            function_limits.end_descendants()
            os._exit(1)
        ended, status = os.waitpid(function, os.WNOHANG)
        if ended:
            return status, ""
        if number is None and (excess := function_limits.excess()):
            return signal.SIGKILL, excess


def _read(reading: int) -> bytes:
    os.set_blocking(reading, False)
    try:
        return os.read(reading, _LONGEST_ANSWER)
    except BlockingIOError:
        return b""


def _exit_like(status: int) -> NoReturn:
    """The supervisor's end tells of the function's."""
    if os.WIFSIGNALED(status):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


# --- the function ----------------------------------------------------------------------------------


def _be_the_function(request: dict[str, Any], supervisor: int, writing: int) -> NoReturn:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD, signal.SIGTERM})
    user = function_limits.User(**request["user"]) if request["user"] else None
    function_limits.confine(request["seconds"], user, supervisor)
    os.chdir(request["folder"])
    answer = run(request)
    with suppress(OSError):  # more than may be printed
        sys.stdout.flush()
        sys.stderr.flush()
    os.write(writing, json.dumps(answer).encode())
    # Threads the function left behind are not waited for.
    os._exit(0 if answer.get("succeeded") else 1)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """The returned value is ignored, as Secrets Manager does; only the clean end counts."""
    context = Context(
        function_name=request["function_name"],
        invoked_function_arn=request["function_arn"],
        deadline=time.monotonic() + request["seconds"],
    )
    _log_as_lambda_does(context)
    try:
        load(request)(request["event"], context)
    except BaseException as error:  # sys.exit() in a handler is a failure too
        traceback.print_exc()
        # Never cut: half a value would not be recognised as one.
        message = str(error)
        return {
            "errorType": type(error).__name__,
            "errorMessage": message if len(message) <= _LONGEST_MESSAGE else _TOO_LONG,
        }
    return {"succeeded": True}


def _log_as_lambda_does(context: Context) -> None:
    """Functions written for it log by the root logger, which has a handler there."""
    handler = logging.StreamHandler(sys.stdout)
    form = f"[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{context.aws_request_id}\t%(message)s"
    handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)


def load(request: dict[str, Any]) -> Handler:
    """The handler: "package.module:function", or lambda_handler of the source text an administrator stored."""
    if request["source"]:
        module = types.ModuleType("rotation_function")
        exec(compile(request["source"], "rotation_function.py", "exec"), module.__dict__)  # noqa: S102  that is the point
        return module.lambda_handler  # type: ignore[no-any-return]
    module_name, _, function_name = request["handler"].partition(":")
    return getattr(importlib.import_module(module_name), function_name)  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
