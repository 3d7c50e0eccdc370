"""Incoming rows: computed on the source's database, streamed into a temporary table beside the target.

Only where a read model lives on another database than its source.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models.expressions import Col

from cqrs_read.compute.query import computed
from cqrs_read.declaration.projection import Projection, projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Selection
from cqrs_read.declaration.table import column_names, table_name
from cqrs_write.backends import load

INCOMING = "cqrs_incoming"
ROWS = 1000
"""Rows fetched and inserted at once, where the databases do not stream to each other."""


@contextmanager
def incoming(read_model: type[ReadModel], selection: Selection, **values: Any) -> Iterator[str]:
    """Within a transaction on the target, a temporary table there with the rows that ``read_model`` must have.

    The source is read on a connection of its own, now: in a transaction's snapshot, if that one has begun.

    Args:
        values: of the statement's placeholders.

    Yields:
        The table's name, quoted; it has the read model's columns and no constraints.
    """
    projection = projection_of(read_model)
    connection = connections[projection.target]
    table = connection.ops.quote_name(INCOMING)
    like = connection.ops.quote_name(table_name(read_model))
    backend = load("cqrs_read", "incoming", projection.target)
    with connection.cursor() as cursor:
        backend.create(cursor, table, like)
        _stream(read_model, projection, cursor, table, *computed(read_model, selection).bound(**values))
        yield table
        # Where something has failed it goes with the transaction.
        cursor.execute(f"DROP TABLE {table}")


def _stream(
    read_model: type[ReadModel], projection: Projection, cursor: Any, table: str, sql: str, params: list[Any]
) -> None:
    source, target = connections[projection.using], connections[projection.target]
    columns = [target.ops.quote_name(column) for column in column_names(read_model)]
    into = f"{table} ({', '.join(columns)})"
    with source.cursor() as reading:
        if load("cqrs_read", "incoming", projection.target).stream(reading, cursor, sql, params, into):
            return
        insert = f"INSERT INTO {into} VALUES ({', '.join(['%s'] * len(columns))})"
        converted = _converter(read_model, projection)
        reading.execute(sql, params)
        while rows := reading.fetchmany(ROWS):
            cursor.executemany(insert, [converted(row) for row in rows])


def _converter(read_model: type[ReadModel], projection: Projection) -> Any:
    """A function from a row as the source's driver gives it to one as the target's driver takes it."""
    source, target = connections[projection.using], connections[projection.target]
    fields = read_model._meta.concrete_fields
    columns = [Col(table_name(read_model), field) for field in fields]
    steps = [[*source.ops.get_db_converters(column), *column.get_db_converters(source)] for column in columns]

    def converted(row: tuple[Any, ...]) -> list[Any]:
        values = []
        for value, field, column, converters in zip(row, fields, columns, steps, strict=True):
            for convert in converters:
                value = convert(value, column, source)
            values.append(field.get_db_prep_save(value, target))
        return values

    return converted
