"""The columns of the list: what each is called, sorted by, and shows.

Cells are made here and not in the template: a page of a hundred secrets has over a thousand, and an include for each
would take longer than the database.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.utils.html import format_html, format_html_join

from console.templatetags.console import EMPTY, dash, utc_date, utc_day
from secrets_app.results import Description

_MOST_TAGS = 3


class Column(NamedTuple):
    """sort_by: the SortBy of ListSecrets, "" where it has none."""

    key: str
    label: str
    cell: Callable[[Description], object]
    sort_by: str = ""
    css: str = ""


def _description(described: Description) -> str:
    return format_html('<span dir="auto">{}</span>', dash(described.secret.description))


def _rotation(described: Description) -> str:
    return "Enabled" if described.rotation and described.rotation.enabled else "Disabled"


def _last_rotated(described: Description) -> str:
    return utc_date(described.rotation.last_rotated_at if described.rotation else None)


def _tags(described: Description) -> str:
    """The first few; all of them stand on the secret's page."""
    if not described.tags:
        return EMPTY
    shown = format_html_join(
        ", ",
        '<span dir="auto">{}</span>',
        ((f"{tag.key}={tag.value}" if tag.value else tag.key,) for tag in described.tags[:_MOST_TAGS]),
    )
    more = len(described.tags) - _MOST_TAGS
    return format_html("{} and {} more", shown, more) if more > 0 else shown


COLUMNS = (
    Column("description", "Description", _description, css="list__description"),
    Column("managed-by", "Managed by", lambda row: dash(row.secret.owning_service)),
    Column("type", "Secret type", lambda row: dash(row.secret.type)),
    Column("key", "Encryption key", lambda row: row.secret.kms_key_id_given or "aws/secretsmanager", css="list__key"),
    Column("tags", "Tags", _tags, css="list__tags"),
    Column("primary-region", "Primary Region", lambda row: dash(row.secret.primary_region), css="table__nowrap"),
    Column("rotation", "Rotation", _rotation),
    Column("last-rotated", "Last rotated (UTC)", _last_rotated, css="table__nowrap"),
    Column(
        "last-retrieved",
        "Last retrieved (UTC)",
        lambda row: utc_day(row.secret.last_accessed_on),
        "last-accessed-date",
        "table__nowrap",
    ),
    Column(
        "last-changed",
        "Last changed (UTC)",
        lambda row: utc_date(row.secret.last_changed_at),
        "last-changed-date",
        "table__nowrap",
    ),
    Column("created", "Created on (UTC)", lambda row: utc_date(row.secret.created_at), "created-date", "table__nowrap"),
    Column("deleted", "To be deleted on (UTC)", lambda row: utc_date(row.secret.deletion_at), css="table__nowrap"),
)
DEFAULT_COLUMNS = ("description", "managed-by", "last-retrieved", "created")
NAME_SORT = "name"
CREATED_SORT = "created-date"
SORTABLE = {NAME_SORT, *(column.sort_by for column in COLUMNS if column.sort_by)}


def visible(keys: tuple[str, ...], *, with_deleted: bool) -> list[Column]:
    """with_deleted: the list shows secrets that are on their way out, so it says until when."""
    return [column for column in COLUMNS if column.key in keys or (with_deleted and column.key == "deleted")]
