"""What the documentation shows is run as it stands there: fixtures, commands, snippets, the contents to seed."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.live.server import ROOT, LiveServer

pytestmark = pytest.mark.live

HERE = "http://127.0.0.1:8000"  # where the documentation says that the server is


def code(document: str, language: str, containing: str) -> str:
    """The one block of that language that has these words in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)
    found = [block for block in blocks if containing in block]
    assert len(found) == 1, f"{document} has {len(found)} blocks of {language} with {containing!r}"
    return str(found[0])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One of its own: what the documentation shows empties it."""
    server = LiveServer(tmp_path_factory.mktemp("documentation") / "data")
    server.start()
    yield server
    server.stop()


def keys(server: LiveServer) -> dict[str, str]:
    credentials = RawConfigParser(default_section="")
    credentials.read(server.data_dir / "aws" / "credentials")
    return {name.upper(): value for name, value in credentials["default"].items()}


def shell(server: LiveServer, script: str, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """As if the server were where the documentation says. Nothing of AWS is set but what the script sets itself."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-euc", script.replace(HERE, server.url)],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- README: the fixtures ----------------------------------------------------------------------------------

TESTS_OF_SOMEBODY = """
import boto3


def test_a_secret_is_there(secretsmanager):
    secretsmanager.create_secret(Name="prod/database", SecretString="a value")
    assert secretsmanager.get_secret_value(SecretId="prod/database")["SecretString"] == "a value"


def test_the_next_test_has_a_clean_start(secretsmanager):
    assert secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_an_account_of_ones_own(secrets_console, secretsmanager):
    own = boto3.client("sts", endpoint_url=secrets_console, region_name="us-west-2",
                       aws_access_key_id="111122223333", aws_secret_access_key="test")
    assert own.get_caller_identity()["Account"] == "111122223333"
"""


def test_the_fixtures_of_the_readme(tmp_path: Path) -> None:
    """In a project of its own, by a pytest of its own, with nothing set but where this one is."""
    (tmp_path / "conftest.py").write_text(code("README.md", "python", "def secretsmanager("))
    (tmp_path / "test_somebodys.py").write_text(TESTS_OF_SOMEBODY)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-W", "error", "."],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SECRETS_CONSOLE": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


# --- docs/testing.md ---------------------------------------------------------------------------------------


def test_the_reset_by_curl(server: LiveServer, tmp_path: Path) -> None:
    done = shell(server, code("docs/testing.md", "sh", "--aws-sigv4"), tmp_path, **keys(server))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"Account": "123456789012", "Keys": 0, "Secrets": 1}
    value = server.client().get_secret_value(SecretId="prod/database")["SecretString"]
    assert json.loads(value) == {"user": "diegor", "password": "EXAMPLE-PASSWORD"}


def test_the_contents_to_seed(server: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "contents.json").write_text(code("docs/testing.md", "json", '"Versions"'))
    script = code("docs/testing.md", "sh", "--aws-sigv4")
    posted = re.sub(r"--json '.*?'", "--json @contents.json", script, flags=re.DOTALL)

    done = shell(server, posted, tmp_path, **keys(server))

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["Keys"] == 2
    described = server.client().describe_secret(SecretId="prod/database")
    assert described["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert ["trial"] in described["VersionIdsToStages"].values()
    elsewhere = server.client(region="eu-central-1")
    assert elsewhere.get_secret_value(SecretId="prod/certificate")["SecretBinary"] == b"\0\1\2\3"


def test_info_has_what_is_promised(server: LiveServer) -> None:
    row = next(line for line in (ROOT / "docs/testing.md").read_text().splitlines() if "/info`" in line)

    with urllib.request.urlopen(f"{server.url}/_secrets_console/info", timeout=5) as answer:
        told = json.loads(answer.read())

    assert set(re.findall(r"`([A-Z][A-Za-z]+)`", row)) == told.keys() - {"Name"}
