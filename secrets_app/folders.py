"""The list of secrets as folders: what stands between the slashes of their names, one level at a time.

Permitted to whom ListSecrets is, and on record as ListSecrets with a filter by name. A level is found by skipping in
the index of names from one folder behind the last, so that a folder costs the same whatever it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Prefetch

from secrets_app import audit
from secrets_app.call import Call
from secrets_app.models import RotationConfiguration, Secret, Tag
from secrets_app.overview import LIST_SECRETS
from secrets_app.results import Description
from secrets_app.service_model import service

MOST_COUNTED = 100
_END = "~"  # behind every character a name may have
_TABLE = Secret._meta.db_table


@dataclass(frozen=True, slots=True)
class Folder:
    """prefix: the beginning of its secrets' names, with the slash at its end. secrets: MOST_COUNTED + 1 is "more"."""

    prefix: str
    secrets: int


@dataclass(frozen=True, slots=True)
class Level:
    """What one folder shows, in the order of names. next_start: where the next page starts, "" behind the last."""

    entries: list[Folder | Description]
    next_start: str = ""


def browse(call: Call, prefix: str, *, start: str, size: int, include_planned_deletion: bool) -> Level:
    """The folders and secrets right under `prefix` ("" or ending in a slash). start: next_start of the page before."""
    call = call.starting(service("secretsmanager").operations["ListSecrets"], "secretsmanager", read_only=True)
    arguments = {
        "filters": [{"Key": "name", "Values": [prefix]}] if prefix else [],
        "max_results": size,
        "include_planned_deletion": include_planned_deletion,
    }
    try:
        call.authorize(action=LIST_SECRETS)
    except Exception as error:
        audit.write(call, arguments, error)
        raise
    names = _names(call, prefix, start, size + 1, include_planned_deletion=include_planned_deletion)
    level = _level(call, prefix, names[:size], include_planned_deletion=include_planned_deletion)
    audit.write(call, arguments)
    return Level(level, _behind(prefix, names[size - 1]) if len(names) > size else "")


def folder_of(prefix: str, name: str) -> str:
    """The folder under `prefix` that holds the secret; "" if it stands there itself."""
    segment, slash, _ = name[len(prefix) :].partition("/")
    return prefix + segment + slash if slash else ""


def _behind(prefix: str, name: str) -> str:
    """The first name that is neither this secret's nor in its folder. "0" follows "/", a blank is before all."""
    folder = folder_of(prefix, name)
    return folder[:-1] + "0" if folder else name + " "


def _names(call: Call, prefix: str, start: str, size: int, *, include_planned_deletion: bool) -> list[str]:
    """The first name of each entry. One statement: every step of the recursion is one look into the index."""
    first = max(start, prefix)
    last = prefix[:-1] + "0" if prefix else _END
    look = f"""(SELECT CAST(s.name AS text) FROM {_TABLE} s WHERE s.account_id = %s AND s.region = %s
                AND s.name{_bytes()} >= {{}} AND s.name{_bytes()} < %s {_alive(include_planned_deletion)}
                ORDER BY s.name{_bytes()} LIMIT 1)"""  # noqa: S608  our own table name
    rest = "substr(entry.name, %s)"
    slash = f"{'strpos' if connection.vendor == 'postgresql' else 'instr'}({rest}, '/')"
    behind = f"CASE WHEN {slash} > 0 THEN %s || substr({rest}, 1, {slash} - 1) || '0' ELSE entry.name || ' ' END"
    sql = f"""
        WITH RECURSIVE entry(name, number) AS (
            SELECT {look.format("%s")}, 1
            UNION ALL
            SELECT {look.format(f"({behind})")}, entry.number + 1 FROM entry
            WHERE entry.name IS NOT NULL AND entry.number < %s
        )
        SELECT name FROM entry WHERE name IS NOT NULL ORDER BY number"""  # noqa: S608
    place = len(prefix) + 1
    parameters: list[str | int] = [call.account, call.region, first, last]
    parameters += [call.account, call.region, place, prefix, place, place, last, size]
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [str(name) for (name,) in cursor.fetchall()]


def _level(
    call: Call, prefix: str, names: Sequence[str], *, include_planned_deletion: bool
) -> list[Folder | Description]:
    folders = [folder for name in names if (folder := folder_of(prefix, name))]
    counts = _counts(call, folders, include_planned_deletion=include_planned_deletion)
    secrets = _described(call, [name for name in names if not folder_of(prefix, name)])
    found: list[Folder | Description] = []
    for name in names:
        folder = folder_of(prefix, name)
        if folder:
            found.append(Folder(folder, counts[folder]))
        elif name in secrets:
            found.append(secrets[name])
    return found


def _counts(call: Call, folders: Sequence[str], *, include_planned_deletion: bool) -> dict[str, int]:
    """How many secrets each folder holds, at any depth; never more than MOST_COUNTED + 1 of them are looked at."""
    if not folders:
        return {}
    alive = _alive(include_planned_deletion)
    one = f"""SELECT COUNT(*) FROM (SELECT 1 FROM {_TABLE} s WHERE s.account_id = %s AND s.region = %s
              AND s.name{_bytes()} >= %s AND s.name{_bytes()} < %s {alive} LIMIT %s) counted"""  # noqa: S608
    columns = ", ".join(f"({one})" for _ in folders)
    parameters: list[str | int] = []
    for folder in folders:
        parameters += [call.account, call.region, folder, folder[:-1] + "0", MOST_COUNTED + 1]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", parameters)
        return dict(zip(folders, cursor.fetchone(), strict=True))


def _described(call: Call, names: Sequence[str]) -> dict[str, Description]:
    if not names:
        return {}
    found = Secret.objects.filter(account=call.account, region=call.region, name__in=names)
    secrets = list(found.prefetch_related(Prefetch("tags", Tag.objects.order_by("id"))))
    rotations = RotationConfiguration.objects.in_bulk([secret.pk for secret in secrets])
    return {
        secret.name: Description(secret, {}, list(secret.tags.all()), rotations.get(secret.pk), [])
        for secret in secrets
    }


def _bytes() -> str:
    """PostgreSQL's own order of text need not be that of the characters; an index for this one is in migration 0003."""
    return ' COLLATE "C"' if connection.vendor == "postgresql" else ""


def _alive(include_planned_deletion: bool) -> str:  # noqa: FBT001
    return "" if include_planned_deletion else "AND s.deleted_at IS NULL"
