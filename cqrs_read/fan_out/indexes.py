"""Indexes without which computing and fanning out a read model's changes scans whole tables.

The source is searched by its key. A hop ``parent.lhs = table.rhs`` is gone both ways: to a row's own values through
``rhs``, and from a change back to the rows that it touches through ``lhs``.
"""

from dataclasses import dataclass

from django.db import connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True, order=True)
class MissingIndex:
    """Columns that rows are looked up by, none of which begins an index; ``statement`` is the SQL that makes one."""

    table: str
    columns: tuple[str, ...]
    statement: str

    def __str__(self) -> str:
        return f"{self.table} has no index on {', '.join(self.columns)}."


def missing_indexes(read_model: type[ReadModel]) -> list[MissingIndex]:
    """What ``read_model`` needs and the database of its source lacks, by table; nothing of a table not yet there.

    Raises:
        ProjectionError: if the declaration cannot be kept true.
    """
    using = projection_of(read_model).using
    backend = load("cqrs_read", "indexes", using)
    missing: list[MissingIndex] = []
    with connections[using].cursor() as cursor:
        for table, lookups in sorted(lookups_of(read_model).items()):
            if (indexed := backend.indexed_columns(cursor, table)) is not None:
                missing += [
                    MissingIndex(
                        table=table, columns=columns, statement=backend.create_index(cursor, table, columns)
                    )
                    for columns in sorted(lookups)
                    if indexed.isdisjoint(columns)
                ]
    return missing


def lookups_of(read_model: type[ReadModel]) -> dict[str, set[tuple[str, ...]]]:
    """The columns that rows are looked up by, together or one alone, by table."""
    key = projection_of(read_model).source_key
    lookups = {key.table: {key.columns}}
    for dependency in dependencies(read_model):
        parents = [key.table, *(hop.table for hop in dependency.path)]
        for parent, hop in zip(parents, dependency.path, strict=False):
            lookups.setdefault(parent, set()).add((hop.lhs,))
            lookups.setdefault(hop.table, set()).add((hop.rhs,))
    return lookups
