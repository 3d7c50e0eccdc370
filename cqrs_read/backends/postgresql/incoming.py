"""A temporary table for rows from another database, on PostgreSQL; two of these stream to each other."""

from typing import Any

from psycopg import ClientCursor


def create(cursor: Any, table: str, like: str) -> None:
    """An empty table with the columns of ``like``, which goes with the transaction at the latest."""
    cursor.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {like}) ON COMMIT DROP")


def stream(source: Any, target: Any, sql: str, params: list[Any], into: str) -> bool:
    """Copy the rows of a query, which the database of ``source`` computes, into a table of that of ``target``.

    Returns:
        False where the source is no PostgreSQL, and nothing was done.
    """
    if not hasattr(source.cursor, "copy"):
        return False
    query = ClientCursor(source.db.connection).mogrify(sql, params)
    with (
        source.db.wrap_database_errors,
        target.db.wrap_database_errors,
        source.cursor.copy(f"COPY ({query}) TO STDOUT") as rows,
        target.cursor.copy(f"COPY {into} FROM STDIN") as writing,
    ):
        for block in rows:
            writing.write(block)
    return True
