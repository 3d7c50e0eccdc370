"""What the queries behind a read model use: the columns of each table, by the path that leads to it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models.expressions import Col
from django.db.models.lookups import In
from django.db.models.sql import Query

from cqrs_read.compute.aliases import Paths, paths_from, paths_of
from cqrs_read.compute.subquery import anchored, expressions_of, refuse_unknown
from cqrs_read.declaration.projection import Projection
from cqrs_read.declaration.table import column_of
from cqrs_read.expressions.hop import Hop, Path
from cqrs_read.expressions.tree import walk


class Used:
    """Gathers the used columns of each table."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.columns: dict[Path, set[str]] = {(): set(projection.source_key.columns)}
        self.by: dict[Path, set[str]] = {}
        """The read model's columns that use each table, ``filter`` among them."""

    def add(self, query: Query, root: Path, declared: Mapping[str, str]) -> None:
        """Add every column that ``query`` names.

        Args:
            root: the path to its base table.
            declared: the read model's columns, by the names of the annotations that compute them.
        """
        tables = paths_of(self.projection, query, root)
        self._add_joins(tables)
        for name, annotation in query.annotations.items():
            self._add_expression(annotation, tables, declared.get(name, ""))
        self._add_expression(query.where, tables, "filter" if self.projection.filter else "")

    def _add_joins(self, tables: Paths) -> None:
        for path in tables.values():
            for depth, hop in enumerate(path):
                self._add_columns(path[:depth], {hop.lhs})
                self._add_columns(path[: depth + 1], {hop.rhs})

    def _add_expression(self, expression: Any, tables: Paths, column: str) -> None:
        tied: dict[int, Col] = {}
        for part in walk(expression):
            if isinstance(part, Col):
                self._add_columns(tables[part.alias], {column_of(part.target)})
                self.by.setdefault(tables[part.alias], set()).add(column)
            elif isinstance(part, In) and isinstance(part.rhs, Query) and isinstance(part.lhs, Col):
                tied[id(part.rhs)] = part.lhs
            elif isinstance(part, Query):
                self._add_subquery(part, tables, column, tied.get(id(part)))

    def _add_subquery(self, query: Query, outer: Paths, column: str, tied: Col | None) -> None:
        refuse_unknown(self.projection, column, query)
        inner, expressions = expressions_of(self.projection, column, query)
        anchor = anchored(self.projection, column, inner, outer, tied)
        hop = Hop(
            lhs=column_of(anchor.outer.target),
            table=inner.alias_map[anchor.inner.alias].table_name,
            rhs=column_of(anchor.inner.target),
        )
        path = (*outer[anchor.outer.alias], hop)
        tables = paths_from(self.projection, inner, anchor.inner.alias, path)
        self._add_joins(tables)
        self.by.setdefault(path, set()).add(column)
        for expression in expressions:
            self._add_expression(expression, {**outer, **tables}, column)

    def _add_columns(self, path: Path, columns: Iterable[str]) -> None:
        self.columns.setdefault(path, set()).update(columns)
