"""Selecting rows by keys that travel as text: PostgreSQL turns these into the columns' own types."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connections

from cqrs_write.backends.postgresql.keys import column_type


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
    """The keys as the parameter of :func:`among`."""
    return keys
