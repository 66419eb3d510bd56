"""Starting and stopping, as an operator sees it. The sentences are ours; that there is exactly one is the point."""

import base64
import configparser
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.server import ROOT, LiveServer, environment, free_port

pytestmark = pytest.mark.live


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    """One that a test may stop and start as it likes."""
    server = LiveServer(tmp_path / "data")
    yield server
    if server.is_running:
        server.stop()


def refused(data_dir: Path, **more: str) -> str:
    """What a start that must fail says on stderr."""
    result = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment(data_dir, **{"PORT": str(free_port()), **more}),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode == 1, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.strip()


def processes_of(server: LiveServer) -> list[int]:
    """Every process of ours that was started for this server: found by its port, which no other test uses."""
    wanted = f"PORT={server.port}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


# --- refusals ------------------------------------------------------------------------------------


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refused(tmp_path / "data", PORT=str(port))

    assert said == f"Port {port} on 127.0.0.1 is in use: stop what is there, or choose another with PORT=..."


def test_a_data_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    """A file in its place: root, as CI runs, may write to any directory."""
    (tmp_path / "file").write_text("")

    said = refused(tmp_path / "file")

    assert said == f"DATA_DIR {tmp_path / 'file'} cannot be written to: File exists."


def test_a_database_url_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "data", DATABASE_URL="mysql://root@localhost/secrets") == (
        "DATABASE_URL must start with postgres:// or be empty, for SQLite in DATA_DIR."
    )


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    port = free_port()

    said = refused(tmp_path / "data", DATABASE_URL=f"postgres://app:hunter2-hunter2@127.0.0.1:{port}/secrets")

    assert said.startswith("The database of DATABASE_URL cannot be used: ")
    assert "Connection refused" in said
    assert "hunter2" not in said


def test_a_malformed_database_url_is_refused_without_its_password(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", DATABASE_URL="postgres://app:hunter2-hunter2@127.0.0.1:port/secrets")

    assert said == "DATABASE_URL is not a URL of the form postgres://USER:PASSWORD@HOST:PORT/NAME."


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "secrets.sqlite3").write_bytes(b"not a database, but long enough to be looked at" * 100)

    said = refused(tmp_path)

    assert said == f"The database {tmp_path / 'secrets.sqlite3'} cannot be used: file is not a database."


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert refused(tmp_path / "data", PORT=port) == f"PORT must be a number from 1 to 65535, not '{port}'."


def test_a_number_of_workers_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "data", WORKERS="many") == "WORKERS must be a number from 1 to 64, not 'many'."


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "secrets.example.com"])
def test_an_open_address_without_tls_is_refused(tmp_path: Path, host: str) -> None:
    said = refused(tmp_path / "data", HOST=host)

    assert said == (
        f"HOST={host} is reachable from other machines: put a TLS proxy in front and say so with BEHIND_TLS=1, "
        "or leave HOST at 127.0.0.1."
    )


def test_an_auth_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "data", AUTH="none") == "AUTH must be strict or permissive, not 'none'."


def test_permissive_without_a_demo_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "data", AUTH="permissive", DEMO="0") == (
        "AUTH=permissive is for the demo account, and DEMO=0 says that there is none."
    )


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"HOST": "0.0.0.0", "BEHIND_TLS": "1"}, "HOST=0.0.0.0"),
        ({"HOST": "192.0.2.7", "BEHIND_TLS": "1"}, "HOST=192.0.2.7"),
        ({"BEHIND_TLS": "1"}, "BEHIND_TLS=1"),
    ],
)
def test_permissive_where_others_can_reach_it_is_refused(tmp_path: Path, more: dict[str, str], where: str) -> None:
    assert refused(tmp_path / "data", AUTH="permissive", **more) == (
        f"AUTH=permissive with {where} would let everybody who can reach this machine do everything: leave one of them "
        "out, or say that it is meant with AUTH_PERMISSIVE_ANYWHERE=1."
    )


def test_permissive_is_served_anywhere_if_it_is_meant(tmp_path: Path) -> None:
    server = LiveServer(
        tmp_path / "data", AUTH="permissive", HOST="0.0.0.0", BEHIND_TLS="1", AUTH_PERMISSIVE_ANYWHERE="1"
    )
    server.start()
    try:
        assert b'"Auth":"permissive"' in server.get("/_secrets_console/info")[1]
    finally:
        server.stop()


def test_a_root_key_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "data", ROOT_KEY="c2hvcnQ=") == (
        "The root key in $ROOT_KEY must be 32 bytes long, in base64."
    )


def test_another_root_key_is_refused_and_the_right_one_still_works(server: LiveServer) -> None:
    server.start()
    server.stop()
    another = base64.b64encode(bytes(32)).decode()

    said = refused(server.data_dir, ROOT_KEY=another)
    server.start()

    assert said.startswith("This database was written under another root key.")
    assert another not in said
    assert server.is_healthy()


def test_a_lost_root_key_is_not_replaced_by_a_new_one(server: LiveServer) -> None:
    server.start()
    server.stop()
    (server.data_dir / "root.key").unlink()

    said = refused(server.data_dir)

    assert said == (f"There is no root key: {server.data_dir / 'root.key'} does not exist and $ROOT_KEY is not set.")
    assert not (server.data_dir / "root.key").exists()


# --- what a start leaves ------------------------------------------------------------------------


def test_files_are_for_their_owner_only(live_server_process: LiveServer) -> None:
    folder = live_server_process.data_dir
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}

    assert {path for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)} == set()
    assert {folder / "root.key", folder / "session.key", folder / "aws" / "credentials"} <= modes.keys()


def test_the_server_says_how_to_sign_in_and_what_to_export(live_server_process: LiveServer) -> None:
    said = live_server_process.output

    assert live_server_process.url in said
    assert "account 123456789012, user name admin, password as in $DEMO_PASSWORD" in said
    assert f"export AWS_CONFIG_FILE={live_server_process.data_dir}/aws/config\n" in said
    assert f"export AWS_SHARED_CREDENTIALS_FILE={live_server_process.data_dir}/aws/credentials\n" in said
    assert live_server_process.password not in said


def test_static_files_have_names_that_browsers_may_keep(live_server_process: LiveServer) -> None:
    page = live_server_process.get("/sign-in")[1].decode()
    style = next(part for part in page.split('"') if part.startswith("/static/css/console."))

    headers, content = live_server_process.get(style)

    assert style != "/static/css/console.css"
    assert "immutable" in headers["Cache-Control"]
    assert b"@layer" in content


def test_without_a_given_password_one_is_made_up_and_shown_once(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "data", DEMO_PASSWORD="")
    server.start()
    first = server.output
    server.stop()

    server.start()
    second = server.output
    server.stop()

    assert "(shown this once)" in first
    assert "password as shown at the first start (make password sets a new one)" in second


# --- the second start ---------------------------------------------------------------------------


def test_a_second_start_loses_nothing(server: LiveServer) -> None:
    server.start()
    server.client().update_secret(SecretId="MyTestSecret", SecretString="kept over the restart")
    credentials = (server.data_dir / "aws" / "credentials").read_bytes()
    server.stop()

    server.start()

    assert server.client().get_secret_value(SecretId="MyTestSecret")["SecretString"] == "kept over the restart"
    assert (server.data_dir / "aws" / "credentials").read_bytes() == credentials


def test_another_port_is_written_to_the_aws_config_and_nothing_else_changes(server: LiveServer) -> None:
    server.start()
    server.stop()
    config = server.data_dir / "aws" / "config"
    config.write_text(config.read_text() + "\n[profile mine]\nregion = eu-west-1\n")

    server.port = free_port()
    server.start()

    read = configparser.RawConfigParser(default_section="")
    read.read(config)
    assert read["default"]["endpoint_url"] == server.url
    assert read["default"]["region"] == "us-west-2"
    assert read["default"]["cli_pager"] == ""
    assert dict(read["profile mine"]) == {"region": "eu-west-1"}


def test_a_lost_credentials_file_is_written_again_with_a_key_that_works(server: LiveServer) -> None:
    server.start()
    server.stop()
    (server.data_dir / "aws" / "credentials").unlink()

    server.start()

    assert server.client().describe_secret(SecretId="MyTestSecret")["Name"] == "MyTestSecret"


def test_a_given_password_replaces_the_old_one(server: LiveServer) -> None:
    server.start()
    server.stop()
    with sqlite3.connect(server.data_dir / "secrets.sqlite3") as database:
        before = database.execute("SELECT password FROM secrets_app_principal WHERE name = 'admin'").fetchone()
    database.close()

    server.more["DEMO_PASSWORD"] = "another password than before"
    server.start()

    with sqlite3.connect(server.data_dir / "secrets.sqlite3") as database:
        after = database.execute("SELECT password FROM secrets_app_principal WHERE name = 'admin'").fetchone()
    database.close()
    assert before != after


# --- the end ------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_leaves_no_process(server: LiveServer, number: signal.Signals) -> None:
    server.start()
    assert len(processes_of(server)) >= 3, "supervisor, web server, scheduler"

    code = server.stop(number)

    assert code == 0
    assert processes_of(server) == []


def test_children_of_a_killed_server_end_by_themselves(server: LiveServer) -> None:
    server.start()

    server.stop(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while processes_of(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(server) == []


def test_a_dead_scheduler_is_started_again(server: LiveServer) -> None:
    server.start()
    before = set(processes_of(server))
    scheduler = max(before, key=lambda pid: _started_at(pid))

    os.kill(scheduler, signal.SIGKILL)

    deadline = time.monotonic() + 20
    while len(now := set(processes_of(server)) - {scheduler}) < len(before) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(now) == len(before)
    assert "The scheduler ended unexpectedly and is started again." in server.output
    assert server.is_healthy()


def _started_at(pid: int) -> int:
    """Ticks since boot: the 22nd field of /proc/PID/stat."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


def test_server_processes_leave_no_core_dump(live_server_process: LiveServer) -> None:
    for pid in processes_of(live_server_process):
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()

        assert [line.split()[4:6] for line in limits if line.startswith("Max core file size")] == [["0", "0"]]
