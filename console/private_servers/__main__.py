"""python -m console.private_servers VARIABLE COMMAND...: the command, with the address of a private PostgreSQL in the
environment variable. The server is made for it, in a hurry, and gone afterwards."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .postgresql import IN_A_HURRY, PostgreSQL
from .server import CannotRun


def main(variable: str, *command: str) -> int:
    with tempfile.TemporaryDirectory(prefix="private-postgresql-") as folder:
        Path(folder).chmod(0o711)  # the server runs as another user if this is root
        server = PostgreSQL(Path(folder) / "server", settings=IN_A_HURRY)
        try:
            server.start()
            return subprocess.run(command, env={**os.environ, variable: server.url()}, check=False).returncode  # noqa: S603
        except CannotRun as refusal:
            print(refusal, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        finally:
            server.remove()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
