"""Walking over all source keys of a read model in chunks."""

from dataclasses import dataclass

from django.db import connections

from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel
from cqrs_read.table import key_column, table_name
from cqrs_write.backends import load

CHUNK = 5000
"""Source keys in one chunk."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a walk has come; ``estimated`` is the number of source rows, as the database believes."""

    rows: int
    estimated: int


def next_keys(read_model: type[ReadModel], after: str | None, chunk: int = CHUNK) -> list[str]:
    """The next ``chunk`` source keys above ``after`` in the database's order, as text."""
    projection = projection_of(read_model)
    connection = connections[projection.using]
    backend, quote = load("cqrs_read", "keys", projection.using), connection.ops.quote_name
    table, column = table_name(projection.source), key_column(projection.source)
    # With its table's name: ORDER BY a bare name would sort the text of the output column.
    key = f"{quote(table)}.{quote(column)}"
    beyond = f"WHERE {key} > {backend.bound(backend.key_type(connection, table, column))}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {backend.text(key)} FROM {quote(table)} {beyond if after is not None else ''} "
            f"ORDER BY {key} LIMIT {int(chunk)}",
            [] if after is None else [after],
        )
        return [found for (found,) in cursor.fetchall()]


def estimated_rows(read_model: type[ReadModel]) -> int:
    """Source rows, from the database's statistics where it has some."""
    projection = projection_of(read_model)
    return table_rows(projection.using, table_name(projection.source))


def table_rows(using: str, table: str) -> int:
    """Rows of ``table``, from the database's statistics where it has some."""
    with connections[using].cursor() as cursor:
        return int(load("cqrs_read", "statistics", using).estimated_rows(cursor, table))
