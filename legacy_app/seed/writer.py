"""Bulk writing of plain rows: COPY on PostgreSQL, one prepared INSERT elsewhere.

bulk_create would build a model instance for every row and cannot write a multi-table child; at scale 1 that
is three times slower.
"""

from collections.abc import Iterable, Sequence

from django.core.management.color import no_style
from django.db import connection, models

Row = Sequence[object]

NEEDS_ADAPTING = {"DateTimeField", "DecimalField", "UUIDField"}


class Table:
    """One table as a target for rows whose values are in the order of ``names`` (attribute names)."""

    def __init__(self, model: type[models.Model], names: str) -> None:
        by_name = {field.attname: field for field in model._meta.local_concrete_fields}
        self.model = model
        self.fields = [by_name[name] for name in names.split()]
        quote = connection.ops.quote_name
        self.name = quote(model._meta.db_table)
        self.columns = ", ".join(quote(field.column) for field in self.fields)

    def write(self, rows: Iterable[Row]) -> None:
        if connection.vendor == "postgresql":
            self.copy(rows)
        else:
            self.insert(rows)

    def copy(self, rows: Iterable[Row]) -> None:
        statement = f"COPY {self.name} ({self.columns}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def insert(self, rows: Iterable[Row]) -> None:
        marks = ", ".join(["%s"] * len(self.fields))
        statement = f"INSERT INTO {self.name} ({self.columns}) VALUES ({marks})"
        adapt = [adapter(field) for field in self.fields]
        with connection.cursor() as cursor:
            cursor.executemany(
                statement, [[f(v) if f else v for f, v in zip(adapt, row, strict=True)] for row in rows]
            )


def adapter(field: models.Field):
    """What turns a Python value into the database's, or None where they are the same."""
    if target_type(field) not in NEEDS_ADAPTING:
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def target_type(field: models.Field) -> str:
    while field.remote_field:
        field = field.target_field
    return field.get_internal_type()


def finish(written: Sequence[type[models.Model]]) -> None:
    """Move the sequences past the explicit ids and refresh the planner's statistics."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), written):
            cursor.execute(statement)
        for model in written:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
