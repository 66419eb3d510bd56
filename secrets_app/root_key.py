"""The root key: 256 bits kept outside the database, under which backing keys and access keys are sealed.

It comes from $ROOT_KEY (base64 of 32 bytes) or from the file `root.key` (mode 0600) under the data directory, which
the first start creates. It is never logged, and never handed to a child process.
"""

import base64
import binascii
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE_NAME = "root.key"
_NONCE_BYTES = 12


class RootKeyError(Exception):
    """No usable root key, or not the one this database was written under. The text is for the operator."""


class RootKey:
    """Seals small secrets with AES-256-GCM; `purpose` is authenticated with them, so none can stand in for another."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "RootKey()"

    def seal(self, plaintext: bytes, *, purpose: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Raises InvalidTag for anything but what seal() returned for this purpose."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())


def create_file(data_dir: Path) -> None:
    """Write a new root key, readable by its owner only; an existing one is never touched."""
    path = data_dir / FILE_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(data_dir: Path, given: str) -> RootKey:
    """given: the value of $ROOT_KEY, "" for none."""
    where = "$ROOT_KEY" if given else str(data_dir / FILE_NAME)
    try:
        text = given or (data_dir / FILE_NAME).read_text()
        key = base64.b64decode(text.strip(), validate=True)
    except FileNotFoundError:
        raise RootKeyError(f"There is no root key: {where} does not exist and $ROOT_KEY is not set.") from None
    except OSError as error:
        raise RootKeyError(f"The root key in {where} cannot be read: {error.strerror}.") from None
    except (binascii.Error, UnicodeDecodeError):
        raise RootKeyError(f"The root key in {where} is not base64.") from None
    if len(key) != 32:
        raise RootKeyError(f"The root key in {where} must be 32 bytes long, in base64.")
    return RootKey(key)


@cache
def current() -> RootKey:
    """The root key of this process."""
    from django.conf import settings

    return read(settings.DATA_DIR, settings.ROOT_KEY)


def is_in_use() -> bool:
    """Whether this database was ever written under a root key; then making a new one would only hide the loss."""
    from .models import RootKeyCheck

    return RootKeyCheck.objects.exists()


def verify() -> None:
    """Find a wrong root key before anything is read or written under it. Raises RootKeyError."""
    from .models import RootKeyCheck

    check = RootKeyCheck.objects.first()
    if check is None:
        RootKeyCheck.objects.create(sealed=current().seal(b"root key check", purpose="root-key-check"))
        return
    try:
        current().open(bytes(check.sealed), purpose="root-key-check")
    except InvalidTag:
        raise RootKeyError(
            "This database was written under another root key. Put back the right $ROOT_KEY or root.key; "
            "nothing has been changed."
        ) from None
