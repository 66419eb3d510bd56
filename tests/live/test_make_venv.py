"""What `make run` says on a machine that cannot run it. The machine is a folder of make-believe Pythons."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.live.server import ROOT

NAMES = ["python3", "python3.11", "python3.12", "python3.13", "python3.14"]
TOO_OLD = """#!/bin/sh
case "$*" in --version) echo "Python 3.9.2";; *) exit 1;; esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$*" in
    *ensurepip*) exit 1;;
    *%d.%d*) echo 3.12;;
    *version_info*) exit 0;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Only the tools the script itself needs are found there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "rm"):
        (folder / tool).symlink_to(f"/bin/{tool}")
    return folder


def refused(machine: Path) -> str:
    result = subprocess.run(
        [ROOT / ".ci" / "make_venv", "python3", str(machine / "venv")],
        env={**os.environ, "PATH": str(machine)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert not (machine / "venv").exists()
    return result.stderr.strip()


def install(machine: Path, script: str) -> None:
    for name in NAMES:
        (machine / name).write_text(script)
        (machine / name).chmod(0o755)


def test_an_old_python_is_named(machine: Path) -> None:
    install(machine, TOO_OLD)

    assert refused(machine) == (
        "Python 3.11 or newer is needed and python3 is Python 3.9.2: "
        "install one, or name it with PYTHON=/path/to/python3.11."
    )


def test_no_python_at_all(machine: Path) -> None:
    assert refused(machine) == (
        "Python 3.11 or newer is needed and there is no python3: "
        "install it, or name one with PYTHON=/path/to/python3.11."
    )


def test_a_python_without_venv_says_which_package_brings_it(machine: Path) -> None:
    install(machine, WITHOUT_VENV)

    assert refused(machine) == (
        "python3 cannot make virtual environments: install its venv module "
        "(Debian and Ubuntu: apt-get install python3.12-venv)."
    )
