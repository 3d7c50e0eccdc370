"""A signature: in which parts of an answer something differs, and how, whatever the values and rows are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.path import ANY_FIELD, ELEMENT, joined

Steps = tuple[str, ...]
Sorts = dict[Steps, set[Sort]]

MISSING_AND_EXTRA = "missing and extra"

OUTSIDE = (Sort.ERROR, Sort.STATUS, Sort.FAILED, Sort.HEADER)
"""Sorts of differences that are in no body."""

OF_OBJECTS = frozenset({"id", "pk", "uuid", "guid"})
"""Fields that make an object that one, and no other: where they differ, so may all the others."""

PAGES = frozenset({"next", "previous"})
"""Links that follow from which rows are on a page."""

NAMED = 3
"""Fields of the body or of a row that are named; where more differ, it is another object altogether."""

MOST = 6
"""Parts of a body; where more differ, it is another body altogether."""


class Part(NamedTuple):
    """A part of answers, ``results[].customer.*``, and in what way it differs."""

    path: str
    sort: str


def parts_of(differences: Sequence[Difference]) -> tuple[Part, ...]:
    """The signature of the differences of one pair of answers, sorted."""
    outside = {outside_part(difference) for difference in differences if difference.sort in OUTSIDE}
    sorts: Sorts = defaultdict(set)
    for difference in differences:
        if difference.sort not in OUTSIDE:
            sorts[difference.path.general].add(difference.sort)
    return tuple(sorted(outside | body_parts(sorts)))


def outside_part(difference: Difference) -> Part:
    """Status and exception are what they are: these values tell causes apart."""
    left, right = difference.legacy, difference.candidate
    if difference.sort is Sort.STATUS:
        return Part(f"status {left} → {right}", Sort.STATUS)
    if difference.sort is Sort.FAILED:
        return Part(f"comparison failed: {right}", Sort.FAILED)
    if difference.sort is Sort.HEADER:
        return Part(str(difference.path), Sort.HEADER)
    if left is None:
        return Part(f"candidate raised {right}", Sort.ERROR)
    instead = f"candidate raised {right}" if right else "candidate did not"
    return Part(f"legacy raised {left}, {instead}", Sort.ERROR)


def body_parts(sorts: Sorts) -> set[Part]:
    seen = collapsed(without_moved_rows(without_pages(sorts)))
    parts = {Part(joined(steps), one_sort(found)) for steps, found in seen.items()}
    if len(parts) <= MOST:
        return parts
    return {Part(joined([ANY_FIELD]), Sort.CHANGED)}


def without_pages(sorts: Sorts) -> Sorts:
    """``sorts`` without the links to other pages of lists that have other rows."""
    lists = [
        steps[:-1] for steps, found in sorts.items() if steps[-1:] == (ELEMENT,) and has_other_rows(found)
    ]
    beside = {steps[:-1] for steps in lists if steps}
    return {
        steps: found
        for steps, found in sorts.items()
        if not (steps and steps[-1] in PAGES and steps[:-1] in beside)
    }


def without_moved_rows(sorts: Sorts) -> Sorts:
    """``sorts`` without other rows of lists that are in another order, by which some are on another page."""
    return {
        steps: found
        for steps, found in sorts.items()
        if not (
            steps[-1:] == (ELEMENT,)
            and found == {Sort.MISSING, Sort.EXTRA}
            and Sort.ORDER in sorts.get(steps[:-1], ())
        )
    }


def has_other_rows(found: set[Sort]) -> bool:
    return bool(found & {Sort.MISSING, Sort.EXTRA})


def collapsed(sorts: Sorts) -> Sorts:
    """``sorts`` with one entry for all fields of an object, and all below it, where several differ."""
    objects = other_objects(sorts)
    result: Sorts = defaultdict(set)
    for steps, found in sorts.items():
        outer = next((steps[:n] for n in range(len(steps)) if steps[:n] in objects), None)
        result[steps if outer is None else (*outer, ANY_FIELD)] |= found
    return result


def other_objects(sorts: Sorts) -> set[Steps]:
    """The objects of which several fields differ, or what makes them that object.

    An object within another one comes from one join, so two fields are several. The columns of a row have causes
    of their own, and up to three are named.
    """
    fields, others = defaultdict[Steps, set[str]](set), set[Steps]()
    for steps, found in sorts.items():
        if steps and steps[-1] != ELEMENT:
            fields[steps[:-1]].add(steps[-1])
            if steps[-1] in OF_OBJECTS and Sort.CHANGED in found:
                others.add(steps[:-1])
    return others | {steps for steps, names in fields.items() if len(names) > (NAMED if is_row(steps) else 1)}


def is_row(steps: Steps) -> bool:
    """Whether an object is an element of a list, or the whole body."""
    return not steps or steps[-1] == ELEMENT


def one_sort(found: Iterable[Sort]) -> str:
    """One sort for several at one place: some rows of a stale column are null, and some are not."""
    sorts = set(found)
    if len(sorts) == 1:
        return sorts.pop()
    return MISSING_AND_EXTRA if sorts == {Sort.MISSING, Sort.EXTRA} else Sort.CHANGED
