"""Tables as wholes on SQLite."""

from typing import Any


def exists(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = %s)", [table])
    return bool(cursor.fetchone()[0])


def identity(cursor: Any, table: str) -> str:
    """Nothing stays with a table through ``ALTER TABLE`` as Django does it; empty if it is not there."""
    return "there" if exists(cursor, table) else ""


def has_rows(cursor: Any, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {cursor.db.ops.quote_name(table)})")
    return bool(cursor.fetchone()[0])


def columns(cursor: Any, table: str) -> set[str]:
    """The columns of ``table``; none if it is not there."""
    cursor.execute(f"PRAGMA table_info({cursor.db.ops.quote_name(table)})")
    return {row[1] for row in cursor.fetchall()}
