"""The three ways to list: one Region's secrets, its folders, every Region's. Each page is found by where it begins."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from console.secrets_list.filters import of_list_secrets
from console.secrets_list.view import ListView
from secrets_app import folders, operations, overview
from secrets_app.call import Call
from secrets_app.folders import Folder
from secrets_app.results import Description, Page

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

# Each costs a few statements; the rest of the Regions is on the next page.
_MOST_REGIONS_A_PAGE = 12


@dataclass(frozen=True, slots=True)
class Listing:
    """next_token: "" behind the last page. denied_regions: of all Regions, those the person may not list."""

    entries: Sequence[Folder | Description]
    next_token: str = ""
    denied_regions: list[str] = field(default_factory=list)


def of(call: Call, view: ListView, *, size: int, with_deleted: bool) -> Listing:
    """Raises what ListSecrets raises."""
    if view.kind == "folders":
        level = folders.browse(
            call, view.prefix, start=view.position or "", size=size, include_planned_deletion=with_deleted
        )
        return Listing(level.entries, level.next_start)
    if view.kind == "all-regions":
        return _of_all_regions(call, view, size=size, with_deleted=with_deleted)
    page = _page(call, view, view.position, size=size, with_deleted=with_deleted)
    return Listing(page.items, page.next_token or "")


def _of_all_regions(call: Call, view: ListView, *, size: int, with_deleted: bool) -> Listing:
    """One Region after the other. A page goes on in the next Region, at its beginning, where one ends."""
    found = overview.regions_with_secrets(call)
    first, _, token = (view.position or "").partition(" ")
    waiting = [region for region in found.listed if region >= first]
    if waiting and waiting[0] != first:
        token = ""
    entries: list[Description] = []
    for looked_at, region in enumerate(waiting):
        if len(entries) == size or looked_at == _MOST_REGIONS_A_PAGE:
            return Listing(entries, region, found.denied)
        there = replace(call, region=region)
        page = _page(there, view, token or None, size=size - len(entries), with_deleted=with_deleted)
        entries += page.items
        token = ""
        if page.next_token:
            return Listing(entries, f"{region} {page.next_token}", found.denied)
    return Listing(entries, "", found.denied)


def _page(call: Call, view: ListView, token: str | None, *, size: int, with_deleted: bool) -> Page[Description]:
    wanted: list[FilterTypeDef] = of_list_secrets(view.tokens, call.region)
    return operations.list_secrets(
        call,
        filters=wanted,
        max_results=size,
        next_token=token,
        sort_by=view.sort,
        sort_order=view.order,
        include_planned_deletion=with_deleted,
    )
