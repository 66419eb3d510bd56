"""A real server for tests that come from outside: started, asked, stopped like an operator would."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from configparser import RawConfigParser
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import Any

import botocore.session

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery staple"
_LONGEST_START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """An operator's: nothing of the tests' own settings, nothing of AWS."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return {**kept, "DATA_DIR": str(data_dir), "DEMO_PASSWORD": PASSWORD, "WORKERS": "1", **more}


def until(answer: Callable[[], object], seconds: float = 15) -> None:
    """Wait for what the scheduler does in its own time."""
    deadline = time.monotonic() + seconds
    while not answer():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} seconds"
        time.sleep(0.05)


class LiveServer:
    command = "serve"

    def __init__(self, data_dir: Path, **more: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.password = PASSWORD
        self.more = more
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def arguments(self) -> Sequence[str]:
        """What Python is started with."""
        return ["manage.py", self.command]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def aws_environment(self) -> dict[str, str]:
        """The two exports that the server prints."""
        folder = self.data_dir / "aws"
        return {
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        }

    @property
    def env(self) -> dict[str, str]:
        """For running the AWS CLI, or anything else that speaks to this server."""
        return {**self._environment, **self.aws_environment}

    @property
    def _environment(self) -> dict[str, str]:
        return environment(self.data_dir, **{"PORT": str(self.port), **self.more})

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def _log(self) -> Path:
        return self.data_dir.with_suffix(".log")

    def start(self) -> None:
        """Until it has said how to sign in, which it does once it answers."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _LONGEST_START_SECONDS
        while "Sign in" not in self.output:
            assert self._process.poll() is None, f"the server ended:\n{self.output}"
            assert time.monotonic() < deadline, f"the server did not come up:\n{self.output}"
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does; the exit code."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        return self._process.wait(timeout=20)

    def client(self, service: str = "secretsmanager", *, profile: str = "default", region: str = "us-west-2") -> Any:
        """A client as boto3 makes it, with the keys that the server has written."""
        credentials = RawConfigParser(default_section="")
        credentials.read(self.data_dir / "aws" / "credentials")
        session = botocore.session.Session()
        return session.create_client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=credentials[profile]["aws_access_key_id"],
            aws_secret_access_key=credentials[profile]["aws_secret_access_key"],
        )

    def get(self, path: str) -> tuple[Message, bytes]:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return answer.headers, answer.read()

    def is_healthy(self) -> bool:
        return self.get("/healthz")[1] == b"ok\n"
