"""Everything a start needs before the first request: directory, keys, tables, demo account, files for the AWS CLI."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from secrets_app import accounts, demo, root_key

from . import aws_files, checks, static_files
from .refusal import CannotStart


@dataclass(frozen=True, slots=True)
class Prepared:
    """new_password: the administrator's, if it was made up just now; "" if somebody knows it already."""

    is_first_start: bool
    new_password: str


def prepare(say: Callable[[str], object]) -> Prepared:
    """Bring the installation up to date; does nothing where there is nothing to do. Raises CannotStart.

    say: tells the person at the terminal what takes a moment.
    """
    os.umask(0o077)
    checks.data_directory(settings.DATA_DIR)
    checks.database()
    try:
        if _has_unapplied_migrations():
            say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        _keys()
        is_first_start = demo.is_wanted()
        new_password = ""
        if is_first_start:
            say("Setting up the demo account ...")
            new_password = "" if settings.DEMO_PASSWORD else demo.new_password()
            demo.seed(timezone.now(), password=settings.DEMO_PASSWORD or new_password)
        elif settings.DEMO_PASSWORD:
            demo.set_password(accounts.ADMINISTRATOR, settings.DEMO_PASSWORD)
    except DatabaseError as error:
        raise CannotStart(f"The database cannot be prepared: {str(error).splitlines()[0]}.") from None
    except root_key.RootKeyError as error:
        raise CannotStart(str(error)) from None
    try:
        _files_for_the_aws_cli()
        if static_files.collect_if_changed():
            say("Collected static files.")
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be written: {error.strerror}.") from None
    return Prepared(is_first_start, new_password)


def _has_unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _keys() -> None:
    """A root key is only ever made for a database that was not written under one yet."""
    if not settings.ROOT_KEY and not root_key.is_in_use():
        root_key.create_file(settings.DATA_DIR)
    root_key.verify()
    _keep_session_key(settings.DATA_DIR / "session.key")


def _keep_session_key(path: Path) -> None:
    """The key this process made up becomes everybody's, so that sessions survive a restart."""
    if os.environ.get("SECRET_KEY") or path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(settings.SECRET_KEY + "\n")


def _files_for_the_aws_cli() -> None:
    """Makes access keys for profiles that have none: at the first start, or when the credentials file is gone."""
    data_dir = settings.DATA_DIR
    profiles = {"default": accounts.ADMINISTRATOR, "viewer": demo.VIEWER}
    have = aws_files.profiles_with_credentials(data_dir)
    missing = {
        profile: key
        for profile, user in profiles.items()
        if profile not in have and (key := demo.new_access_key(user, timezone.now())) is not None
    }
    if missing:
        aws_files.write_credentials(data_dir, missing)
    known = [profile for profile in profiles if profile in have or profile in missing]
    aws_files.write_config(data_dir, region=settings.HOME_REGION, endpoint=settings.PUBLIC_ENDPOINT, profiles=known)
