"""Keys travel as text: how SQLite writes them down, the same in a trigger and in a refresh."""

from collections.abc import Sequence
from typing import Any

UNSAFE = ("REAL", "FLOA", "DOUB", "BLOB")
"""What in a declared type tells of values that their text would not be found by: it has 15 digits, and no bytes."""


def column_type(cursor: Any, table: str, column: str) -> str:
    """Not needed: SQLite compares with the column's own affinity."""
    return ""


def is_safe(type_: str) -> bool:
    """Whether a column declared as ``type_`` can be (part of) a key."""
    return not any(word in type_.upper() for word in UNSAFE)


def text(columns: Sequence[str], types: Sequence[str]) -> str:
    """SQL of the key as text: NULL where a column is. Of several columns it is a JSON array."""
    if len(columns) > 1:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        return f"CASE WHEN {known} THEN json_array({', '.join(columns)}) END"
    return f"CAST({columns[0]} AS text)"
