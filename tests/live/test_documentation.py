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


# --- docs/clients.md ---------------------------------------------------------------------------------------

WHO = "aws sts get-caller-identity --query Account --output text"
DECRYPTABLE = "aws kms list-aliases --query 'length(Aliases)' --output text"
CLIENTS = "docs/clients.md"


@pytest.fixture
def filled(server: LiveServer) -> LiveServer:
    """With MyTestSecret, and nothing of what a snippet creates."""
    secret = b'{"Secrets": [{"Name": "MyTestSecret", "SecretString": {"user": "diegor"}}]}'
    script = (
        f"curl --fail --silent --aws-sigv4 aws:amz:us-west-2:secretsmanager --user {':'.join(keys(server).values())}"
    )
    subprocess.run(
        [*script.split(), "--json", secret, f"{server.url}/_secrets_console/reset"], check=True, capture_output=True
    )
    return server


def test_every_client_of_the_task_is_there() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / CLIENTS).read_text(), re.MULTILINE)

    assert {heading.split(",")[0] for heading in headings} >= {
        "AWS CLI",
        "boto3",
        "JavaScript",
        "Java",
        "Go",
        "Terraform",
        "Spring Cloud AWS",
    }


def test_the_two_files(filled: LiveServer, tmp_path: Path) -> None:
    """With the folder that the server was started in, where DATA_DIR is ./data."""
    (tmp_path / "data").symlink_to(filled.data_dir)
    script = code(CLIENTS, "sh", "AWS_SHARED_CREDENTIALS_FILE")

    done = shell(filled, f"{script}\n{WHO}\n{DECRYPTABLE}", tmp_path)

    assert done.stdout.split()[0] == "123456789012", done.stderr


def test_a_variable_for_each_service(filled: LiveServer, tmp_path: Path) -> None:
    script = code(CLIENTS, "sh", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
    read = "aws secretsmanager get-secret-value --secret-id MyTestSecret --query SecretString --output text"

    done = shell(
        filled, f"{script}\n{WHO}\n{DECRYPTABLE}\n{read}", tmp_path, AWS_DEFAULT_REGION="us-west-2", **keys(filled)
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "123456789012"
    assert json.loads(done.stdout.splitlines()[-1]) == {"user": "diegor"}


def test_a_profile_with_a_services_section(filled: LiveServer, tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(code(CLIENTS, "ini", "[services").replace(HERE, filled.url))
    written = (filled.data_dir / "aws" / "credentials").read_text()
    (folder / "credentials").write_text(written.replace("[default]", "[secrets-console]"))
    read = "aws secretsmanager get-secret-value --secret-id MyTestSecret --query SecretString --output text"

    done = shell(filled, f"{WHO}\n{DECRYPTABLE}\n{read}", tmp_path, AWS_PROFILE="secrets-console")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "123456789012"
    assert json.loads(done.stdout.splitlines()[-1]) == {"user": "diegor"}


def test_the_aws_cli(filled: LiveServer, tmp_path: Path) -> None:
    done = shell(filled, code(CLIENTS, "sh", "clients/cli"), tmp_path, **keys(filled))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"user": "diegor"}


def test_boto3(filled: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "snippet.py").write_text(code(CLIENTS, "python", "boto3.client").replace(HERE, filled.url))

    done = shell(filled, f"{sys.executable} snippet.py", tmp_path, **keys(filled))

    assert (done.stdout.strip(), done.stderr) == ('{"user": "diegor"}', "")


def test_javascript(filled: LiveServer, tmp_path: Path) -> None:
    modules = ROOT / "tests" / "clients" / "javascript" / "node_modules"
    if not (modules / "@aws-sdk" / "client-secrets-manager").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true and npm has not brought the SDK for JavaScript: .ci/javascript does.")
        pytest.skip("npm has not brought the SDK for JavaScript: .ci/javascript does")
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "snippet.mjs").write_text(code(CLIENTS, "js", "SecretsManagerClient").replace(HERE, filled.url))

    done = shell(filled, "node snippet.mjs", tmp_path, **keys(filled))

    assert json.loads(done.stdout) == {"user": "diegor"}, done.stderr
