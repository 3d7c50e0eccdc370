"""Misspelt paths: the first name on a path that its model does not have, and what may have been meant."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import Subquery
from django.db.models.sql import Query
from django.db.models.sql.query import get_field_names_from_opts  # type: ignore[attr-defined]

from cqrs_read.declaration.columns import Rows
from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.chain import generic
from cqrs_read.expressions.paths import mapped, paths_in, renamed
from cqrs_read.expressions.tree import walk
from cqrs_write.nearest import did_you_mean, nearest

ONE_PIECE = (F, Q, Query, QuerySet, Subquery)
"""What has no Rows within."""


@dataclass(frozen=True, kw_only=True)
class Misspelt:
    """A ``name`` of which ``model`` knows nothing."""

    model: type[Model]
    name: str

    @property
    def remedy(self) -> str:
        relations: list[Any] = list(self.model._meta.related_objects)
        for relation in relations:
            if relation.get_accessor_name() == self.name:
                return f"Queries call that relation '{relation.name}', not by its accessor '{self.name}'."
        near = nearest(self.name, get_field_names_from_opts(self.model._meta))
        return (
            did_you_mean(near) if near else f"Correct the path: {self.model._meta.label} has nothing alike."
        )


def refuse_misspelt(projection: Projection) -> None:
    """Refuse a path that does not exist.

    Raises:
        ProjectionError: naming the nearest names.
    """
    for column, expression in [("filter", projection.filter), *projection.columns.items()]:
        for path in sorted(_paths(expression)):
            if found := misspelt(projection.source, path):
                problem = f"'{path}': {found.model._meta.label} has no '{found.name}'."
                raise projection.refuse(column, problem, found.remedy)


def misspelt(model: type[Model], path: str) -> Misspelt | None:
    """What is wrong on ``path`` from ``model``; nothing where Django itself tells, as of transforms and lookups."""
    if generic(model, path):
        return None
    names, field = path.split(LOOKUP_SEP), None
    for place, name in enumerate(names, start=1):
        try:
            _, field, _, _ = Query(model).names_to_path(names[:place], model._meta, fail_on_missing=True)
        except FieldError:
            at = model if field is None else field.related_model
            is_lookup = field is not None and bool(field.get_lookup(name) or field.get_transform(name))
            return None if at is None or is_lookup else Misspelt(model=at, name=name)
    return None


def _paths(expression: Any) -> set[str]:
    """Every path in ``expression``, from the source."""
    relations = {part.relation for part in walk(expression) if isinstance(part, Rows)}
    return relations | paths_in(_rooted(expression))


def _rooted(expression: Any) -> Any:
    """A copy of ``expression`` in which the paths of Rows, which are from their relation, are from the source."""
    if isinstance(expression, Rows):
        relation = expression.relation
        return mapped(expression, lambda part: renamed(part, lambda path: f"{relation}{LOOKUP_SEP}{path}"))
    return expression if isinstance(expression, ONE_PIECE) else mapped(expression, _rooted)
