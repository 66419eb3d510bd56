"""What can be wrong with the machine or the configuration, found before anything is changed."""

import contextlib
import errno
import ipaddress
import os
import socket
import tempfile
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from .refusal import CannotStart


def data_directory(path: Path) -> None:
    """Make it, for its owner only, and prove that files can be written there."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_uid == os.getuid():
            path.chmod(0o700)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise CannotStart(f"DATA_DIR {path} cannot be written to: {error.strerror}.") from None


def database() -> None:
    """Connect. The reason given is the driver's, which names host and user but no password."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CannotStart(f"{_where(connection)} cannot be used: {_first_line(error)}") from None


def _where(wrapper: BaseDatabaseWrapper) -> str:
    if wrapper.vendor == "sqlite":
        return f"The database {wrapper.settings_dict['NAME']}"
    return "The database of DATABASE_URL"


def _first_line(error: Exception) -> str:
    line = (str(error).strip() or type(error).__name__).splitlines()[0].strip()
    return line if line.endswith(".") else f"{line}."


def host(name: str, *, behind_tls: bool) -> None:
    """Passwords and values must not cross a network in clear."""
    if not behind_tls and not _is_loopback(name):
        raise CannotStart(
            f"HOST={name} is reachable from other machines: put a TLS proxy in front and say so with BEHIND_TLS=1, "
            "or leave HOST at 127.0.0.1."
        )


def permissive_mode(name: str, *, behind_tls: bool, anywhere: bool) -> None:
    """Where any credentials are good, whoever can connect can do everything. A TLS proxy is there to be reached."""
    if not anywhere and (behind_tls or not _is_loopback(name)):
        where = "BEHIND_TLS=1" if _is_loopback(name) else f"HOST={name}"
        raise CannotStart(
            f"AUTH=permissive with {where} would let everybody who can reach this machine do everything: leave one of "
            "them out, or say that it is meant with AUTH_PERMISSIVE_ANYWHERE=1."
        )


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def port_is_free(host_name: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host_name else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host_name, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"Port {port} on {host_name} is in use: stop what is there, or choose another with PORT=..."
            else:
                message = f"Port {port} on {host_name} cannot be opened: {error.strerror or error}."
            raise CannotStart(message) from None
