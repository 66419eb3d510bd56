"""One view of the list as its URL says it: what is searched for, how it is sorted, which page."""

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from console.secrets_list import filters
from console.secrets_list.columns import CREATED_SORT, SORTABLE
from console.secrets_list.filters import Token

Kind = Literal["region", "folders", "all-regions"]
_LONGEST_TRAIL = 4_000  # characters of the tokens of pages turned; an address must stay one


@dataclass(frozen=True, slots=True)
class ListView:
    """kind: the Region's secrets, its folders, or every Region's. prefix: the folder that is open.

    trail: the tokens of the last pages turned, the newest of them this page's; as many as an address can hold.
    """

    kind: Kind
    region: str
    tokens: tuple[Token, ...] = ()
    typed: Token | None = None  # what was added just now, in `tokens` already
    edited: Token | None = None  # what was taken out of `tokens` to be changed in the box
    prefix: str = ""
    sort: str = CREATED_SORT
    order: str = "asc"
    deleted: bool | None = None  # None: as the person prefers
    page: int = 1
    trail: tuple[str, ...] = ()

    @property
    def position(self) -> str | None:
        """Where this page begins: a NextToken."""
        return self.trail[-1] if self.trail else None

    def first_page(self) -> "ListView":
        return replace(self, page=1, trail=())

    def without(self, token: Token) -> "ListView":
        return replace(self.first_page(), tokens=tuple(each for each in self.tokens if each != token))

    def next_page(self, token: str) -> "ListView":
        trail = (*self.trail, token)
        while len(trail) > 1 and sum(map(len, trail)) > _LONGEST_TRAIL:
            trail = trail[1:]
        return replace(self, page=self.page + 1, trail=trail)

    def earlier_page(self, back: int) -> "ListView | None":
        """`back` pages before this one; None where the address no longer holds its token."""
        number = self.page - back
        if number == 1:
            return self.first_page()
        return replace(self, page=number, trail=self.trail[:-back]) if 0 < back < len(self.trail) else None

    def url_to_edit(self, token: Token) -> str:
        """Without the token, which stands in the box instead."""
        return f"{self.without(token).url}&{urlencode({'edit': token.written})}"

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """But for the pages turned. What is as usual is left out."""
        found = [("region", self.region)]
        if self.kind != "region":
            found.append(("view", self.kind))
        if self.prefix:
            found.append(("prefix", self.prefix))
        found += [("filter", token.written) for token in self.tokens]
        if (self.sort, self.order) != (CREATED_SORT, "asc"):
            found += [("sort", self.sort), ("order", self.order)]
        if self.deleted is not None:
            found.append(("deleted", "1" if self.deleted else "0"))
        return found

    @property
    def url(self) -> str:
        pages = [("page", str(self.page))] if self.page > 1 else []
        query = [*self.parameters, *pages, *(("token", token) for token in self.trail)]
        return f"{reverse('secrets-list')}?{urlencode(query)}"


def read(request: HttpRequest, region: str) -> ListView:
    """Whatever an address says, it is a view: what makes no sense is left out."""
    query = request.GET
    kept = [filters.read(written) for written in query.getlist("filter")]
    typed, folder = _typed(request)
    kept.append(folder)
    tokens = filters.in_order(token for token in (*kept, typed) if token is not None)
    kind: Kind = "region"
    if query.get("view") == "all-regions":
        kind = "all-regions"
    elif query.get("view") == "folders" and not tokens:
        kind = "folders"
    sort = query.get("sort", "")
    trail = () if typed else tuple(query.getlist("token"))
    return ListView(
        kind=kind,
        region=region,
        tokens=tokens,
        typed=typed,
        edited=filters.read(query.get("edit", "")),
        prefix=query.get("prefix", "") if kind == "folders" else "",
        sort=sort if sort in SORTABLE else CREATED_SORT,
        order="desc" if query.get("order") == "desc" else "asc",
        deleted={"1": True, "0": False}.get(query.get("deleted", "")),
        page=_page_number(query.get("page", ""), len(trail)) if trail else 1,
        trail=trail,
    )


def _typed(request: HttpRequest) -> tuple[Token | None, Token | None]:
    """What the form adds; and, typed in an open folder, the folder as a second token unless the first says it."""
    key = request.GET.get("property", "all")
    value = request.GET.get("replicated" if key == filters.REPLICATED else "search", "").strip()
    typed, folder = filters.make(key, value), request.GET.get("within", "")
    if typed is None or not folder:
        return typed, None
    if key == "name" and not typed.excludes:
        return filters.make(key, folder + value), None
    return typed, filters.make("name", folder)


def _page_number(written: str, turned: int) -> int:
    """Beside a trail, which may be shorter than the way."""
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
    return max(number, turned + 1)
