"""The paths to the tables of a query that Django has resolved: those in its FROM clause, by their aliases there."""

from collections.abc import Iterator
from typing import Any

from django.db.models import ForeignObject
from django.db.models.sql import Query
from django.db.models.sql.datastructures import Join

from cqrs_read.declaration.projection import Projection
from cqrs_read.expressions.hop import Hop, Path

Paths = dict[str, Path]
"""Paths by alias."""


def paths_of(projection: Projection, query: Query, root: Path) -> Paths:
    """The paths to all tables of ``query``; ``root`` leads to its base table."""
    return paths_from(projection, query, str(query.get_initial_alias()), root)


def paths_from(projection: Projection, query: Query, alias: str, path: Path) -> Paths:
    """The same where ``path`` leads to the table called ``alias``: joins are followed both ways from there."""
    joins, paths, known = list(_joins(projection, query)), {alias: path}, 0
    while known < len(paths):
        known = len(paths)
        for parent, child, hop in joins:
            if parent in paths and child not in paths:
                paths[child] = (*paths[parent], hop)
            elif child in paths and parent not in paths:
                paths[parent] = (*paths[child], hop.back(query.alias_map[parent].table_name))
    return paths


def _joins(projection: Projection, query: Query) -> Iterator[tuple[str, str, Hop]]:
    """Parent, child and hop of each join that ``query`` makes."""
    for alias, join in query.alias_map.items():
        if isinstance(join, Join) and query.alias_refcount[alias]:
            _refuse_unusual(projection, join)
            ((lhs, rhs),) = join.join_cols
            yield join.parent_alias, alias, Hop(lhs=lhs, table=join.table_name, rhs=rhs)


def _refuse_unusual(projection: Projection, join: Any) -> None:
    """Only an equality of two columns can be followed back from a key."""
    field = getattr(join.join_field, "field", join.join_field)
    restricted = type(field).get_extra_restriction is not ForeignObject.get_extra_restriction
    if len(join.join_cols) != 1 or restricted or join.filtered_relation:
        raise projection.refuse(
            "",
            f"'{field.name}' of {field.model._meta.label} joins by more than one column.",
            "Leave it out, or name the table by a queryset in Exists or Subquery, tied to the source by OuterRef.",
        )
