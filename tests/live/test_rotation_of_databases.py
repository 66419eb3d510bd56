"""The proof of rotation: a real server, its scheduler and its functions' processes, and real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from console import rotation_demo
from console.rotation_demo import Figures
from tests.live.databases import MariaDBDatabase, PostgreSQLDatabase
from tests.live.server import LiveServer

pytestmark = pytest.mark.live


def test_with_alternating_users_ten_rotations_refuse_no_connection(
    live_server_process: LiveServer,
    postgresql_database: PostgreSQLDatabase,
    mariadb_database: MariaDBDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On both databases at once, as `make demo-rotation` shows it on one after the other."""
    for name, value in live_server_process.aws_environment.items():
        monkeypatch.setenv(name, value)

    with ThreadPoolExecutor() as threads:
        figures = list(
            threads.map(
                shown,
                [
                    rotation_demo.PostgreSQLDatabase(postgresql_database.server),
                    rotation_demo.MariaDBDatabase(mariadb_database.server),
                ],
            )
        )

    assert [len(seen.seconds) for seen in figures] == [10, 10]
    assert all(seen.connections > 50 for seen in figures)
    assert [seen.refused for seen in figures] == [[], []]


def shown(database: rotation_demo.Database) -> Figures:
    function = next(
        bundled for bundled in rotation_demo.strategies(database) if bundled.strategy == "alternating-users"
    )
    return rotation_demo.run(lambda: boto3.Session().client("secretsmanager"), database, function, print)
