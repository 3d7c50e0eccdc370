"""A prepared body: without what the rules ignore, its unordered lists marked."""

from __future__ import annotations

from typing import Any

from cqrs_routing.comparison.pattern import State, entered, reached
from cqrs_routing.comparison.rules import Rules


class Unordered(list[Any]):
    """A list whose order does not matter."""


def prepared(value: Any, rules: Rules) -> Any:
    """``value`` as it is compared."""
    ignored, unordered = rules.ignored, rules.unordered_lists
    if reached(ignored):
        return None
    return pruned(value, ignored, unordered) if ignored or unordered else value


def pruned(value: Any, ignored: State, unordered: State) -> Any:
    if not ignored and not unordered:
        return value
    if isinstance(value, dict):
        return {
            name: pruned(inner, left, entered(unordered, name))
            for name, inner in value.items()
            if not reached(left := entered(ignored, name))
        }
    if isinstance(value, list):
        return elements(value, entered(ignored, None), unordered)
    return value


def elements(values: list[Any], ignored: State, unordered: State) -> list[Any]:
    kept = [] if reached(ignored) else values
    inside = entered(unordered, None)
    pruned_elements = [pruned(value, ignored, inside) for value in kept]
    return Unordered(pruned_elements) if reached(unordered) else pruned_elements
