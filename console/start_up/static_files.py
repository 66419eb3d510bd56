"""Collects static files under hashed names, so that browsers may keep them for ever; again only when one changed."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from whitenoise.compress import Compressor

_DIGEST = "collected.digest"


def collect_if_changed() -> bool:
    """Whether anything had to be done. The new folder takes the old one's place in one step."""
    root = Path(settings.STATIC_ROOT)
    digest = _digest()
    if _is_collected(root, digest):
        return False
    with root.with_name(root.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several servers that start at once, as test sessions do, one collects
        if _is_collected(root, digest):
            return False
        _collect(root, digest)
    return True


def _is_collected(root: Path, digest: str) -> bool:
    return os.access(root / _DIGEST, os.R_OK) and (root / _DIGEST).read_text() == digest


def _collect(root: Path, digest: str) -> None:
    fresh, old = root.with_name(root.name + ".new"), root.with_name(root.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    before = os.umask(0o022)  # they are everybody's, unlike what is in DATA_DIR
    try:
        call_command(_CollectInto(fresh), interactive=False, verbosity=0)
        _compress(fresh)
        (fresh / _DIGEST).write_text(digest)
    finally:
        os.umask(before)
    if root.exists():
        root.rename(old)
    fresh.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def _compress(folder: Path) -> None:
    """A .gz beside every file that gets smaller by it: WhiteNoise sends it to who accepts it."""
    compressor = Compressor(use_brotli=False, quiet=True)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if compressor.should_compress(path.name):
            compressor.compress(str(path))


class _CollectInto(collectstatic.Command):
    """collectstatic into a folder that is not STATIC_ROOT yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.storage: Any = ManifestStaticFilesStorage(location=folder, base_url=settings.STATIC_URL)


def _digest() -> str:
    """Of every source file's name, size and time of change."""
    digest = hashlib.sha256(b"compressed")
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
