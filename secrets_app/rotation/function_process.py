"""The child process in which a rotation function runs one step: `python -m secrets_app.rotation.function_process FD`.

Knows no Django and no database. The request comes in as JSON on stdin; the answer goes out as JSON on file descriptor
FD, so that whatever the function prints is only a log.
"""

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
import types
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_MEMORY_BYTES = 2 * 1024**3  # address space, not use: an interpreter with boto3 reserves several hundred megabytes
_FILE_BYTES = 32 * 1024**2
_OPEN_FILES = 256
# In JSON, with every character escaped, it still fits into the pipe that nobody reads before the end.
_LONGEST_MESSAGE = 5_000
_TOO_LONG = "The message is withheld, because it is too long to look for secret values in it."
_PR_SET_PDEATHSIG = 1

Handler = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Context:
    """What handlers written for Lambda expect as their second argument."""

    function_name: str
    invoked_function_arn: str
    deadline: float  # of time.monotonic()
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = str(_MEMORY_BYTES // 1024**2)
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def main() -> None:
    answer_descriptor = int(sys.argv[1])
    os.set_inheritable(answer_descriptor, False)
    request = json.load(sys.stdin)
    die_with_parent(request["parent"])
    limit_resources(request["seconds"])
    os.chdir(request["folder"])
    answer = run(request)
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(answer_descriptor, json.dumps(answer).encode())
    # Threads the function left behind are not waited for.
    os._exit(0 if answer.get("succeeded") else 1)


def run(request: dict[str, Any]) -> dict[str, Any]:
    """The returned value is ignored, as Secrets Manager does; only the clean end counts."""
    context = Context(
        function_name=request["function_name"],
        invoked_function_arn=request["function_arn"],
        deadline=time.monotonic() + request["seconds"],
    )
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


def load(request: dict[str, Any]) -> Handler:
    """The handler: "package.module:function", or lambda_handler of the source text an administrator stored."""
    if request["source"]:
        module = types.ModuleType("rotation_function")
        exec(compile(request["source"], "rotation_function.py", "exec"), module.__dict__)  # noqa: S102  that is the point
        return module.lambda_handler  # type: ignore[no-any-return]
    module_name, _, function_name = request["handler"].partition(":")
    return getattr(importlib.import_module(module_name), function_name)  # type: ignore[no-any-return]


def limit_resources(seconds: int) -> None:
    for limit, wanted in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hard = resource.getrlimit(limit)
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (allowed, allowed))


def die_with_parent(parent: int) -> None:
    """A step whose scheduler is gone will be run again by another one; this process must not run beside it."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main()
