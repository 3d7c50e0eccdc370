"""A finding for people: a few lines, values shortened, sensitive ones hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cqrs_routing.comparison.storable import cut, storable
from cqrs_routing.rehearsal.finding import Finding
from cqrs_write.definition.sensitive import HIDDEN

LONGEST = 300
"""Characters that are shown of a value, or of a row."""

Hides = Callable[[str], bool]


def readable_finding(finding: Finding, hides: Hides) -> str:
    """What is wrong, and what was there and is on either side."""
    lines = [f"{finding}{keyed(finding)}"]
    sides = (("before", finding.old), ("legacy", finding.legacy), ("handler", finding.handler))
    for side, value in sides:
        if value is not None or (side != "before" and finding.column):
            lines.append(f"  {side:<8} {shown(value, finding.column, hides)}")
    return storable("\n".join(lines))


def keyed(finding: Finding) -> str:
    return f" (key {', '.join(map(str, finding.key))})" if finding.key else ""


def shown(value: Any, column: str, hides: Hides) -> str:
    if column and hides(column):
        return HIDDEN
    if isinstance(value, dict):
        value = {name: HIDDEN if hides(name) else one for name, one in value.items()}
        return cut(", ".join(f"{name}={one}" for name, one in value.items()), LONGEST)
    return cut(str(value), LONGEST)
