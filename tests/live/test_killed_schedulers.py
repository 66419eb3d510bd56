"""Schedulers that are killed with -9 inside and between steps, and two that work side by side: real processes.

The server runs without a scheduler of its own. What would take a minute of waiting, a lease that ends, is done by hand.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.live.server import ROOT, LiveServer

pytestmark = pytest.mark.live

T = TypeVar("T")
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TEMPLATE = Path(__file__).with_name("functions") / "template.py.txt"
# The template, unmodified, with time before and after each step in which to be killed.
SLOW = """
import time
_written_for_aws = lambda_handler
def lambda_handler(event, context):
    time.sleep(0.1)
    _written_for_aws(event, context)
    time.sleep(0.1)
"""


class WithoutScheduler(LiveServer):
    arguments = (
        "-c",
        "import os, signal, sys\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'console.settings'\n"
        "sys.argv = ['manage.py', 'serve']\n"
        "import django\n"
        "django.setup()\n"
        "from console.management.commands import serve\n"
        "serve._run_scheduler = signal.pause\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n",
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = WithoutScheduler(tmp_path_factory.mktemp("killed") / "data")
    server.start()
    subprocess.run([sys.executable, "-c", MAKE_FUNCTIONS], cwd=ROOT, env=server.env, check=True)
    yield server
    server.stop()


MAKE_FUNCTIONS = f"""
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
import django
django.setup()
from datetime import UTC, datetime
from pathlib import Path
from secrets_app.models import RotationFunction
template = Path({str(TEMPLATE)!r}).read_text()
for name, source in (("template", template), ("slow", template + {SLOW!r})):
    RotationFunction.objects.create(
        account_id="123456789012", region="us-west-2", name=name, kind="source", source=source,
        created_at=datetime.now(UTC),
    )
"""


@pytest.fixture
def schedulers(server: LiveServer) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """start() -> a scheduler that runs."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "manage.py", "run_scheduler"], cwd=ROOT, env=server.env))
        return started[-1]

    yield start
    for scheduler in started:
        scheduler.kill()
        scheduler.wait()


class Database:
    """What the run's row says, past the server."""

    def __init__(self, server: LiveServer) -> None:
        self._path = server.data_dir / "secrets.sqlite3"

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path, timeout=20)) as connection, connection:
            return connection.execute(sql, parameters).fetchall()

    def run(self, version_id: str) -> tuple[int, str, str, int]:
        """(id, state, step, attempts)"""
        sql = "SELECT id, state, step, attempts FROM secrets_app_rotationrun WHERE version_id = ?"
        (row,) = self.rows(sql, version_id)
        return row

    def let_leases_end(self) -> None:
        self.rows("UPDATE secrets_app_rotationrun SET lease_until = '2000-01-01 00:00:00' WHERE state = 'running'")


def eventually(question: Callable[[], T | None], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.01)
    raise AssertionError("It never came to be.")


def start_rotation(aws: Any, function: str) -> tuple[str, str]:
    """(name of the secret, version that will be current)"""
    name = f"killed/{uuid.uuid4()}"
    aws.create_secret(Name=name, SecretString='{"username": "saanvi", "password": "old-Passw0rd"}')
    started = aws.rotate_secret(
        SecretId=name,
        RotationLambdaARN=f"arn:aws:lambda:us-west-2:123456789012:function:{function}",
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    return name, started["VersionId"]


def labels(aws: Any, name: str) -> dict[str, list[str]]:
    """label -> versions"""
    found: dict[str, list[str]] = {}
    for version, stages in aws.describe_secret(SecretId=name)["VersionIdsToStages"].items():
        for stage in stages:
            found.setdefault(stage, []).append(version)
    return found


@pytest.mark.parametrize("moment", ["inside", "between"])
def test_a_rotation_survives_schedulers_killed_in_every_step(
    server: LiveServer, schedulers: Callable[[], subprocess.Popen[bytes]], moment: str
) -> None:
    aws, database = server.client(), Database(server)
    name, new = start_rotation(aws, "slow")
    (old,) = labels(aws, name)["AWSCURRENT"]

    for step, seconds in zip(STEPS, (0.05, 0.2, 0.3, 0.4), strict=True):
        scheduler = schedulers()
        eventually(lambda step=step: database.run(new)[2] == step)  # type: ignore[misc]  # mypy infers no such lambda
        time.sleep(seconds if moment == "inside" else 0)
        scheduler.kill()
        scheduler.wait()

        now = labels(aws, name)
        current = aws.get_secret_value(SecretId=name)
        assert now["AWSCURRENT"] in ([old], [new])
        assert now.get("AWSPENDING") in ([new], None)
        assert (current["VersionId"] == old) == ("old-Passw0rd" in current["SecretString"])
        assert database.run(new)[1:2] in (("running",), ("succeeded",))
        database.let_leases_end()
    schedulers()
    eventually(lambda: database.run(new)[1] == "succeeded")

    assert database.run(new)[3] == 1
    assert labels(aws, name) == {"AWSCURRENT": [new], "AWSPENDING": [new], "AWSPREVIOUS": [old]}
    previous = aws.get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")
    assert json.loads(previous["SecretString"])["password"] == "old-Passw0rd"
    assert len(aws.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]) == 2


def test_a_killed_schedulers_function_does_not_run_on(
    server: LiveServer, schedulers: Callable[[], subprocess.Popen[bytes]]
) -> None:
    _, new = start_rotation(server.client(), "slow")
    database = Database(server)
    scheduler = schedulers()
    eventually(lambda: database.run(new)[2] == "setSecret" and _functions(server))

    scheduler.send_signal(signal.SIGKILL)
    scheduler.wait()

    eventually(lambda: not _functions(server), seconds=10)
    database.rows("UPDATE secrets_app_rotationrun SET state = 'cancelled' WHERE version_id = ?", new)


def _functions(server: LiveServer) -> list[str]:
    """Processes of rotation functions, which are told where this server is."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if f"SECRETS_MANAGER_ENDPOINT={server.url}".encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_two_schedulers_share_the_work_and_never_a_rotation(
    server: LiveServer, schedulers: Callable[[], subprocess.Popen[bytes]]
) -> None:
    """Each rotation has each of its steps once. The function is one written for AWS, and unmodified."""
    aws, database = server.client(), Database(server)
    versions = [start_rotation(aws, "template")[1] for _ in range(12)]

    for _ in range(2):
        schedulers()
    eventually(lambda: all(database.run(version)[1] == "succeeded" for version in versions), seconds=60)

    for version in versions:
        pk, _, _, attempts = database.run(version)
        steps = database.rows(
            "SELECT step, succeeded, log FROM secrets_app_rotationstep WHERE run_id = ? ORDER BY id", pk
        )
        assert attempts == 1
        assert [(step, succeeded) for step, succeeded, _ in steps] == [(step, 1) for step in STEPS]
        assert "createSecret: " in steps[0][2]
        assert "[INFO]" in steps[0][2]
        assert "ms left" in steps[0][2]
