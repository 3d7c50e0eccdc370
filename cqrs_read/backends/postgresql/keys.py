"""Keys travel as text; PostgreSQL turns them into the column's own type."""

from functools import cache
from typing import Any


def key_type(connection: Any, table: str, column: str) -> str:
    """The column's type in the catalog, which a custom field's ``db_type`` need not be."""
    return _key_type(connection.alias, connection.settings_dict["NAME"], table, column)


@cache
def _key_type(alias: str, database: str, table: str, column: str) -> str:
    from django.db import connections

    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attname = %s",
            [cursor.db.ops.quote_name(table), column],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else "text"


def among(sql: str, key_type: str) -> str:
    return f"{sql} = ANY(%s::{key_type}[])"


def bound(key_type: str) -> str:
    return f"%s::{key_type}"


def adapted(keys: list[str]) -> Any:
    """The keys as the parameter of :func:`among`."""
    return keys


def text(sql: str) -> str:
    return f"{sql}::text"
