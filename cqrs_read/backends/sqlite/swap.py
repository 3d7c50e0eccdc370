"""Putting the next version of a table in the place of the one that is there, on SQLite.

Indexes have one namespace there and cannot be renamed, so they are made in the transaction that swaps.
"""

from typing import Any

INDEXES_BEFORE = False
"""Whether indexes are made before the swap."""


def beside(table: str) -> str:
    """The name of the next version."""
    return f"{table}__next"


def prepare(cursor: Any) -> None:
    """Nothing to make."""


def unfit(cursor: Any, table: str) -> str:
    return ""


def names(cursor: Any, beside: str) -> set[str]:
    """The names of the indexes that the next version has."""
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [beside])
    return {name for (name,) in cursor.fetchall()}


def made_by_hand(cursor: Any, table: str, beside: str) -> list[str]:
    """Nothing before the swap, which makes them."""
    return []


def swap(cursor: Any, table: str, beside: str) -> None:
    """Drop ``table`` and put the next version in its place, with the indexes and triggers that it had."""
    quote = cursor.db.ops.quote_name
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('index', 'trigger') AND sql IS NOT NULL",
        [table],
    )
    inherited = cursor.fetchall()
    cursor.execute(f"DROP TABLE {quote(table)}")
    cursor.execute(f"ALTER TABLE {quote(beside)} RENAME TO {quote(table)}")
    cursor.execute(f"PRAGMA table_info({quote(table)})")
    columns = {row[1] for row in cursor.fetchall()}
    cursor.execute("SELECT name FROM sqlite_master")
    there = {name for (name,) in cursor.fetchall()}
    for name, sql in inherited:
        if name not in there and _fits(cursor, sql, columns):
            cursor.execute(sql)


def drop(cursor: Any, beside: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {cursor.db.ops.quote_name(beside)}")


def _fits(cursor: Any, sql: str, columns: set[str]) -> bool:
    """Whether an index is over columns that are still there; a trigger is kept in any case."""
    if not sql.upper().startswith("CREATE INDEX") and not sql.upper().startswith("CREATE UNIQUE INDEX"):
        return True
    inside = sql.partition("(")[2].rpartition(")")[0]
    named = {part.strip().split()[0].strip('"') for part in inside.split(",")}
    return named <= columns
