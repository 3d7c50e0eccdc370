"""A readable diff: some lines for each difference, in a text of limited size, without sensitive values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.path import Element
from cqrs_routing.comparison.rules import Rules
from cqrs_routing.comparison.storable import cut, storable
from cqrs_routing.comparison.written import written
from cqrs_write.definition.sensitive import HIDDEN

SHOWN = 30
"""Differences that are shown; the others are counted."""

VALUE_LENGTH = 200
PATH_LENGTH = 200
"""Characters that are shown of a value and of a path."""

BEFORE = 40
"""Characters that are shown of what two long texts have in common before they differ."""

LOOKED_AT = 20_000
"""Characters of a value in which it is looked for where it differs."""

NOTHING = "(nothing)"


def readable(differences: Sequence[Difference], rules: Rules) -> str:
    """The differences for people: path and sort, then what is there on either side."""
    lines = [line for difference in differences[:SHOWN] for line in lines_of(difference, rules)]
    if len(differences) > SHOWN:
        lines.append(f"and {len(differences) - SHOWN} more")
    return storable("\n".join(lines))


def lines_of(difference: Difference, rules: Rules) -> list[str]:
    if difference.sort is Sort.FAILED:
        return [f"comparison failed: {difference.candidate}"]
    legacy, candidate = sides(difference, rules)
    return [
        heading(difference),
        f"  legacy     {legacy}",
        f"  candidate  {candidate}",
    ]


def heading(difference: Difference) -> str:
    """Where and how; status and exception are of the whole answer."""
    if difference.sort in (Sort.STATUS, Sort.ERROR):
        return difference.sort
    return f"{cut(str(difference.path), PATH_LENGTH)}: {difference.sort}"


def sides(difference: Difference, rules: Rules) -> tuple[str, str]:
    """What is there on either side, each in one short line."""
    left, right = difference.legacy, difference.candidate
    if hides(difference, rules):
        left, right = (HIDDEN if value is not None else None for value in (left, right))
    legacy, candidate = (written(value, rules.hides, LOOKED_AT) for value in (left, right))
    start = first_shown(legacy, candidate)
    return (
        NOTHING if is_absent(left, difference.sort, Sort.EXTRA) else window(legacy, start),
        NOTHING if is_absent(right, difference.sort, Sort.MISSING) else window(candidate, start),
    )


def hides(difference: Difference, rules: Rules) -> bool:
    """Whether a field on the way to it is sensitive."""
    return any(rules.hides(step) for step in difference.path.steps if not isinstance(step, Element))


def is_absent(value: Any, sort: Sort, absent: Sort) -> bool:
    """Whether None means that there is nothing, and not null."""
    return value is None and sort in (absent, Sort.HEADER, Sort.ERROR)


def first_shown(legacy: str, candidate: str) -> int:
    """From which character on two texts are shown: shortly before they differ, if they are long."""
    if max(len(legacy), len(candidate)) <= VALUE_LENGTH:
        return 0
    pairs = enumerate(zip(legacy, candidate, strict=False))
    ends = min(len(legacy), len(candidate))
    return max(next((place for place, (left, right) in pairs if left != right), ends) - BEFORE, 0)


def window(text: str, start: int) -> str:
    return cut(f"…{text[start:]}" if start else text, VALUE_LENGTH)
