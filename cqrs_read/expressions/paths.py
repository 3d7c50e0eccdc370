"""Field paths within expressions that no query has resolved yet: finding them, and rooting them elsewhere."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import ResolvedOuterRef, Subquery
from django.db.models.lookups import Lookup
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

from cqrs_read.expressions.tree import walk, walk_everything

Change = Callable[[str], str]


def path_of(reference: F) -> str:
    """The field path that ``reference`` names."""
    return str(reference.name)  # type: ignore[attr-defined]


def paths_in(expression: Any) -> set[str]:
    """Every field path that the unresolved ``expression`` names, those in the OuterRefs of subqueries too."""
    found: set[str] = set()
    for part in walk(expression):
        if isinstance(part, Q):
            found |= {child[0] for child in part.children if isinstance(child, tuple)}
        elif isinstance(part, F):
            found.add(path_of(part))
        elif isinstance(part, Query):
            found |= outer_paths(part)
    return found


def outer_paths(query: Query) -> set[str]:
    """The paths by which ``query``, and the queries within it, refer to the outermost one."""
    return {path_of(part) for part in walk_everything(query) if isinstance(part, ResolvedOuterRef)}


def mapped(expression: Any, change: Callable[[Any], Any]) -> Any:
    """A copy of ``expression`` in which ``change`` was applied to each of its parts."""
    if not hasattr(expression, "get_source_expressions"):
        return expression
    changed = expression.clone() if isinstance(expression, WhereNode) else copy(expression)
    parts = expression.get_source_expressions()
    changed.set_source_expressions([part if part is None else change(part) for part in parts])
    return changed


def renamed(expression: Any, change: Change) -> Any:
    """A copy of ``expression`` in which ``change`` was applied to each path."""
    if isinstance(expression, F):
        return _reference(expression, change)
    if isinstance(expression, Q):
        children = [
            (change(child[0]), renamed(child[1], change))
            if isinstance(child, tuple)
            else renamed(child, change)
            for child in expression.children
        ]
        return Q.create(children, connector=expression.connector, negated=expression.negated)
    if isinstance(expression, list | tuple | set | frozenset):
        return type(expression)(renamed(part, change) for part in expression)
    if isinstance(expression, QuerySet):
        return _renamed_query(expression.query, change)
    if isinstance(expression, Query):
        return _renamed_query(expression, change)
    if isinstance(expression, Subquery):
        subquery = copy(expression)
        subquery.query = _renamed_query(expression.query, change)
        return subquery
    if isinstance(expression, Lookup):
        lookup = copy(expression)
        lookup.lhs, lookup.rhs = renamed(expression.lhs, change), renamed(expression.rhs, change)
        return lookup
    return mapped(expression, lambda part: renamed(part, change))


def _reference(reference: F, change: Change) -> F:
    moved = copy(reference)
    moved.name = change(path_of(reference))  # type: ignore[attr-defined]
    if hasattr(reference, "obj"):  # F("name")[:3]
        moved.obj = _reference(reference.obj, change)  # type: ignore[attr-defined]
    return moved


def _renamed_query(query: Query, change: Change) -> Query:
    """Only what refers to the outer query has paths: everything else is resolved already."""
    moved = query.clone()
    moved.where = renamed(moved.where, change)
    moved.annotations = {name: renamed(part, change) for name, part in moved.annotations.items()}
    return moved
