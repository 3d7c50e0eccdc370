"""Which columns SQLite finds rows by."""

from collections.abc import Sequence
from typing import Any


def indexed_columns(cursor: Any, table: str) -> set[str] | None:
    """The first column of every index that serves any lookup by equality; None if there is no such table."""
    cursor.execute("SELECT name, pk FROM pragma_table_info(%s)", [table])
    columns = cursor.fetchall()
    if not columns:
        return None
    cursor.execute(
        "SELECT part.name FROM pragma_index_list(%s) found JOIN pragma_index_info(found.name) part "
        "WHERE part.seqno = 0 AND part.name IS NOT NULL AND NOT found.partial",
        [table],
    )
    # A table is kept in the order of an integer key, for which it has no index.
    return {name for name, place in columns if place == 1} | {name for (name,) in cursor.fetchall()}


def create_index(cursor: Any, table: str, columns: Sequence[str]) -> str:
    """The statement that makes the index; writers wait for it."""
    quote = cursor.db.ops.quote_name
    name = "_".join(["cqrs", table, *columns])
    return f"CREATE INDEX {quote(name)} ON {quote(table)} ({', '.join(map(quote, columns))});"
