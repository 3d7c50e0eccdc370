"""Coverage: whether a part of a difference is a case of another one, which shows in more requests."""

from __future__ import annotations

import re

from cqrs_routing.comparison.difference import Sort
from cqrs_routing.comparison.path import ANY_FIELD, ELEMENT, WHOLE
from cqrs_routing.comparison.signature import MISSING_AND_EXTRA, Part

COUNT = "count"
"""The field of a page with the number of rows on all pages."""

ROWS = (Sort.MISSING, Sort.EXTRA, MISSING_AND_EXTRA)

STATUSES = re.compile(r"status (\d+) → (\d+)")

REFUSALS = ("401", "403")
"""Statuses that say nothing about what was asked, only about who did."""


def covers(wide: Part, part: Part) -> bool:
    """Whether ``part`` is ``wide``, or the same of fewer fields, in fewer ways, or of what follows from it."""
    if wide == part:
        return True
    if wide.sort == part.sort == Sort.STATUS:
        return covers_status(wide.path, part.path)
    if Sort.STATUS in (wide.sort, part.sort) or part.sort in (Sort.ERROR, Sort.FAILED, Sort.HEADER):
        return False
    if wide.sort == Sort.ORDER and part.sort == MISSING_AND_EXTRA:
        return part.path == elements_of(wide.path)  # by another order some rows are on another page
    return covers_sort(wide.sort, part.sort) and covers_path(wide.path, part.path)


def covers_status(wide: str, part: str) -> bool:
    """Whom one side refuses it does so whatever is asked: ``200 → 403`` has ``404 → 403`` for a case."""
    one, other = STATUSES.fullmatch(wide), STATUSES.fullmatch(part)
    if one is None or other is None:
        return False
    return any(
        one[refused] == other[refused] and one[refused] in REFUSALS and one[served].startswith("2")
        for refused, served in ((1, 2), (2, 1))
    )


def covers_sort(wide: str, sort: str) -> bool:
    return wide in (sort, Sort.CHANGED) or (wide == MISSING_AND_EXTRA and sort in (Sort.MISSING, Sort.EXTRA))


def covers_path(wide: str, path: str) -> bool:
    is_object = wide == ANY_FIELD or wide.endswith(f".{ANY_FIELD}")
    return wide == path or (is_object and path.startswith(wide.removesuffix(ANY_FIELD)))


def elements_of(path: str) -> str:
    return ELEMENT if path == WHOLE else f"{path}{ELEMENT}"


def is_count(part: Part) -> bool:
    """Whether it is the number of all rows, beside a page of them."""
    return part.sort == Sort.CHANGED and part.path.rpartition(".")[2] == COUNT


def is_rows(part: Part) -> bool:
    return part.sort in ROWS and part.path.endswith(ELEMENT)
