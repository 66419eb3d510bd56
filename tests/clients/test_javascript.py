"""The AWS SDK for JavaScript v3, as npm delivers it: its round of work is javascript/secrets_manager.test.js."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.server import LiveServer

pytestmark = pytest.mark.live

FOLDER = Path(__file__).parent / "javascript"
SDK = FOLDER / "node_modules" / "@aws-sdk" / "client-secrets-manager"


def test_a_round_of_work(live_server_process: LiveServer) -> None:
    node = shutil.which("node")
    if node is None or not SDK.is_dir():
        missing = "there is no node" if node is None else "npm has not brought its packages: .ci/javascript does"
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI=true and {missing}: the JavaScript client must not be skipped.")
        pytest.skip(f"JavaScript client: {missing}")

    done = subprocess.run(
        [node, "--test", "secrets_manager.test.js"],
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **live_server_process.aws_environment},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "tests 10" in done.stdout
