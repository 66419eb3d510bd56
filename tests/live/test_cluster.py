"""Several processes on one PostgreSQL: as `make run-cluster` starts them, and as machines that start at once."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from console.private_servers.server import folder_beside
from tests.live.databases import PostgreSQLDatabase
from tests.live.server import ROOT, LiveServer, environment
from tests.live.test_startup import processes_of

pytestmark = pytest.mark.live


class Cluster(LiveServer):
    command = "run_cluster"


@pytest.fixture
def cluster(tmp_path: Path, postgresql_database: PostgreSQLDatabase) -> Iterator[Cluster]:
    """On a private PostgreSQL of its own. postgresql_database: so that it is skipped where there is none."""
    del postgresql_database
    cluster = Cluster(tmp_path / "data", WORKERS="2", SCHEDULERS="2")
    cluster.start()
    yield cluster
    if cluster.is_running:
        cluster.stop()
    shutil.rmtree(folder_beside(cluster.data_dir, "postgresql"), ignore_errors=True)


def test_a_cluster_serves_and_leaves_nothing_running(cluster: Cluster) -> None:
    made = cluster.client().create_secret(Name="cluster/secret", SecretString="value")
    read = cluster.client().get_secret_value(SecretId=made["ARN"])
    running = processes_of(cluster)

    assert read["SecretString"] == "value"
    # The command, the supervisor, two web processes, two workers.
    assert len(running) == 6
    assert cluster.stop() == 0
    assert processes_of(cluster) == []


def test_machines_that_start_at_once_prepare_one_database_once(
    tmp_path: Path, postgresql_database: PostgreSQLDatabase
) -> None:
    name = f"at_once_{uuid.uuid4().hex[:8]}"
    postgresql_database.server.create_database(name)
    url = postgresql_database.server.url(name)
    root_key = base64.b64encode(bytes(range(32))).decode()

    preparing = [
        subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            cwd=ROOT,
            env=environment(tmp_path / f"data-{number}", DATABASE_URL=url, ROOT_KEY=root_key),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(3)
    ]
    said = [process.communicate(timeout=60)[0] for process in preparing]

    assert [process.returncode for process in preparing] == [0, 0, 0], said
    assert sum("Setting up the demo account" in text for text in said) == 1
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT count(*) FROM secrets_app_principal WHERE name = 'admin'").fetchall()
    assert rows == [(1,)]
