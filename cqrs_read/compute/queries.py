"""The Django queries behind one computed SELECT: resolved, so that they know their joins, but not yet compiled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import F, Model, QuerySet, Value
from django.db.models.functions import Cast
from django.db.models.sql import Query

from cqrs_read.compute.joins import join_group, keep_rows, link_names
from cqrs_read.compute.selected import OfSelected, Selected
from cqrs_read.declaration.projection import Projection
from cqrs_read.declaration.selection import Selection
from cqrs_read.expressions.aggregation import aggregated
from cqrs_read.expressions.group import Group
from cqrs_read.expressions.grouping import Grouped, grouped
from cqrs_read.expressions.misspelt import refuse_misspelt

PREFIX = "cqrs_"


@dataclass(frozen=True, kw_only=True)
class Queries:
    """The query over the source, and those of the groups that are joined to it."""

    source: Query
    groups: tuple[tuple[Group, Query], ...]


def queries_of(projection: Projection, selection: Selection) -> Queries:
    """The queries of ``projection`` for the rows of ``selection``.

    Raises:
        ProjectionError: if the declaration cannot be kept true.
    """
    refuse_misspelt(projection)
    if projection.group_by:
        return Queries(source=_grouped_query(projection, selection), groups=())
    apart = grouped(projection)
    groups = tuple((group, _group_query(projection, group, selection)) for group in apart.groups)
    return Queries(source=_source_query(projection, apart, selection), groups=groups)


def selected_query(projection: Projection, selection: Selection) -> Query:
    """The keys of the selected source rows that the declaration's filter lets in."""
    query: Query = _filtered(projection, selection).values_list(*projection.source_fields).query
    keep_rows(query)
    return query


def _source_query(projection: Projection, apart: Grouped, selection: Selection) -> Query:
    rows = _filtered(projection, selection)
    for column, expression in apart.columns.items():
        if isinstance(expression, Value) and expression.value is None:
            # Bare, a NULL of a subquery is taken for a text.
            field: Any = projection.read_model._meta.get_field(column)
            expression = Cast(expression, field)
        with _refusing(projection, column):
            rows = rows.annotate(**{PREFIX + column: expression})
    query: Query = rows.values_list(*(PREFIX + column for column in apart.columns)).query
    keep_rows(query)
    for group in apart.groups:
        join_group(query, group)
    return query


def _grouped_query(projection: Projection, selection: Selection) -> Query:
    """One row for each value of the group's fields, among the selected ones."""
    columns = aggregated(projection)
    names = {PREFIX + name: columns.pop(name) for name in projection.group_by}
    rows = _filtered(projection, selection).values(**names)
    for column, expression in columns.items():
        with _refusing(projection, column):
            rows = rows.annotate(**{PREFIX + column: expression})
    query: Query = rows.query
    query.distinct = query.group_by is None  # there is no aggregate
    keep_rows(query)
    return query


def _filtered(projection: Projection, selection: Selection) -> Any:
    with _refusing(projection, "filter"):
        rows = _rows_of(projection, projection.source).filter(projection.filter)
    return rows.filter(_selected_key(projection, selection))


def _rows_of(projection: Projection, model: type[Model]) -> QuerySet[Any, Any]:
    """All rows of ``model``, past every manager."""
    return QuerySet(model, using=projection.using).order_by()


def _selected_key(projection: Projection, selection: Selection) -> Selected:
    return Selected(*map(F, projection.source_fields), selection=selection)


def _group_query(projection: Projection, group: Group, selection: Selection) -> Query:
    links = {name: F(key) for name, key in zip(link_names(group), group.root.keys, strict=True)}
    rows = _rows_of(projection, group.root.model).filter(_of_selected(projection, group, selection))
    rows = rows.values(**links)
    for alias, aggregate in group.aggregates.items():
        with _refusing(projection, group.declared_in[alias]):
            rows = rows.annotate(**{alias: aggregate})
    query: Query = rows.query
    keep_rows(query)
    group.aggregates.update({alias: query.annotations[alias] for alias in group.aggregates})
    return query


def _of_selected(projection: Projection, group: Group, selection: Selection) -> Any:
    """That a row of the group's root belongs to a selected source row."""
    equals = tuple(field.attname for field in group.root.equals)
    if equals == projection.source_fields:
        return Selected(*map(F, group.root.keys), selection=selection)
    parents = _rows_of(projection, projection.source).filter(_selected_key(projection, selection))
    return OfSelected(*map(F, group.root.keys), parents=parents.values(*equals).query)


@contextmanager
def _refusing(projection: Projection, column: str) -> Iterator[None]:
    """What Django cannot resolve in ``column`` is a mistake in the declaration."""
    try:
        yield
    except (FieldError, TypeError, ValueError) as error:
        problem = str(error).split(" Choices are")[0]
        remedy = f"Correct the path or the types; it starts at {projection.source._meta.label}."
        raise projection.refuse(column, problem, remedy) from error
