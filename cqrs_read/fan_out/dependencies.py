"""What a read model depends on: tables, the columns of them that its columns use, and the way back to the source.

Nothing is declared by hand: everything is read off the very queries that compute the rows.
"""

from dataclasses import dataclass
from functools import cache

from cqrs_read.compute.queries import PREFIX, queries_of
from cqrs_read.compute.types import refuse_type
from cqrs_read.compute.used import Used
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Selection
from cqrs_read.expressions.hop import Hop, Path
from cqrs_write.capture.table import Watch

__all__ = ["Dependency", "Hop", "dependencies", "streams"]


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A table whose changes reach the read model. An empty ``path`` is the source itself.

    A change is logged under ``key``: the column by which the table hangs on its parent in the path (of the source
    its own key), so that the way back needs no join with the table itself, and a row that moved or is gone is
    still found. ``used_by`` are the read model's columns that need it, ``filter`` among them.
    """

    table: str
    key: tuple[str, ...]
    path: Path
    columns: frozenset[str]
    used_by: tuple[str, ...]

    @property
    def watch(self) -> Watch:
        return Watch(table=self.table, key=self.key, columns=self.columns)

    @property
    def stream(self) -> str:
        return self.watch.stream


@cache
def dependencies(read_model: type[ReadModel]) -> tuple[Dependency, ...]:
    """Every dependency of ``read_model``, the source first.

    Raises:
        ProjectionError: if the declaration cannot be kept true.
    """
    projection = projection_of(read_model)
    queries, used = queries_of(projection, Selection.KEYS), Used(projection)
    columns = {PREFIX + column: column for column in projection.columns}
    used.add(queries.source, (), columns)
    for group, query in queries.groups:
        used.add(query, group.root.path, group.declared_in)
    for column in projection.columns:
        refuse_type(projection, column, queries.source.annotations[PREFIX + column])
    return tuple(
        Dependency(
            table=path[-1].table if path else projection.source_key.table,
            key=(path[-1].rhs,) if path else projection.source_key.columns,
            path=path,
            columns=frozenset(names),
            used_by=tuple(sorted(used.by.get(path, set()) - {""})),
        )
        for path, names in sorted(used.columns.items(), key=lambda item: len(item[0]))
    )


def streams(read_model: type[ReadModel]) -> tuple[str, ...]:
    """The change log's streams that ``read_model`` consumes."""
    return tuple(sorted({dependency.stream for dependency in dependencies(read_model)}))
