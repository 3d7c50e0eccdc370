"""Selecting rows by keys that travel as text: SQLite compares these with the columns' own affinity."""

import json
from collections.abc import Sequence
from typing import Any

KEYS_TYPE = "text"
"""The type of a column that holds keys."""


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


def loaded(value: Any) -> list[str]:
    """The keys in a column of :data:`KEYS_TYPE`."""
    return list(json.loads(value))


def from_rows(sql: str, rows: str) -> str:
    """``sql``, whose first :func:`among` takes its keys from ``rows``: a query with one column ``k``, of text."""
    return sql.replace("json_each(%s)", f"(SELECT k AS value FROM ({rows}) given)", 1)


def given() -> str:
    """A query for the keys in the parameter, one a row, called ``k``."""
    return "SELECT value AS k FROM json_each(%s)"


def listed(table: str, column: str, condition: str) -> str:
    """A query for the keys in ``column`` of the rows that meet ``condition``, one a row, called ``k``."""
    return f"SELECT e.value AS k FROM {table}, json_each({column}) e WHERE {condition}"


def only_key(column: str) -> str:
    """That ``column`` holds a single key, one of those in the JSON array that is the parameter."""
    return (
        f"json_array_length({column}) = 1 AND "
        f"json_extract({column}, '$[0]') IN (SELECT value FROM json_each(%s))"
    )
