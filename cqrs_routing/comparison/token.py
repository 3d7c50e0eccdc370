"""A token: what stands for a value where many are looked up; equal for the same values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

from cqrs_routing.comparison.prepared import Unordered
from cqrs_routing.comparison.values import TYPES, is_nan, type_of


def token(value: Any) -> Hashable:
    if isinstance(value, dict):
        return "object", frozenset((name, token(inner)) for name, inner in value.items())
    if isinstance(value, Unordered):
        return "unordered", frozenset(Counter(map(token, value)).items())
    if isinstance(value, list):
        return "list", tuple(map(token, value))
    if type(value) not in TYPES:
        return type_of(value), repr(value)
    return type_of(value), "NaN" if is_nan(value) else value


def rank(value: Any) -> tuple[str, Any]:
    """By what values are sorted so that those alike are near each other, whatever their types."""
    kind = type_of(value)
    if kind in ("integer", "number") and not is_nan(value):
        return "number", value
    return kind, repr(value)
