"""The servers that are measured: ours, as `make run` starts it, and two emulators as they come."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from configparser import RawConfigParser
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS_VENV = ROOT / ".venv-bench"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server(ABC):
    """start() returns the seconds from the start of the process to its first answer."""

    name = ""
    health = "/"
    key_id, secret = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )  # of the user guide; moto takes any

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server, in the foreground."""

    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}

    def start(self) -> float:
        started = time.perf_counter()
        self._process = subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() - started > 60:
                raise SystemExit(f"{self.name} did not start: {' '.join(self.command())}")
            time.sleep(0.005)
        return time.perf_counter() - started

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.health}", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def stop(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(timeout=20)

    def memory_mb(self) -> float:
        """Proportional set size of the process and all below it: shared pages are counted once."""
        assert self._process is not None
        return sum(_pss_kb(pid) for pid in _family(self._process.pid)) / 1024


class Ours(Server):
    name = "Secrets Console"
    health = "/healthz"

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.data_dir = data_dir

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "serve"]

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "DEMO_PASSWORD": "bench",
        }

    def start(self) -> float:
        seconds = super().start()
        credentials = RawConfigParser(default_section="")
        credentials.read(self.data_dir / "aws" / "credentials")
        self.key_id = credentials["default"]["aws_access_key_id"]
        self.secret = credentials["default"]["aws_secret_access_key"]
        return seconds


class Moto(Server):
    name = "moto_server"

    def command(self) -> list[str]:
        return [str(PEERS_VENV / "bin" / "moto_server"), "-p", str(self.port)]


class MiniStack(Server):
    name = "MiniStack"

    def command(self) -> list[str]:
        return [str(PEERS_VENV / "bin" / "ministack")]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "GATEWAY_PORT": str(self.port)}


def install_peers() -> dict[str, str]:
    """Into a virtual environment of their own, from the lock file; their versions by package."""
    python = PEERS_VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS_VENV)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "install", "--quiet", "--require-hashes", "-r", "requirements/bench.txt"], cwd=ROOT, check=True
    )
    listed = subprocess.run([*pip, "freeze"], capture_output=True, text=True, check=True).stdout
    versions = dict(line.split("==") for line in listed.splitlines() if "==" in line)
    return {name: versions[name] for name in ("moto", "ministack")}


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _family(int(child)))]


def _pss_kb(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
