"""What DescribeSecret and ListSecrets tell of secrets beside their own row: labels, tags, rotation.

One statement for each, whatever the number of secrets.
"""

from collections.abc import Sequence
from functools import cache

from secrets_app.models import RotationConfiguration, Secret, SecretVersion, StagingLabel, Tag
from secrets_app.results import Description
from secrets_app.rows import Columns
from secrets_app.statements import Statement

_TAG, _ROTATION = Columns(Tag, "t"), Columns(RotationConfiguration, "r")


def of(secrets: Sequence[Secret]) -> list[Description]:
    """In the order given, without replicas."""
    pks = [secret.id for secret in secrets]
    if not pks:
        return []
    labels, tags, rotations = _labels(pks), tags_of(pks), _rotations(pks)
    return [
        Description(secret, labels.get(secret.id, {}), tags.get(secret.id, []), rotations.get(secret.id), [])
        for secret in secrets
    ]


def tags_of(pks: Sequence[int]) -> dict[int, list[Tag]]:
    """Secret -> its tags, in the order they were added."""
    found: dict[int, list[Tag]] = {}
    for row in _tag_statement(len(pks)).rows(pks):
        tag = _TAG.instance(row)
        found.setdefault(tag.secret_id, []).append(tag)
    return found


def _labels(pks: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """secret -> version id -> labels, in the order they were attached. Unlabelled versions don't show (recorded)."""
    found: dict[int, dict[str, list[str]]] = {}
    for secret_pk, version_id, label in _label_statement(len(pks)).rows(pks):
        found.setdefault(secret_pk, {}).setdefault(version_id, []).append(label)
    return found


def _rotations(pks: Sequence[int]) -> dict[int, RotationConfiguration]:
    rows = _rotation_statement(len(pks)).rows(pks)
    return {found.secret_id: found for found in map(_ROTATION.instance, rows)}


@cache
def _label_statement(count: int) -> Statement:
    return Statement(
        f"SELECT l.secret_id, v.version_id, l.label FROM {StagingLabel._meta.db_table} l"  # noqa: S608  our own names
        f" JOIN {SecretVersion._meta.db_table} v ON v.id = l.version_id"
        f" WHERE l.secret_id IN ({_places(count)}) ORDER BY l.version_id, l.id"
    )


@cache
def _tag_statement(count: int) -> Statement:
    return _TAG.select(f"FROM {Tag._meta.db_table} t WHERE t.secret_id IN ({_places(count)}) ORDER BY t.id")


@cache
def _rotation_statement(count: int) -> Statement:
    return _ROTATION.select(f"FROM {RotationConfiguration._meta.db_table} r WHERE r.secret_id IN ({_places(count)})")


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)
