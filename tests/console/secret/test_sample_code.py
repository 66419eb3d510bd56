"""Sample code: the secret, its Region and this server are filled in; no value is; and it runs as shown."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from console.secret import sample_code
from secrets_app.models import Secret
from tests.console.secret.pages import read
from tests.live.server import LiveServer

LANGUAGES = ["Python 3", "Python 3, cached", "AWS CLI", "Java", "JavaScript", "C#", "Go", "Ruby", "Rust", "curl"]


def copied(name: str) -> dict[str, str]:
    """What the copy button of each language copies, for a secret of this name."""
    described: Any = SimpleNamespace(secret=SimpleNamespace(name=name, region="us-west-2"))
    samples = sample_code.panel(None, described)["samples"]  # type: ignore[arg-type]
    return {sample["label"]: unescape(re.sub(r"<[^>]+>", "", sample["code"])) for sample in samples}


@pytest.mark.django_db
def test_page_shows_every_language_and_no_value(signed_in: Client, secret: Secret) -> None:
    shown = read(signed_in, "secret", secret)

    assert re.findall(r'id="tab-sample-[a-z-]+".*?<span>(.*?)</span>', shown) == LANGUAGES
    assert shown.count("prod/database") > len(LANGUAGES)
    assert "THE_" not in shown
    assert "first-password" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_snippet_names_secret_region_and_server(language: str, settings: Any) -> None:
    settings.PUBLIC_ENDPOINT = "https://secrets.example.org"

    code = copied("prod/database")[language]

    assert "prod/database" in code
    assert "us-west-2" in code
    assert "https://secrets.example.org" in code
    assert "&quot;" not in code  # escaped once, not twice


def test_name_that_a_shell_would_read_is_quoted() -> None:
    assert "--secret-id='rds!db-1'" in copied("rds!db-1")["AWS CLI"]
    assert 'SecretId="rds!db-1"' in copied("rds!db-1")["Python 3"]


@pytest.fixture
def stored(live_server_process: LiveServer, settings: Any) -> dict[str, str]:
    """The snippets for a secret of the live server, with a name that a careless command line would take apart."""
    settings.PUBLIC_ENDPOINT = live_server_process.url
    client = live_server_process.client()
    name = "-sample!/code@1"
    with suppress(client.exceptions.ResourceExistsException):  # the server is there for the whole session
        client.create_secret(Name=name, SecretString="the value")
    return copied(name)


@pytest.mark.live
def test_python_runs_as_shown(live_server_process: LiveServer, stored: dict[str, str]) -> None:
    script = stored["Python 3"] + "\nprint(secret)"

    done = subprocess.run([sys.executable, "-c", script], env=live_server_process.env, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("the value\n", "")


@pytest.mark.live
def test_cached_python_runs_as_shown(live_server_process: LiveServer, stored: dict[str, str]) -> None:
    script = stored["Python 3, cached"] + "\nprint(secret)"

    done = subprocess.run([sys.executable, "-c", script], env=live_server_process.env, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("the value\n", "")


@pytest.mark.live
def test_command_line_runs_as_shown(live_server_process: LiveServer, stored: dict[str, str]) -> None:
    folder = str(sys.executable).rpartition("/")[0]
    environment = {**live_server_process.env, "PATH": f"{folder}:{live_server_process.env['PATH']}"}

    done = subprocess.run(["bash", "-c", stored["AWS CLI"]], env=environment, capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("the value\n", "")


@pytest.mark.live
@pytest.mark.skipif(shutil.which("curl") is None and os.environ.get("CI") != "true", reason="no curl on this machine")
def test_curl_runs_as_shown(live_server_process: LiveServer, stored: dict[str, str]) -> None:
    keys = live_server_process.client()._request_signer._credentials
    environment = {
        **live_server_process.env,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
    }

    done = subprocess.run(["bash", "-c", stored["curl"]], env=environment, capture_output=True, text=True)

    assert '"SecretString":"the value"' in done.stdout
