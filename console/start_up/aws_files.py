"""$DATA_DIR/aws/config and credentials: with these two the AWS CLI and SDKs need no further flags."""

import os
from configparser import RawConfigParser
from pathlib import Path

from secrets_app.principals import NewAccessKey


def folder(data_dir: Path) -> Path:
    return data_dir / "aws"


def config_file(data_dir: Path) -> Path:
    return folder(data_dir) / "config"


def credentials_file(data_dir: Path) -> Path:
    return folder(data_dir) / "credentials"


def write_config(data_dir: Path, *, region: str, endpoint: str, profiles: list[str]) -> None:
    """endpoint is set again at every start, because PORT may have changed; what a person added stays."""
    path = config_file(data_dir)
    file = _read(path)
    for profile in profiles:
        section = profile if profile == "default" else f"profile {profile}"
        if not file.has_section(section):
            file.add_section(section)
            file.set(section, "region", region)
            file.set(section, "cli_pager", "")
        file.set(section, "endpoint_url", endpoint)
    _write(path, file)


def profiles_with_credentials(data_dir: Path) -> set[str]:
    return set(_read(credentials_file(data_dir)).sections())


def write_credentials(data_dir: Path, keys: dict[str, NewAccessKey]) -> None:
    """keys: profile -> its new access key."""
    path = credentials_file(data_dir)
    file = _read(path)
    for profile, key in keys.items():
        if not file.has_section(profile):
            file.add_section(profile)
        file.set(profile, "aws_access_key_id", key.access_key_id)
        file.set(profile, "aws_secret_access_key", key.secret_access_key)
    _write(path, file)


def _read(path: Path) -> RawConfigParser:
    file = RawConfigParser(default_section="")  # [default] is a section like any other here
    file.read(path)
    return file


def _write(path: Path, file: RawConfigParser) -> None:
    """Replace the file in one step, readable by its owner only."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        file.write(stream)
    fresh.replace(path)
