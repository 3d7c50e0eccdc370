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
    columns = {
        column: _Splitter(projection, column, groups).split(expression)
        for column, expression in projection.columns.items()
    }
    return Grouped(columns=columns, groups=groups)


class _Splitter:
    """Takes the aggregates out of one column's expression."""

    def __init__(self, projection: Projection, column: str, groups: dict[str, Group]) -> None:
        self.projection, self.column, self.groups = projection, column, groups

    def split(self, expression: Any) -> Any:
        """The expression with a Gathered in the place of each aggregate."""
        if isinstance(expression, NOT_DERIVABLE):
            raise self.projection.refuse(
                self.column,
                f"{type(expression).__name__} cannot be kept true.",
                "Declare the column by paths, functions and aggregates over relations.",
            )
        if isinstance(expression, Rows):
            group = self._group(expression.relation)
            return self._gathered(group, RowsAggregate(expression.keys, expression.values, expression.order))
        if isinstance(expression, Aggregate):
            return self._aggregate(expression)
        if isinstance(expression, F):
            self._refuse_many(path_of(expression))
            return expression
        if isinstance(expression, Q):
            for path in _paths(expression):
                self._refuse_many(path)
            return expression
        return _mapped(expression, self.split)

    def _aggregate(self, aggregate: Aggregate) -> Any:
        relations = {name.partition("__")[0] for name in _paths(aggregate)}
        if len(relations) != 1:
            raise self.projection.refuse(
                self.column,
                f"{aggregate!r} spans {', '.join(sorted(relations)) or 'no relation'}.",
                "Aggregate over one relation at a time.",
            )
        group = self._group(relations.pop())
        default = aggregate.default  # type: ignore[attr-defined]
        stripped = _mapped(aggregate, _strip)
        stripped.default = None
        return self._gathered(group, stripped, default)

    def _gathered(self, group: Group, aggregate: Any, default: Any = None) -> Gathered:
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
        first = path.partition("__")[0]
        if any(rel.name == first and rel.multiple for rel in self.projection.source._meta.related_objects):
            raise self.projection.refuse(
                self.column, f"'{path}' has many values.", "Aggregate it: Count, Sum, Min, Max or Rows."
            )


def _mapped(expression: Any, change: Any) -> Any:
    """A copy of ``expression`` in which ``change`` was applied to each of its parts."""
    if not hasattr(expression, "get_source_expressions"):
        return expression
    copy = expression.copy()
    parts = expression.get_source_expressions()
    copy.set_source_expressions([part if part is None else change(part) for part in parts])
    return copy


def _strip(expression: Any) -> Any:
    """The same over the child: ``lines__quantity`` becomes ``quantity``, ``lines`` its key."""
    if isinstance(expression, F):
        return F(_stripped(path_of(expression)))
    if isinstance(expression, Q):
        children = [_stripped_condition(child) for child in expression.children]
        return Q.create(children, connector=expression.connector, negated=expression.negated)
    return _mapped(expression, _strip)


def _stripped_condition(child: Any) -> Any:
    return (_stripped(child[0]), _strip(child[1])) if isinstance(child, tuple) else _strip(child)


def path_of(reference: F) -> str:
    """The field path that ``reference`` names."""
    return str(reference.name)  # type: ignore[attr-defined]


def _stripped(path: str) -> str:
    return path.partition("__")[2] or "pk"


def _paths(expression: Any) -> set[str]:
    """Every field path that the unresolved ``expression`` names."""
    if isinstance(expression, F):
        return {path_of(expression)}
    if isinstance(expression, Q):
        named = {child[0] for child in expression.children if isinstance(child, tuple)}
        nested = [child[1] if isinstance(child, tuple) else child for child in expression.children]
        return named.union(*(_paths(part) for part in nested))
    if hasattr(expression, "get_source_expressions"):
        return set().union(
            *(_paths(part) for part in expression.get_source_expressions() if part is not None)
        )
    return set()


def _is_reverse_foreign_key(rel: Any) -> bool:
    return bool(rel.one_to_many)
