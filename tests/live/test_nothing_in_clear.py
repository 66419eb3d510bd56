"""The database alone reveals no value: every file of it and every column of every table is searched for one."""

import base64
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

MARKER = "tr0ub4dor-and-3-known-plaintext"
# Base64 depends on where in the text the marker stands: the middle of it is the same in each of three positions.
_BASE64 = [base64.b64encode(b"x" * shift + MARKER.encode())[4:-4] for shift in range(3)]
TRACES = [MARKER.encode(), MARKER.encode().hex().encode(), MARKER.encode("utf-16-le"), *_BASE64]


@pytest.fixture
def server_that_saw_the_value(live_server_process: LiveServer) -> Iterator[LiveServer]:
    """Stored as text, in JSON and as bytes; replaced, read, replicated; and once refused."""
    client = live_server_process.client()
    name = "clear/" + base64.b32encode(str(time.time_ns()).encode()).decode().strip("=")
    client.create_secret(Name=name, SecretString=MARKER, AddReplicaRegions=[{"Region": "eu-west-1"}])
    client.put_secret_value(SecretId=name, SecretString=f'{{"password": "{MARKER}"}}')
    client.put_secret_value(SecretId=name, SecretBinary=MARKER.encode())
    client.get_secret_value(SecretId=name)
    with pytest.raises(client.exceptions.ResourceExistsException):
        client.create_secret(Name=name, SecretString=MARKER)
    yield live_server_process
    client.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["eu-west-1"])
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_no_file_of_the_installation_holds_a_value(server_that_saw_the_value: LiveServer) -> None:
    files = [path for path in server_that_saw_the_value.data_dir.rglob("*") if path.is_file()]

    assert {"secrets.sqlite3", "secrets.sqlite3-wal"} <= {path.name for path in files}
    assert [(path.name, trace) for path in files for trace in TRACES if trace in path.read_bytes()] == []


def test_no_table_holds_a_value(server_that_saw_the_value: LiveServer) -> None:
    found, cells = [], 0
    database = sqlite3.connect(f"file:{server_that_saw_the_value.data_dir / 'secrets.sqlite3'}?mode=ro", uri=True)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
            for cell in row:
                content = cell if isinstance(cell, bytes) else str(cell).encode()
                cells += 1
                found += [(table, trace) for trace in TRACES if trace in content]
    database.close()

    assert found == []
    assert cells > 1_000


def test_no_output_of_the_server_holds_a_value(server_that_saw_the_value: LiveServer) -> None:
    assert MARKER not in server_that_saw_the_value.output


def test_the_search_would_find_it(tmp_path: Path) -> None:
    """The traces are what encodings of the value really look like."""
    text = f'{{"username": "a", "password": "{MARKER}"}}'

    assert any(trace in base64.b64encode(text.encode()) for trace in TRACES)
    assert any(trace in text.encode().hex().encode() for trace in TRACES)
