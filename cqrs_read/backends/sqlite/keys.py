"""Selecting rows by keys that travel as text: SQLite compares these with the columns' own affinity."""

import json
from collections.abc import Sequence
from typing import Any


def key_type(alias: str, table: str, column: str) -> str:
    return ""


def among(columns: Sequence[str], types: Sequence[str]) -> str:
    """That the columns are one of the keys in the JSON array that is the parameter."""
    if len(columns) == 1:
        return f"{columns[0]} IN (SELECT value FROM json_each(%s))"
    parts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
    return f"({', '.join(columns)}) IN (SELECT {parts} FROM json_each(%s))"


def compared(columns: Sequence[str], types: Sequence[str], operator: str) -> str:
    """That the columns are beyond (``>``) or up to (``<=``) a key, which is the parameter once a column."""
    if len(columns) == 1:
        return f"{columns[0]} {operator} %s"
    parts = ", ".join(f"json_extract(%s, '$[{place}]')" for place in range(len(columns)))
    return f"({', '.join(columns)}) {operator} ({parts})"


def adapted(keys: list[str]) -> Any:
    """The keys as the parameter of :func:`among`."""
    return json.dumps(keys)
