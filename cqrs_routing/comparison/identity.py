"""An identity: the field that tells the objects of a list apart, on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Rows = dict[str, Any]
"""Objects by their identity's values."""


def identified(
    legacy: list[Any], candidate: list[Any], fields: Iterable[str]
) -> tuple[str, Rows, Rows] | None:
    """The field of ``fields`` by which to match the objects, and the objects by it; None if there is no such field.

    The first that tells them apart is taken, unless it finds less than half of them again and a later one does.
    """
    first = None
    for field in fields:
        left, right = by(field, legacy), by(field, candidate)
        if left is None or right is None:
            continue
        if 2 * len(left.keys() & right.keys()) >= min(len(left), len(right)):
            return field, left, right
        first = first or (field, left, right)
    return first


def by(field: str, values: list[Any]) -> Rows | None:
    """The objects by what they have in ``field``; None if not all of them have it, each another one.

    An integer and a string that look alike are one key, so that a change of the type is told as that.
    """
    rows: Rows = {}
    for value in values:
        key = value.get(field) if isinstance(value, dict) else None
        if isinstance(key, bool) or not isinstance(key, (int, str)) or str(key) in rows:
            return None
        rows[str(key)] = value
    return rows
