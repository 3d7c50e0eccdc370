"""Aggregation: the columns of a read model that has one row for a group of source rows."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Aggregate, F, Q
from django.db.models.sql import Query

from cqrs_read.declaration.columns import Rows
from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.chain import chain_of
from cqrs_read.expressions.paths import outer_paths, path_of, paths_in
from cqrs_read.expressions.tree import parts_of, walk
from cqrs_read.expressions.volatile import refuse_volatile

AGGREGATE = "Aggregate it, or group by it."


def aggregated(projection: Projection) -> dict[str, Any]:
    """The expressions of the columns of ``projection``, which is grouped.

    Raises:
        ProjectionError: for a column that is neither what is grouped by nor an aggregate of the source's own columns
            and what they refer to.
    """
    for column, expression in [("filter", projection.filter), *projection.columns.items()]:
        refuse_volatile(projection, column, expression)
        _refuse_many(projection, column, expression)
    for column, expression in projection.columns.items():
        _refuse_ungrouped(projection, column, expression)
    return dict(projection.columns)


def _refuse_many(projection: Projection, column: str, expression: Any) -> None:
    if any(isinstance(part, Rows) for part in walk(expression)):
        raise projection.refuse(column, "Rows has no place in a group.", "Count, or sum up.", "E006")
    for path in sorted(paths_in(expression)):
        if chain_of(projection.source, path):
            raise projection.refuse(
                column,
                f"'{path}' has many values for each row of a group.",
                "Declare a read model of the rows first, which aggregates it, and group that.",
                "E006",
            )


def _refuse_ungrouped(projection: Projection, column: str, expression: Any) -> None:
    if column in projection.group_by and not (type(expression) is F and path_of(expression) == column):
        raise projection.refuse(
            column, "is grouped by, and cannot be anything else.", "Drop it from columns.", "E006"
        )
    for path in sorted(set(_paths_outside(expression)) - {*projection.group_by, *projection.source_fields}):
        raise projection.refuse(column, f"'{path}' differs within a group.", AGGREGATE, "E006")


def _paths_outside(expression: Any) -> Iterator[str]:
    """The paths in ``expression`` that stand in no aggregate."""
    if isinstance(expression, Aggregate):
        return
    if isinstance(expression, F):
        yield path_of(expression)
    elif isinstance(expression, Query):
        yield from outer_paths(expression)
    elif isinstance(expression, Q):
        yield from (child[0] for child in expression.children if isinstance(child, tuple))
    for part in parts_of(expression) if not isinstance(expression, Query) else ():
        yield from _paths_outside(part)
