"""The few secrets that a rare filter can find, read from its own index.

Up to MOST of them it is cheaper to fetch them all, sort them and cut the page out. If there are more, walking the
order asked for meets them often enough (performance.md, "adaptive").
"""

from collections.abc import Sequence

from secrets_app.search_filters import Condition, Filter
from secrets_app.statements import Statement

MOST = 10_000
_FEW = 100  # then no other filter is asked for fewer


def of(filters: Sequence[Filter]) -> list[int] | None:
    """The keys of the secrets among which are all that pass, some that don't, and some of other accounts.

    None: every filter may find too many."""
    best: set[int] | None = None
    for given in filters:
        if given.sources is None:
            continue
        found = _of_one(given.sources)
        if found is not None and (best is None or len(found) < len(best)):
            best = found
        if best is not None and len(best) <= _FEW:
            break
    return None if best is None else sorted(best)


def _of_one(values: Sequence[Sequence[Condition]]) -> set[int] | None:
    together: set[int] = set()
    for sources in values:
        found = _fewest(sources)
        if found is None:
            return None
        together |= found
        if len(together) > MOST:
            return None
    return together


def _fewest(sources: Sequence[Condition]) -> set[int] | None:
    """sources: longest word first, which is the rarest more often than not."""
    best: set[int] | None = None if sources else set()
    for source in sources:
        if Statement(f"{source.sql} LIMIT 1 OFFSET %s").rows([*source.parameters, MOST]):
            continue
        found = {key for (key,) in Statement(source.sql).rows(source.parameters)}
        if best is None or len(found) < len(best):
            best = found
        if len(best) <= _FEW:
            break
    return best
