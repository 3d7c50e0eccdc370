"""Tables as wholes on PostgreSQL."""

from typing import Any


def exists(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [cursor.db.ops.quote_name(table)])
    return bool(cursor.fetchone()[0])


def identity(cursor: Any, table: str) -> str:
    """The table's object identifier, which it keeps until it is dropped; empty if it is not there."""
    cursor.execute("SELECT coalesce(to_regclass(%s)::oid::text, '')", [cursor.db.ops.quote_name(table)])
    return str(cursor.fetchone()[0])


def has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {cursor.db.ops.quote_name(table)})")
    return bool(cursor.fetchone()[0])


def columns(cursor: Any, table: str) -> set[str]:
    """The columns of ``table``; none if it is not there."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
        [cursor.db.ops.quote_name(table)],
    )
    return {name for (name,) in cursor.fetchall()}
