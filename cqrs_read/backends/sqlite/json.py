"""JSON documents, as SQLite makes them.

ORDER BY within an aggregate came with SQLite 3.44. For those before it, the aggregate carries what to order by,
and :func:`ordered` sorts and unwraps it.
"""

from collections.abc import Sequence
from typing import Any

DAY = 86_400_000_000

MODULO = f"((({{value}}) %% {DAY} + {DAY}) %% {DAY})"

DURATION = (
    f"CASE WHEN ({{value}}) < 0 OR ({{value}}) >= {DAY} "
    f"THEN ((({{value}}) - {MODULO}) / {DAY}) || ' ' ELSE '' END "
    f"|| printf('%%02d:%%02d:%%02d', {MODULO} / 3600000000, {MODULO} / 60000000 %% 60, {MODULO} / 1000000 %% 60) "
    f"|| CASE WHEN {MODULO} %% 1000000 THEN printf('.%%06d', {MODULO} %% 1000000) ELSE '' END"
)
"""As Django writes durations: days in front of a time of day, negative where needed."""

UUID = " || '-' || ".join(
    f"substr({{value}}, {start}, {length})" for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
)

RENDERED = {
    "BooleanField": "json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)",
    "DateTimeField": "replace({value}, ' ', 'T') || 'Z'",
    "DurationField": f"CASE WHEN ({{value}}) IS NOT NULL THEN {DURATION} END",
    "UUIDField": UUID,
    "BinaryField": "CASE WHEN ({value}) IS NOT NULL THEN lower(hex({value})) END",
    "JSONField": "json({value})",
}


def rendered(field: Any) -> str:
    """A template of the JSON value that ``{value}``, an expression of ``field``, is shown as."""
    kind = field.get_internal_type()
    if kind == "DecimalField":
        shown = f".{field.decimal_places}f" if field.decimal_places is not None else ".15g"
        return f"CASE WHEN ({{value}}) IS NOT NULL THEN printf('%%{shown}', {{value}}) END"
    return RENDERED.get(kind, "{value}")


def sortable(field: Any) -> str:
    """A template of what sorts as ``{value}`` does, and can stand in JSON."""
    return RENDERED["BinaryField"] if field.get_internal_type() == "BinaryField" else "{value}"


def aggregate(
    pairs: Sequence[tuple[str, str]], order: Sequence[str], descending: Sequence[bool], distinct: bool
) -> str:
    """An array of [object, what to order by …] over the rows of a group.

    Args:
        pairs: JSON key, as a literal, and the SQL of its value.
        order: SQL to sort by.
        descending: whether each of these descends.
    """
    members = ", ".join(f"{key}, {sql}" for key, sql in pairs)
    once = "DISTINCT " if distinct else ""
    return f"json_group_array({once}json_array(json_object({members}), {', '.join(order)}))"


def ordered(sql: str, descending: Sequence[bool], distinct: bool) -> str:
    """The objects of :func:`aggregate` alone, in order; NULL comes where PostgreSQL has it."""
    ordering = ", ".join(
        f"json_extract(value, '$[{place}]'){' DESC NULLS FIRST' if down else ' NULLS LAST'}"
        for place, down in enumerate(descending, start=1)
    )
    return (
        "(SELECT json_group_array(json(json_extract(value, '$[0]'))) FROM "
        f"(SELECT value FROM json_each({sql}) ORDER BY {ordering}))"
    )
