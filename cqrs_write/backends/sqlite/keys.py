"""Keys travel as text: how SQLite writes them down, the same in a trigger and in a refresh."""

from collections.abc import Sequence
from typing import Any


def column_type(cursor: Any, table: str, column: str) -> str:
    """Not needed: SQLite compares with the column's own affinity."""
    return ""


def text(columns: Sequence[str], types: Sequence[str]) -> str:
    """SQL of the key as text: NULL where a column is. Of several columns it is a JSON array."""
    if len(columns) > 1:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        return f"CASE WHEN {known} THEN json_array({', '.join(columns)}) END"
    return f"CAST({columns[0]} AS text)"
