"""Field paths within expressions that no query has resolved yet: finding them, and rooting them elsewhere."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import F, Model, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql import Query


def mapped(expression: Any, change: Any) -> Any:
    """A copy of ``expression`` in which ``change`` was applied to each of its parts."""
    if not hasattr(expression, "get_source_expressions"):
        return expression
    copy = expression.copy()
    parts = expression.get_source_expressions()
    copy.set_source_expressions([part if part is None else change(part) for part in parts])
    return copy


def stripped(expression: Any) -> Any:
    """The same over the child: ``lines__quantity`` becomes ``quantity``, ``lines`` its key."""
    if isinstance(expression, F):
        return F(_beyond_first_hop(path_of(expression)))
    if isinstance(expression, Q):
        children = [_stripped_condition(child) for child in expression.children]
        return Q.create(children, connector=expression.connector, negated=expression.negated)
    return mapped(expression, stripped)


def _stripped_condition(child: Any) -> Any:
    return (_beyond_first_hop(child[0]), stripped(child[1])) if isinstance(child, tuple) else stripped(child)


def has_many(model: type[Model], path: str) -> bool:
    """Whether following ``path`` from one row of ``model`` may lead to several rows."""
    try:
        hops, *_ = Query(model).names_to_path(path.split(LOOKUP_SEP), model._meta, fail_on_missing=False)
    except FieldError:
        return False  # it leads nowhere, which resolving the expression will say
    return any(hop.m2m for hop in hops)


def path_of(reference: F) -> str:
    """The field path that ``reference`` names."""
    return str(reference.name)  # type: ignore[attr-defined]


def _beyond_first_hop(path: str) -> str:
    return path.partition("__")[2] or "pk"


def paths_in(expression: Any) -> set[str]:
    """Every field path that the unresolved ``expression`` names."""
    parts = list(parts_of(expression))
    conditions = [part for part in parts if isinstance(part, Q)]
    named = {child[0] for condition in conditions for child in condition.children if isinstance(child, tuple)}
    return named | {path_of(part) for part in parts if isinstance(part, F)}


def parts_of(expression: Any) -> Iterator[Any]:
    """``expression`` and everything in it, at any depth; of a Q also what it compares with."""
    yield expression
    if isinstance(expression, Q):
        inner = [child[1] if isinstance(child, tuple) else child for child in expression.children]
    elif hasattr(expression, "get_source_expressions"):
        inner = [part for part in expression.get_source_expressions() if part is not None]
    else:
        inner = []
    for part in inner:
        yield from parts_of(part)
