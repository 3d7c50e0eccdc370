"""Values of a body: of which type they are, and when two of them are the same."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?", re.ASCII)
"""A number in a string, as money is written."""

NUMBERS = ("integer", "number")

TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    Decimal: "number",
    float: "number",
    str: "string",
    dict: "object",
    list: "list",
}


def type_of(value: Any) -> str:
    """The type as JSON calls it; 1 is an integer and 1.0 a number."""
    return TYPES.get(type(value)) or type(value).__name__


def same_plain(legacy: Any, candidate: Any, margin: Decimal) -> bool:
    """Whether two values that have nothing within them are of one type and equal, or numbers within ``margin``."""
    if type(legacy) is type(candidate) and legacy == candidate:
        return True
    if margin and within(legacy, candidate, margin):
        return True
    return type_of(legacy) == type_of(candidate) and equal(legacy, candidate)


def equal(legacy: Any, candidate: Any) -> bool:
    return bool(legacy == candidate) or (is_nan(legacy) and is_nan(candidate))


def within(legacy: Any, candidate: Any, margin: Decimal) -> bool:
    """Whether both are numbers, or both are numbers in strings, and no further apart than ``margin``."""
    left, right = decimal_of(legacy), decimal_of(candidate)
    if left is None or right is None or isinstance(legacy, str) is not isinstance(candidate, str):
        return False
    try:
        return abs(left - right) <= margin
    except ArithmeticError:
        return False


def decimal_of(value: Any) -> Decimal | None:
    """The number that ``value`` is, or says as a string."""
    if isinstance(value, str):
        return Decimal(value) if NUMBER.fullmatch(value) else None
    if type_of(value) not in NUMBERS:
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def is_nan(value: Any) -> bool:
    return isinstance(value, (float, Decimal)) and value != value
