"""What a read model depends on: tables, the columns of them that its columns use, and the way back to the source.

Nothing is declared by hand: everything is read off the very queries that compute the rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models.expressions import Col
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join

from cqrs_read.projection import Projection, projection_of
from cqrs_read.query import queries_of
from cqrs_read.read_model import ReadModel, read_models
from cqrs_read.selection import Selection
from cqrs_read.table import column_of, table_name
from cqrs_write.capture.table import Watch


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One join away from the source: ``parent.lhs = table.rhs``."""

    lhs: str
    table: str
    rhs: str


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A table whose changes reach the read model. An empty ``path`` is the source itself.

    A change is logged under ``key``: the column by which the table hangs on its parent in the path (of the source
    its own key), so that the way back needs no join with the table itself, and a row that moved or is gone is
    still found.
    """

    table: str
    key: tuple[str, ...]
    path: tuple[Hop, ...]
    columns: frozenset[str]

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
    queries = queries_of(projection, Selection.KEYS)
    used = _Used(projection)
    used.add(queries.source, ())
    for group, query in queries.groups:
        lhs, rhs = column_of(group.link.target_field), column_of(group.link)
        hop = Hop(lhs=lhs, table=table_name(group.child), rhs=rhs)
        used.add_columns((), {hop.lhs})
        used.add(query, (hop,))
    return used.dependencies()


def streams(read_model: type[ReadModel]) -> tuple[str, ...]:
    """The change log's streams that ``read_model`` consumes."""
    return tuple(sorted({dependency.stream for dependency in dependencies(read_model)}))


def watches(using: str) -> Iterator[Watch]:
    """What all read models whose sources are on the alias ``using`` need to be captured there."""
    for read_model in read_models():
        if projection_of(read_model).using == using:
            yield from (dependency.watch for dependency in dependencies(read_model))


class _Used:
    """Gathers the used columns of each table, by the path that leads to it."""

    def __init__(self, projection: Projection) -> None:
        self.source = projection.source_key
        self.columns: dict[tuple[Hop, ...], set[str]] = {(): set(self.source.columns)}

    def add(self, query: Query, root: tuple[Hop, ...]) -> None:
        """Add every column that ``query`` names; ``root`` is the path to its base table."""
        paths = {alias: root + path for alias, path in _paths(query).items()}
        for path in paths.values():
            for depth, hop in enumerate(path):
                self.add_columns(path[:depth], {hop.lhs})
                self.add_columns(path[: depth + 1], {hop.rhs})
        for column in _columns(query):
            self.add_columns(paths[column.alias], {column_of(column.target)})

    def add_columns(self, path: tuple[Hop, ...], columns: Iterable[str]) -> None:
        self.columns.setdefault(path, set()).update(columns)

    def dependencies(self) -> tuple[Dependency, ...]:
        return tuple(
            Dependency(
                table=path[-1].table if path else self.source.table,
                key=(path[-1].rhs,) if path else self.source.columns,
                path=path,
                columns=frozenset(columns),
            )
            for path, columns in sorted(self.columns.items(), key=lambda item: len(item[0]))
        )


def _paths(query: Query) -> dict[str, tuple[Hop, ...]]:
    """The hops from the query's base table to each of its aliases."""
    paths: dict[str, tuple[Hop, ...]] = {}
    for alias, table in query.alias_map.items():
        if not isinstance(table, Join):
            paths[alias] = ()
        elif query.alias_refcount[alias]:
            (lhs, rhs), *_ = table.join_cols
            paths[alias] = (*paths[table.parent_alias], Hop(lhs=lhs, table=table.table_name, rhs=rhs))
    return paths


def _columns(query: Query) -> Iterator[Col]:
    for expression in [*query.annotations.values(), query.where]:
        yield from _columns_in(expression)


def _columns_in(expression: Any) -> Iterator[Col]:
    if isinstance(expression, Col):
        yield expression
    elif hasattr(expression, "get_source_expressions"):
        for part in expression.get_source_expressions():
            yield from _columns_in(part)
