"""JSON as text, and the exact values in it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

DEEPEST = 64
"""Levels of a body that is taken as JSON: what goes through it calls itself for each."""


class NotJson(ValueError):
    """A text is no JSON, or nested too deeply."""


def read(text: bytes | str) -> Any:
    """The values in ``text``; fractions are Decimal, so that none is rounded.

    Raises:
        NotJson: if it has none.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(str(error)) from error
    refuse_deep(value)
    return value


def refuse_deep(value: Any) -> None:
    """Raises NotJson if ``value`` is nested too deeply."""
    level, depth = [value], 0
    while level := [inner for outer in level for inner in nested(outer)]:
        depth += 1
        if depth > DEEPEST:
            raise NotJson(f"It is nested more than {DEEPEST} levels deep.")


def nested(value: Any) -> list[Any]:
    """The objects and lists right within ``value``."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [item for item in inner if isinstance(item, (dict, list))]
