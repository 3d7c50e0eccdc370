"""Keys travel as text: how PostgreSQL writes them down, the same in a trigger and in a refresh.

A session's settings must not decide whether a key is found again. So dates and times are written as JSON has them
whatever DateStyle says, moments in UTC, bytes in hex; and what has no text of that kind cannot be a key.
"""

from collections.abc import Sequence
from typing import Any

PLAIN = frozenset(
    ["smallint", "integer", "bigint", "numeric", "uuid", "text", "character varying", "character"]
)
"""Types whose text does not depend on a session's settings."""

UNSAFE = frozenset(["real", "double precision", "money", "interval"])
"""Types of which a session decides what is lost in their text: extra_float_digits, lc_monetary, IntervalStyle."""

MOMENT = "timestamp with time zone"


def column_type(cursor: Any, table: str, column: str) -> str:
    """The column's type in the catalog, which a custom field's ``db_type`` need not be; text if it is not there."""
    cursor.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s",
        [cursor.db.ops.quote_name(table), column],
    )
    row = cursor.fetchone()
    return str(row[0]) if row else "text"


def is_safe(type_: str) -> bool:
    """Whether a column of ``type_`` can be (part of) a key."""
    return type_ not in UNSAFE


def text(columns: Sequence[str], types: Sequence[str]) -> str:
    """SQL of the key as text: NULL where a column is. Of several columns it is a JSON array."""
    if len(columns) > 1:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        parts = ", ".join(_part(column, type_) for column, type_ in zip(columns, types, strict=True))
        return f"CASE WHEN {known} THEN json_build_array({parts})::text END"
    (column,), (type_,) = columns, types
    if type_ in (MOMENT, "bytea"):
        return _part(column, type_)
    return f"{column}::text" if type_ in PLAIN else f"(to_json({column}) #>> '{{}}')"


def _part(column: str, type_: str) -> str:
    """What stands in the JSON array for a column that is not NULL."""
    if type_ == MOMENT:
        in_utc = f"(to_json({column} AT TIME ZONE 'UTC') #>> '{{}}') || 'Z'"
        return f"CASE WHEN isfinite({column}) THEN {in_utc} ELSE {column}::text END"
    return f"'\\x' || encode({column}, 'hex')" if type_ == "bytea" else column
