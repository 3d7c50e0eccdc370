"""JSON documents, as PostgreSQL makes them: whatever time zone or date style a session has set."""

from collections.abc import Sequence
from typing import Any

ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
DAY = 86_400_000_000

MICROSECONDS = "floor(extract(epoch FROM {value})::numeric * 1000000)::bigint"

DURATION = (
    f"(SELECT CASE WHEN us < 0 OR us >= {DAY} THEN floor(us::numeric / {DAY})::text || ' ' ELSE '' END "
    f"|| replace(to_char(make_interval(secs => mod(mod(us, {DAY}) + {DAY}, {DAY})::numeric / 1000000), "
    f"'HH24:MI:SS.US'), '.000000', '') FROM (SELECT {MICROSECONDS} AS us) duration)"
)
"""As Django writes durations: days in front of a time of day, negative where needed."""

RENDERED = {
    "DecimalField": "({value})::text",
    "DateTimeField": f"replace(to_char(({{value}})::timestamptz AT TIME ZONE 'UTC', '{ISO}'), '.000000Z', 'Z')",
    "TimeField": "replace(to_char(({value})::time::interval, 'HH24:MI:SS.US'), '.000000', '')",
    "DurationField": DURATION,
    "BinaryField": "encode({value}, 'hex')",
    "GenericIPAddressField": "host({value})",
}


def rendered(field: Any) -> str:
    """A template of the JSON value that ``{value}``, an expression of ``field``, is shown as."""
    return RENDERED.get(field.get_internal_type(), "{value}")


def sortable(field: Any) -> str:
    """A template of what sorts as ``{value}`` does."""
    return "{value}"


def aggregate(
    pairs: Sequence[tuple[str, str]], order: Sequence[str], descending: Sequence[bool], distinct: bool
) -> str:
    """An array of objects over the rows of a group; of distinct ones, still with what to sort by in front.

    Args:
        pairs: JSON key, as a literal, and the SQL of its value.
        order: SQL to sort by.
        descending: whether each of these descends.
    """
    document = f"jsonb_build_object({', '.join(f'{key}, {sql}' for key, sql in pairs)})"
    if distinct:
        return f"jsonb_agg(DISTINCT jsonb_build_array({document}, {', '.join(order)}))"
    ordering = ", ".join(f"{sql} DESC" if down else sql for sql, down in zip(order, descending, strict=True))
    return f"jsonb_agg({document} ORDER BY {ordering})"


def ordered(sql: str, descending: Sequence[bool], distinct: bool) -> str:
    """What :func:`aggregate` gave, in order: PostgreSQL has ordered it already, unless it removed duplicates."""
    if not distinct:
        return sql
    ordering = ", ".join(
        f"NULLIF(item -> {place}, 'null'::jsonb){' DESC' if down else ''}"
        for place, down in enumerate(descending, start=1)
    )
    return f"(SELECT jsonb_agg(item -> 0 ORDER BY {ordering}) FROM jsonb_array_elements({sql}) item)"
