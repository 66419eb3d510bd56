"""A PostgreSQL of the benchmark's own, for as long as it takes."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers import free_port

_PLACES = ["/usr/lib/postgresql/*/bin", "/usr/local/bin", "/usr/bin"]


def programs() -> Path | None:
    """Where its programs are on this machine."""
    needed = ("initdb", "postgres", "pg_isready")
    places = [place for pattern in _PLACES for place in sorted(Path("/").glob(pattern[1:]))]
    return next((place for place in places if all((place / program).exists() for program in needed)), None)


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its DATABASE_URL. Root may not run it: then nobody does."""
    place = programs()
    assert place is not None
    user = "nobody" if os.geteuid() == 0 else None
    folder.mkdir(parents=True)
    if user:
        shutil.chown(folder, user)
    cluster, port = str(folder / "cluster"), free_port()

    def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(place / program), *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdout=quiet, stderr=quiet, user=user, cwd=folder)

    made = start("initdb", "--auth=trust", "--username=bench", "--no-sync", "--encoding=UTF8", "-D", cluster)
    assert made.wait() == 0, "initdb failed"
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = start("postgres", "-D", cluster, *options)
    try:
        while start("pg_isready", "-h", "127.0.0.1", "-p", str(port)).wait():
            assert server.poll() is None, "PostgreSQL did not start"
            time.sleep(0.1)
        yield f"postgres://bench@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait()
