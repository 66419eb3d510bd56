"""Staging labels: AWSCURRENT, AWSPREVIOUS, AWSPENDING and a caller's own; who carries what.

Facts: api.md 4.4. A label sits on one version of a secret at most; the database holds that as a constraint.
"""

from . import quotas
from .models import SecretVersion, StagingLabel
from .rows import Columns
from .statements import Statement

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"

_VERSION = Columns(SecretVersion, "v")
_TABLE = StagingLabel._meta.db_table
_HOLDER = _VERSION.select(
    f"FROM {_TABLE} l JOIN {SecretVersion._meta.db_table} v ON v.id = l.version_id"
    " WHERE l.secret_id = %s AND l.label = %s"
)
_OF = Statement(f"SELECT label FROM {_TABLE} WHERE version_id = %s ORDER BY id")  # noqa: S608  our own names
_ATTACH = Statement(f"INSERT INTO {_TABLE} (secret_id, version_id, label) VALUES (%s, %s, %s)")  # noqa: S608
_DETACH = Statement(f"DELETE FROM {_TABLE} WHERE version_id = %s AND label = %s")  # noqa: S608
_FREE = Statement(f"DELETE FROM {_TABLE} WHERE secret_id = %s AND label = %s")  # noqa: S608
_COUNT = Statement(f"SELECT COUNT(*) FROM {_TABLE} WHERE secret_id = %s")  # noqa: S608


def of(version: SecretVersion) -> list[str]:
    """The version's labels, in the order they were attached."""
    return [label for (label,) in _OF.rows([version.pk])]


def holder(secret_pk: int, label: str) -> SecretVersion | None:
    rows = _HOLDER.rows([secret_pk, label])
    return _VERSION.instance(rows[0]) if rows else None


def move(version: SecretVersion, label: str) -> None:
    """Attach the label to the version, taking it from whichever has it. AWSCURRENT leaves AWSPREVIOUS behind."""
    before = holder(version.secret_id, label)
    if before is not None and before.pk == version.pk:
        return
    if before is not None:
        detach(before, label)
    if label == CURRENT:
        detach(version, PREVIOUS)
        if before is not None:
            _take_over(before, PREVIOUS)
    _attach(version, label)


def detach(version: SecretVersion, label: str) -> None:
    _DETACH.run([version.pk, label])


def check_quota(secret_pk: int) -> None:
    """After the change."""
    quotas.check_labels(_COUNT.rows([secret_pk])[0][0])


def _take_over(version: SecretVersion, label: str) -> None:
    _FREE.run([version.secret_id, label])
    _attach(version, label)


def _attach(version: SecretVersion, label: str) -> None:
    _ATTACH.run([version.secret_id, version.pk, label])
