"""One server process: started and waited for, stopped and waited for; never as root, which databases refuse."""

import atexit
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SECONDS = 30.0
_LOG_TAIL = 2_000


class CannotRun(Exception):  # noqa: N818  it names the outcome
    """Why there is no such server, as one sentence."""


class Server(ABC):
    """folder: made if it isn't there; when root runs this, its parents must let other users pass."""

    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.password = ""
        self._process: subprocess.Popen[bytes] | None = None

    # --- what each kind of server says of itself -----------------------------------------------------

    @abstractmethod
    def install(self) -> None:
        """Make the data in self.data."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def is_answering(self) -> bool: ...

    # --- what they have in common --------------------------------------------------------------------

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Until it answers. Raises CannotRun."""
        self.make_folder()
        if not self.data.exists():
            self.install()
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  the system's own server
                list(self.command()), stdout=log, stderr=log, **self._as_user()
            )
        atexit.register(self.stop)
        deadline = time.monotonic() + _SECONDS
        while not self.is_answering():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise CannotRun(f"The private {type(self).__name__} did not start: {self._log_tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        atexit.unregister(self.stop)
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(self.stop_signal)
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command: str | Path) -> None:
        done = subprocess.run(list(command), capture_output=True, check=False, **self._as_user())  # noqa: S603
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace")
            raise CannotRun(f"{Path(command[0]).name} failed: {said.strip()[-_LOG_TAIL:]}")

    def make_folder(self) -> None:
        """Its password is kept in it, so that the server can be started again."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = self.folder / "password"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(24))
        self.password = kept.read_text()
        self.give(self.folder)
        self.give(kept)

    def give(self, path: Path) -> None:
        """To whoever the server runs as."""
        user = _other_user()
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)

    def _as_user(self) -> dict[str, Any]:
        """In a session of its own: Ctrl-C at the terminal is for its owner, who stops it in order."""
        user = _other_user()
        own: dict[str, Any] = {"cwd": self.folder, "start_new_session": True, "stdin": subprocess.DEVNULL}
        own["env"] = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": str(self.folder)}
        if user is not None:
            own |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return own

    def _log_tail(self) -> str:
        log = self.folder / "server.log"
        return log.read_text(errors="replace")[-_LOG_TAIL:].strip() if log.exists() else "it said nothing"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_root() -> bool:
    return os.geteuid() == 0


def program(name: str, *folders: Path) -> Path | None:
    """Where an executable is: on the search path, or in one of the folders."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def _other_user() -> pwd.struct_passwd | None:
    """For root: who the server runs as. None: whoever we are."""
    return pwd.getpwnam("nobody") if is_root() else None


def folder_beside(data_dir: Path, name: str) -> Path:
    """In the data directory, which is its owner's alone. Root's servers run as another user, who could not get there:
    theirs is in /var/tmp, under a name that the data directory has made."""
    user = _other_user()
    if user is None:
        return data_dir / name
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    folder = Path("/var/tmp") / f"secrets-console-{name}-{digest}"  # noqa: S108  whose it is, is looked at
    if folder.is_symlink() or (folder.exists() and folder.stat().st_uid not in (0, user.pw_uid)):
        raise CannotRun(f"{folder} is somebody else's.")
    return folder
