"""An identity: the field that tells the objects of a list apart, on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Rows = dict[str, Any]
"""Objects by their identity's values."""

Identified = tuple[str, Rows, Rows]
"""A field, and the objects of both sides by it."""


def identified(legacy: list[Any], candidate: list[Any], fields: Sequence[str]) -> Identified | None:
    """The field of ``fields`` by which to match the objects, and the objects by it; None if there is no such field.

    The first that tells them apart is taken, unless it finds less than half of them again and a later one does.
    Where none does, the candidate may have some twice, as by a join.
    """
    first = None
    for field in fields:
        left, right = by(field, legacy), by(field, candidate)
        if left is None or right is None:
            continue
        if finds_half(left, right):
            return field, left, right
        first = first or (field, left, right)
    return first or with_repetitions(legacy, candidate, fields)


def with_repetitions(legacy: list[Any], candidate: list[Any], fields: Sequence[str]) -> Identified | None:
    """The same by a field that tells legacy's objects apart, and some of the candidate's.

    What the candidate has again is another object.
    """
    for field in fields:
        left, right = by(field, legacy), by(field, candidate, repeated=True)
        if left and right and (finds_half(left, right) or varies(field, candidate)):
            return field, left, right
    return None


def finds_half(left: Rows, right: Rows) -> bool:
    return 2 * len(left.keys() & right.keys()) >= min(len(left), len(right))


def varies(field: str, values: list[Any]) -> bool:
    """Whether not all of ``values`` have the same in ``field``."""
    return any(value[field] != values[0][field] for value in values)


def by(field: str, values: list[Any], *, repeated: bool = False) -> Rows | None:
    """The objects by what they have in ``field``; None if not all of them have it, each another one.

    An integer and a string that look alike are one key, so that a change of the type is told as that.

    Args:
        repeated: whether several may have the same; the key of a further one says so.
    """
    rows: Rows = {}
    for place, value in enumerate(values):
        key = value.get(field) if isinstance(value, dict) else None
        if isinstance(key, bool) or not isinstance(key, (int, str)):
            return None
        name = str(key)
        if name in rows:
            if not repeated:
                return None
            name = f"{name} again, {place}"
        rows[name] = value
    return rows if len(rows) == len(values) else None
