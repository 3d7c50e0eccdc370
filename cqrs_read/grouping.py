"""Grouping: every multi-valued relation of a declaration is aggregated at the child, on its own.

Joined aggregates over several relations multiply each other's rows, which is Django's best-known trap. So an
aggregate is taken out of its expression, its first hop is stripped, and it becomes a column of one query over the
child; what stays in the expression is a :class:`~cqrs_read.columns.Gathered` that refers to it.
"""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    Aggregate,
    Exists,
    F,
    ForeignKey,
    ForeignObjectRel,
    Model,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import RawSQL, Window
from django.db.models.functions import Now, Random

from cqrs_read.columns import Gathered, Rows, RowsAggregate
from cqrs_read.paths import has_many, mapped, parts_of, path_of, paths_in, stripped
from cqrs_read.projection import Projection

NOT_DERIVABLE = (Subquery, Exists, Window, RawSQL, Now, Random)


@dataclass(kw_only=True)
class Group:
    """One reverse foreign key, and the aggregates over its child.

    ``aggregates`` has them by the name that they have in the query over the child, ``declared_in`` the read
    model's columns that they come from.
    """

    name: str
    child: type[Model]
    link: ForeignKey[Any, Any]
    aggregates: dict[str, Any] = field(default_factory=dict)
    declared_in: dict[str, str] = field(default_factory=dict)

    def query(self, using: str) -> QuerySet[Any, Any]:
        """The child's rows, read past every default manager."""
        return self.child._base_manager.using(using).order_by()


@dataclass(kw_only=True)
class Grouped:
    """A declaration taken apart: expressions over one source row each, and the groups that they refer to."""

    columns: dict[str, Any]
    groups: dict[str, Group]


def grouped(projection: Projection) -> Grouped:
    """Take the aggregates out of every column of ``projection``.

    Raises:
        ProjectionError: for a column whose dependencies cannot be derived.
    """
    groups: dict[str, Group] = {}
    # Only for what is refused: a filter has no aggregates to take out.
    _Splitter(projection, "filter", groups).apart(projection.filter)
    columns = {
        column: _Splitter(projection, column, groups).apart(expression)
        for column, expression in projection.columns.items()
    }
    return Grouped(columns=columns, groups=groups)


class _Splitter:
    """Takes the aggregates out of one column's expression."""

    def __init__(self, projection: Projection, column: str, groups: dict[str, Group]) -> None:
        self.projection, self.column, self.groups = projection, column, groups

    def apart(self, expression: Any) -> Any:
        """The expression with a Gathered in the place of each aggregate, if it can be kept true."""
        for part in parts_of(expression):
            if isinstance(part, NOT_DERIVABLE):
                raise self.projection.refuse(
                    self.column,
                    f"{type(part).__name__} cannot be kept true.",
                    "Declare the column by paths, functions and aggregates over relations.",
                )
        return self.split(expression)

    def split(self, expression: Any) -> Any:
        """The expression with a Gathered in the place of each aggregate."""
        if isinstance(expression, Rows):
            group = self._group(expression.relation)
            rows = RowsAggregate(expression.keys, expression.values, expression.order)
            return self._gathered(group, rows)
        if isinstance(expression, Aggregate):
            return self._aggregate(expression)
        if isinstance(expression, F):
            self._refuse_many(path_of(expression))
            return expression
        if isinstance(expression, Q):
            for path in paths_in(expression):
                self._refuse_many(path)
            return expression
        return mapped(expression, self.split)

    def _aggregate(self, aggregate: Aggregate) -> Any:
        relations = {name.partition("__")[0] for name in paths_in(aggregate)}
        if len(relations) != 1:
            raise self.projection.refuse(
                self.column,
                f"{aggregate!r} spans {', '.join(sorted(relations)) or 'no relation'}.",
                "Aggregate over one relation at a time.",
            )
        group = self._group(relations.pop())
        default = aggregate.default  # type: ignore[attr-defined]
        over_child = mapped(aggregate, stripped)
        over_child.default = None
        return self._gathered(group, over_child, default)

    def _gathered(self, group: Group, aggregate: Any, default: Any = None) -> Gathered:
        for path in paths_in(aggregate):
            self._refuse_many_beyond(group, path)
        column = f"value_{len(group.aggregates)}"
        group.aggregates[column], group.declared_in[column] = aggregate, self.column
        if default is None:
            default = aggregate.empty_result_set_value
        if default is not None and not hasattr(default, "resolve_expression"):
            default = Value(default)
        return Gathered(group, column, default)

    def _group(self, relation: str) -> Group:
        if relation not in self.groups:
            rel = self._relation(relation)
            name = f"cqrs_{relation}"
            self.groups[relation] = Group(name=name, child=rel.related_model, link=rel.field)
        return self.groups[relation]

    def _relation(self, relation: str) -> Any:
        source = self.projection.source
        names = [rel.name for rel in source._meta.related_objects if _is_reverse_foreign_key(rel)]
        try:
            found = source._meta.get_field(relation)
        except FieldDoesNotExist:
            found = None
        if not (isinstance(found, ForeignObjectRel) and _is_reverse_foreign_key(found)):
            raise self.projection.refuse(
                self.column,
                f"'{relation}' is no reverse foreign key of {source._meta.label}.",
                f"Aggregate over one of: {', '.join(names) or 'none there'}.",
            )
        return found

    def _refuse_many(self, path: str) -> None:
        if has_many(self.projection.source, path):
            raise self.projection.refuse(
                self.column, f"'{path}' has many values.", "Aggregate it: Count, Sum, Min, Max or Rows."
            )

    def _refuse_many_beyond(self, group: Group, path: str) -> None:
        """A second multi-valued hop would multiply the group's other rows."""
        if has_many(group.child, path):
            raise self.projection.refuse(
                self.column,
                f"'{path}' has many values for each {group.child._meta.verbose_name}.",
                f"Aggregate over {group.child._meta.label}'s own columns and what they refer to.",
            )


def _is_reverse_foreign_key(rel: Any) -> bool:
    return bool(rel.one_to_many)
