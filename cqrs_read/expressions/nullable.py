"""Whether a column's expression may be NULL, as far as the declaration says so."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import (
    Aggregate,
    Avg,
    ExpressionWrapper,
    F,
    Max,
    Min,
    Model,
    StdDev,
    Subquery,
    Sum,
    Variance,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import CombinedExpression, Exists
from django.db.models.functions import Cast

from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.paths import path_of, paths_in

NULL_OF_NOTHING = (Avg, Max, Min, StdDev, Sum, Variance)


def nullable_columns(projection: Projection) -> dict[str, str]:
    """Why columns may be NULL, by the name of their field, which allows none. What is not certain is left out."""
    excluded = {path.partition(LOOKUP_SEP)[0] for path in paths_in(projection.filter)}
    found: dict[str, str] = {}
    for column, expression in projection.columns.items():
        field: Any = projection.read_model._meta.get_field(column)
        if not (field.null or field.primary_key) and (reason := _reason(projection, expression, excluded)):
            found[column] = reason
    return found


def _reason(projection: Projection, expression: Any, excluded: set[str]) -> str:
    """Why ``expression`` may be NULL; empty if nothing says that it may.

    Args:
        excluded: relations and columns of the source that the filter asks about, perhaps that they be there.
    """
    if isinstance(expression, Aggregate):
        return _of_aggregate(projection, expression)
    if isinstance(expression, F):
        path = path_of(expression)
        return "" if path.partition(LOOKUP_SEP)[0] in excluded else _of_path(projection.source, path)
    if isinstance(expression, Subquery) and not isinstance(expression, Exists):
        return "a Subquery is NULL where it finds no row"
    if isinstance(expression, CombinedExpression | Cast | ExpressionWrapper):
        parts = expression.get_source_expressions()
        return next(filter(None, (_reason(projection, part, excluded) for part in parts)), "")
    return ""


def _of_aggregate(projection: Projection, aggregate: Aggregate) -> str:
    """Each group has a row, so there only the filter of an aggregate may leave it nothing."""
    default, filter_ = aggregate.default, aggregate.filter  # type: ignore[attr-defined]
    if not isinstance(aggregate, NULL_OF_NOTHING) or default is not None:
        return ""
    if projection.group_by and filter_ is None:
        return ""
    return f"{type(aggregate).__name__} is NULL over no rows"


def _of_path(model: type[Model], path: str) -> str:
    names = path.split(LOOKUP_SEP)
    for name in names:
        if name == "pk":
            return ""
        try:
            field: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            return ""  # a transform, or a column's own name
        if field.auto_created and not field.concrete:
            return f"'{path}' is NULL where there is no {name}"
        if field.null:
            return f"'{name}' of {model._meta.label} may be NULL"
        if field.related_model is None:
            return ""
        model = field.related_model
    return ""
