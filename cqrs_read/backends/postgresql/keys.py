"""Selecting rows by keys that travel as text: PostgreSQL turns these into the columns' own types."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections

from cqrs_write.backends.postgresql.keys import column_type

KEYS_TYPE = "text[]"
"""The type of a column that holds keys."""

ARRAY = re.compile(r"ANY\(%s::([^\]]+)\[\]\)|unnest\(%s::text\[\]\) k")
"""What :func:`among` makes of its parameter."""


def key_type(alias: str, table: str, column: str) -> str:
    """The column's type in the catalog."""
    return _key_type(alias, str(connections[alias].settings_dict["NAME"]), table, column)


@cache
def _key_type(alias: str, database: str, table: str, column: str) -> str:
    with connections[alias].cursor() as cursor:
        return column_type(cursor, table, column)


def among(columns: Sequence[str], types: Sequence[str]) -> str:
    """That the columns are one of the keys in the array that is the parameter."""
    if len(columns) == 1:
        return f"{columns[0]} = ANY(%s::{types[0]}[])"
    parts = ", ".join(f"(k::json ->> {place})::{type_}" for place, type_ in enumerate(types))
    return f"({', '.join(columns)}) IN (SELECT {parts} FROM unnest(%s::text[]) k)"


def compared(columns: Sequence[str], types: Sequence[str], operator: str) -> str:
    """That the columns are beyond (``>``) or up to (``<=``) a key, which is the parameter once a column."""
    if len(columns) == 1:
        return f"{columns[0]} {operator} %s::{types[0]}"
    parts = ", ".join(f"(%s::json ->> {place})::{type_}" for place, type_ in enumerate(types))
    return f"({', '.join(columns)}) {operator} ({parts})"


def adapted(keys: list[str]) -> Any:
    """The keys as the parameter of :func:`among`: the text of an array.

    The driver would write a list as text item by item, and again for each place of the statement where it stands.
    """
    escaped = [key.replace("\\", "\\\\").replace('"', '\\"') for key in keys]
    return "{" + ",".join([f'"{key}"' for key in escaped]) + "}"


def loaded(value: Any) -> list[str]:
    """The keys in a column of :data:`KEYS_TYPE`."""
    return list(value)


def from_rows(sql: str, rows: str) -> str:
    """``sql``, whose first :func:`among` takes its keys from ``rows``: a query with one column ``k``, of text."""

    def query(found: re.Match[str]) -> str:
        if found[1]:
            return f"ANY(SELECT k::{found[1]} FROM ({rows}) given)"
        return f"({rows}) given(k)"

    return ARRAY.sub(query, sql, count=1)


def given() -> str:
    """A query for the keys in the parameter, one a row, called ``k``."""
    return "SELECT k FROM unnest(%s::text[]) k"


def listed(table: str, column: str, condition: str) -> str:
    """A query for the keys in ``column`` of the rows that meet ``condition``, one a row, called ``k``."""
    return f"SELECT unnest({column}) AS k FROM {table} WHERE {condition}"


def only_key(column: str) -> str:
    """That ``column`` holds a single key, one of those in the array that is the parameter."""
    return f"cardinality({column}) = 1 AND {column}[1] = ANY(%s::text[])"
