"""Rows: the whole content of a database, table by table, and where its sequences stand."""

from typing import Any

from django.db import connection

SEQUENCES = {
    "postgresql": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'",
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
}

Content = dict[str, list[str]]


def content() -> Content:
    """Every row of every table as text, sorted, with the names of its columns."""
    tables = sorted(connection.introspection.table_names())
    return {table: rows(f"SELECT * FROM {connection.ops.quote_name(table)}") for table in tables}


def sequences() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES[connection.vendor])
        return dict(cursor.fetchall())


def rows(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        return sorted(repr(dict(zip(names, row, strict=True))) for row in cursor.fetchall())
