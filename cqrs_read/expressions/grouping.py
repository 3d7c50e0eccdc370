"""Grouping: taking the aggregates out of a declaration, so that each chain has a query of its own.

What stays in an expression is a :class:`~cqrs_read.expressions.gathered.Gathered` that refers to the group which
computes the aggregate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, F, Q, Subquery, Value
from django.db.models.expressions import OrderBy
from django.db.models.lookups import IsNull
from django.db.models.sql import Query

from cqrs_read.declaration.columns import Rows
from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.chain import Chain, chain_of, generic, key_names, longest, multi_valued
from cqrs_read.expressions.gathered import Gathered
from cqrs_read.expressions.group import Group, Root, at_child, at_source
from cqrs_read.expressions.paths import mapped, outer_paths, path_of, paths_in, renamed
from cqrs_read.expressions.rows_aggregate import RowsAggregate
from cqrs_read.expressions.strict import ignores_missing_rows
from cqrs_read.expressions.tree import walk
from cqrs_read.expressions.volatile import refuse_volatile

AGGREGATES = "Count, Sum, Min, Max or Rows"


@dataclass(kw_only=True)
class Grouped:
    """A declaration taken apart: expressions over one source row each, and the groups that they refer to."""

    columns: dict[str, Any]
    groups: tuple[Group, ...]


def grouped(projection: Projection) -> Grouped:
    """Take the aggregates out of every column of ``projection``.

    Raises:
        ProjectionError: for a column whose dependencies cannot be derived.
    """
    groups: dict[tuple[Chain, bool], Group] = {}
    # Only for what is refused: a filter has no aggregates to take out.
    _Splitter(projection, "filter", groups).apart(projection.filter)
    columns = {
        column: _Splitter(projection, column, groups).apart(expression)
        for column, expression in projection.columns.items()
    }
    return Grouped(columns=columns, groups=tuple(groups.values()))


class _Splitter:
    """Takes the aggregates out of one column's expression."""

    def __init__(self, projection: Projection, column: str, groups: dict[tuple[Chain, bool], Group]) -> None:
        self.projection, self.column, self.groups = projection, column, groups
        self.source = projection.source

    def apart(self, expression: Any) -> Any:
        """The expression with a Gathered in the place of each aggregate, if it can be kept true."""
        refuse_volatile(self.projection, self.column, expression)
        return self.split(expression)

    def split(self, expression: Any) -> Any:
        """The expression with a Gathered in the place of each aggregate."""
        if isinstance(expression, Rows):
            return self._rows(expression)
        if isinstance(expression, Aggregate):
            return self._aggregate(expression)
        if isinstance(expression, F):
            self._refuse_many([path_of(expression)])
            return expression
        if isinstance(expression, Q):
            self._refuse_many(paths_in(expression))
            return expression
        if isinstance(expression, Subquery):
            self._refuse_many(outer_paths(expression.query))
            return expression
        if isinstance(expression, Query):
            return expression
        return mapped(expression, self.split)

    def _aggregate(self, aggregate: Aggregate) -> Gathered:
        self._refuse_nested(aggregate, aggregate.get_source_expressions())
        default = aggregate.default  # type: ignore[attr-defined]
        alone = mapped(aggregate, lambda part: part)
        alone.default = None
        chain = self._chain(alone)
        return self._gathered(chain, alone, ignores_missing_rows(alone), default)

    def _rows(self, rows: Rows) -> Gathered:
        self._refuse_generic(rows.relation)
        chain = chain_of(self.source, rows.relation)
        if not chain:
            raise self.projection.refuse(
                self.column,
                f"'{rows.relation}' is no relation of {self.source._meta.label} to several rows.",
                f"Gather one of: {', '.join(multi_valued(self.source)) or 'none there'}.",
            )
        self._refuse_nested(rows, rows.get_source_expressions())
        keys = key_names(self.source, rows.relation)
        rows = _sorted_by_columns(rows, keys)
        inner = mapped(rows, lambda part: renamed(part, lambda path: f"{rows.relation}__{path}"))
        for path in sorted(paths_in(inner)):
            if chain_of(self.source, path) != chain:
                raise self.projection.refuse(
                    self.column,
                    f"'{path}' has many values for each of {rows.relation}.",
                    "Gather what it leads to by Rows of its own, or in a read model over those rows.",
                )
        self._refuse_unsorted(rows)
        # A LEFT JOIN may make up rows, which do not count.
        present = IsNull(F(f"{rows.relation}__{keys[0]}"), False)
        aggregate = RowsAggregate(
            inner.keys, inner.values, inner.order, present=present, distinct=rows.distinct
        )
        return self._gathered(chain, aggregate, not _has_query(inner))

    def _gathered(self, chain: Chain, aggregate: Any, ignores_missing: bool, default: Any = None) -> Gathered:
        group = self._group(chain, aggregate, ignores_missing)
        moved = renamed(aggregate, group.root.moved)
        if isinstance(moved, RowsAggregate) and path_of(moved.present.lhs) == "pk":
            moved.present = None  # a row of the query is there
        column = group.add(moved, self.column)
        if default is None:
            default = aggregate.empty_result_set_value
        if default is not None and not hasattr(default, "resolve_expression"):
            default = Value(default)
        return Gathered(group, column, None if default is None else self.split(default))

    def _group(self, chain: Chain, aggregate: Any, ignores_missing: bool) -> Group:
        """The group of ``chain``: at the child wherever that comes to the same."""
        root: Root | None = None
        if ignores_missing and all(path.partition("__")[0] == chain[0] for path in paths_in(aggregate)):
            root = at_child(self.source, chain)
        key = (chain, root is not None)
        if key not in self.groups:
            name = f"cqrs_{len(self.groups)}_{'__'.join(chain)}"[:60]
            self.groups[key] = Group(
                name=name, root=root or at_source(self.source, self.projection.source_fields)
            )
        return self.groups[key]

    def _chain(self, aggregate: Any) -> Chain:
        paths = paths_in(aggregate)
        for path in sorted(paths):
            self._refuse_generic(path)
        chains = {chain_of(self.source, path) for path in paths}
        try:
            chain = longest(chains)
        except ValueError:
            relations = sorted({"__".join(found) for found in chains if found})
            raise self.projection.refuse(
                self.column,
                f"{aggregate!r} spans {', '.join(relations)}.",
                "Aggregate over one relation at a time.",
            ) from None
        if not chain:
            raise self.projection.refuse(
                self.column,
                f"{aggregate!r} spans no relation to several rows.",
                f"Aggregate over one of: {', '.join(multi_valued(self.source)) or 'none there'}.",
            )
        return chain

    def _refuse_many(self, paths: Iterable[str]) -> None:
        for path in sorted(paths):
            self._refuse_generic(path)
            if chain_of(self.source, path):
                raise self.projection.refuse(
                    self.column,
                    f"'{path}' has many values.",
                    f"Aggregate it ({AGGREGATES}), or ask Exists of a queryset with OuterRef.",
                )

    def _refuse_generic(self, path: str) -> None:
        if name := generic(self.source, path):
            raise self.projection.refuse(
                self.column,
                f"'{name}' of '{path}' is a generic relation, which leads to no one table.",
                "Name its table by a queryset in Exists or Subquery, tied by object_id=OuterRef('pk').",
            )

    def _refuse_nested(self, whole: Any, parts: list[Any]) -> None:
        inner = [part for outer in parts for part in walk(outer) if isinstance(part, Aggregate | Rows)]
        if inner:
            raise self.projection.refuse(
                self.column,
                f"{type(inner[0]).__name__} stands within {type(whole).__name__}.",
                "Declare a read model with the inner one, and aggregate over that.",
            )

    def _refuse_unsorted(self, rows: Rows) -> None:
        fields = [path_of(value) for value in rows.values if isinstance(value, F)]
        for path in rows.sorted_by if rows.distinct else ():
            if path not in fields:
                raise self.projection.refuse(
                    self.column,
                    f"distinct Rows cannot be sorted by '{path}', which is none of their fields.",
                    "Set order_by to fields of these Rows.",
                )


def _sorted_by_columns(rows: Rows, keys: list[str]) -> Rows:
    """``rows`` with each column of the key in the place of a key of several."""
    ordered: Rows = mapped(rows, lambda part: part)
    ordered.order = [
        OrderBy(F(name), descending=item.descending)
        for path, item in zip(rows.sorted_by, rows.order, strict=True)
        for name in (keys if path == "pk" else [path])
    ]
    return ordered


def _has_query(expression: Any) -> bool:
    return any(isinstance(part, Query) for part in walk(expression))
