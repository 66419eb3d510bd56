"""Refreshes the vendored service models from the installed botocore, and tells what that changes."""

import gzip
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore
from django.core.management.base import BaseCommand

from secrets_app import service_model

_FOLDER = Path(service_model.__file__).parent
_DOCUMENTATION = ("documentation", "documentationUrl", "examples")


class Command(BaseCommand):
    help = "Copy the newest service models from botocore, without documentation, and print what changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print what would change, write nothing")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        for service, file_name in service_model.MODEL_FILES.items():
            path = _FOLDER / file_name
            old = json.loads(path.read_text()) if path.exists() else {}
            new = _published(service, file_name)
            changes = list(differences(old, new))
            self.stdout.write(f"{file_name}: {len(changes)} changes")
            for change in changes:
                self.stdout.write(f"  {change}")
            if changes and not dry_run:
                path.write_text(json.dumps(new, indent=1) + "\n")


def _published(service: str, file_name: str) -> Any:
    version = file_name.removeprefix(f"{service}-").removesuffix(".json")
    packed = Path(botocore.__file__).parent / "data" / service / version / "service-2.json.gz"
    return without_documentation(json.loads(gzip.decompress(packed.read_bytes())))


def without_documentation(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_documentation(value) for key, value in node.items() if key not in _DOCUMENTATION}
    if isinstance(node, list):
        return [without_documentation(item) for item in node]
    return node


def differences(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """One line per place: "+ shapes.TagType.members.Note", "- ...", "~ ...: 64 -> 128"."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            place = f"{where}.{key}" if where else key
            if key not in old:
                yield f"+ {place}"
            elif key not in new:
                yield f"- {place}"
            else:
                yield from differences(old[key], new[key], place)
    elif old != new:
        yield f"~ {where}: {json.dumps(old)} -> {json.dumps(new)}"
