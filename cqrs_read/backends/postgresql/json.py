"""JSON documents, as PostgreSQL makes them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import DecimalField


def rendered(sql: str, field: Any) -> str:
    """``sql`` as a JSON value; a decimal as a string."""
    return f"({sql})::text" if isinstance(field, DecimalField) else sql


def aggregate(pairs: Sequence[tuple[str, str]], orders: Sequence[tuple[str, bool]]) -> str:
    """An array of objects over the rows of a group.

    Args:
        pairs: JSON key, as a literal, and the SQL of its value.
        orders: SQL to order by, and whether descending.
    """
    members = ", ".join(f"{key}, {sql}" for key, sql in pairs)
    ordering = ", ".join(f"{sql} DESC" if descending else sql for sql, descending in orders)
    return f"jsonb_agg(jsonb_build_object({members}) ORDER BY {ordering})"


def ordered(sql: str, descending: Sequence[bool]) -> str:
    """What :func:`aggregate` gave, in order: PostgreSQL has ordered it already."""
    return sql
