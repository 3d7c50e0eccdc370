"""JSON documents, as SQLite makes them.

ORDER BY within an aggregate came with SQLite 3.44. For those before it, the aggregate carries what to order by,
and :func:`ordered` sorts and unwraps it.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, DecimalField


def rendered(sql: str, field: Any) -> str:
    """``sql`` as a JSON value; a decimal as a string with its places, a boolean as one."""
    if isinstance(field, DecimalField) and field.decimal_places is not None:
        return f"CASE WHEN ({sql}) IS NOT NULL THEN printf('%%.{field.decimal_places}f', {sql}) END"
    if isinstance(field, BooleanField):
        return f"json(CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"
    return sql


def aggregate(pairs: Sequence[tuple[str, str]], orders: Sequence[tuple[str, bool]]) -> str:
    """An array of [what to order by …, object] over the rows of a group."""
    members = ", ".join(f"{key}, {sql}" for key, sql in pairs)
    keys = ", ".join(sql for sql, _ in orders)
    return f"json_group_array(json_array({keys}, json_object({members})))"


def ordered(sql: str, descending: Sequence[bool]) -> str:
    """The objects of :func:`aggregate` alone, in order."""
    ordering = ", ".join(
        f"json_extract(value, '$[{place}]'){' DESC' if down else ''}" for place, down in enumerate(descending)
    )
    return (
        f"(SELECT json_group_array(json(json_extract(value, '$[{len(descending)}]'))) FROM "
        f"(SELECT value FROM json_each({sql}) ORDER BY {ordering}))"
    )
