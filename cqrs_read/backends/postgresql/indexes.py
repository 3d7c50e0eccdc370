"""Which columns PostgreSQL finds rows by."""

from collections.abc import Sequence
from typing import Any


def indexed_columns(cursor: Any, table: str) -> set[str] | None:
    """The first column of every index that serves any lookup by equality; None if there is no such table."""
    cursor.execute(
        """
        SELECT c.oid IS NOT NULL, array(
            SELECT a.attname::text FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            JOIN pg_catalog.pg_class index ON index.oid = i.indexrelid
            JOIN pg_catalog.pg_am am ON am.oid = index.relam AND am.amname IN ('btree', 'hash')
            WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL
        )
        FROM pg_catalog.to_regclass(%s) AS c(oid)
        """,
        [cursor.db.ops.quote_name(table)],
    )
    exists, columns = cursor.fetchone()
    return set(columns) if exists else None


def create_index(cursor: Any, table: str, columns: Sequence[str]) -> str:
    """The statement that makes the index while the table is written; PostgreSQL chooses its name."""
    quote = cursor.db.ops.quote_name
    return f"CREATE INDEX CONCURRENTLY ON {quote(table)} ({', '.join(map(quote, columns))});"
