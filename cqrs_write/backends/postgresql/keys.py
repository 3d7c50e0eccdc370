"""Keys travel as text: how PostgreSQL writes them down, the same in a trigger and in a refresh."""

from collections.abc import Sequence
from typing import Any

PLAIN = frozenset(
    ["smallint", "integer", "bigint", "numeric", "uuid", "text", "character varying", "character"]
)
"""Types whose text does not depend on a session's settings."""


def column_type(cursor: Any, table: str, column: str) -> str:
    """The column's type in the catalog, which a custom field's ``db_type`` need not be; text if it is not there."""
    cursor.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s",
        [cursor.db.ops.quote_name(table), column],
    )
    row = cursor.fetchone()
    return str(row[0]) if row else "text"


def text(columns: Sequence[str], types: Sequence[str]) -> str:
    """SQL of the key as text: NULL where a column is. Of several columns it is a JSON array."""
    if len(columns) > 1:
        known = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        return f"CASE WHEN {known} THEN json_build_array({', '.join(columns)})::text END"
    (column,), (type_,) = columns, types
    # Dates and times: JSON's form is the same whatever DateStyle a session has set.
    return f"{column}::text" if type_ in PLAIN else f"(to_json({column}) #>> '{{}}')"
