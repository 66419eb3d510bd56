"""The files of docs/deploy say nothing that the server doesn't know: its commands, its settings, and where they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "docs" / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())


def variables_of_readme() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_commands_exist(path: Path) -> None:
    named = set(re.findall(r"manage\.py[\", ]+([a-z_]+)", path.read_text()))

    assert named <= set(get_commands())


def test_settings_are_in_the_readme() -> None:
    lines = (DEPLOY / "secrets-console.env").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    for unit in DEPLOY.glob("*.service"):
        for line in re.findall(r"^Environment=(.*)$", unit.read_text(), re.MULTILINE):
            named |= {setting.partition("=")[0] for setting in line.split()}

    assert "DATABASE_URL" in named
    assert named <= variables_of_readme()


def test_compose_has_the_production_shape() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    assert set(services) == {"database", "web", "worker", "proxy"}
    assert "ports" not in {**services["database"], **services["web"], **services["worker"]}
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (DEPLOY / source).exists()
    assert (DEPLOY / services["web"]["build"]["context"] / services["web"]["build"]["dockerfile"]).exists()
