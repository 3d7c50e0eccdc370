"""A difference: one place at which two answers are not the same, and in what sort of way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cqrs_routing.comparison.path import Path

EXAMPLES = 20
"""Differences of one sort that are kept at places alike, as in the rows of one list."""

MOST = 1000
"""Differences that are kept of one pair of answers."""


class Sort(StrEnum):
    """In what way two sides differ, seen from the legacy side."""

    ERROR = "error"
    """One side raised, or the two raised different exceptions."""

    STATUS = "status"
    FAILED = "failed"
    """The bodies could not be compared: ``normalise`` raised, or returned what cannot be compared."""

    MISSING = "missing"
    """The candidate lacks a field or an element."""

    EXTRA = "extra"
    ORDER = "order"
    TYPE = "type"
    NULL = "null"
    """Null where legacy has a value."""

    NOT_NULL = "not null"
    CHANGED = "changed"
    HEADER = "header"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One place at which the answers differ, with what is there on either side; None where nothing is."""

    path: Path
    sort: Sort
    legacy: Any = None
    candidate: Any = None


def bounded(differences: Iterable[Difference]) -> Iterator[Difference]:
    """The first of each sort at places alike: enough to name every cause, and few enough to be kept."""
    alike, kept = Counter[tuple[tuple[str, ...], Sort]](), 0
    for difference in differences:
        likeness = difference.path.general, difference.sort
        if alike[likeness] < EXAMPLES:
            alike[likeness] += 1
            kept += 1
            yield difference
        if kept == MOST:
            return
