"""Walking over all source keys of a read model in chunks."""

from dataclasses import dataclass

from django.db import connections

from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel
from cqrs_read.selection import Selection
from cqrs_read.table import table_name
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
    key = projection_of(read_model).source_key
    selection = Selection.REST if after is not None else Selection.ALL
    beyond, params = key.condition(selection)
    table = connections[key.using].ops.quote_name(key.table)
    # With its table's name: ORDER BY a bare name would sort the text of the output column.
    ordering = ", ".join(key.names())
    with connections[key.using].cursor() as cursor:
        cursor.execute(
            f"SELECT {key.text()} FROM {table} WHERE {beyond} ORDER BY {ordering} LIMIT {int(chunk)}",
            [after] * len(params),
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
