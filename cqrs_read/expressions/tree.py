"""The parts of an expression, resolved or not, those included that Django's own walk leaves out."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.lookups import Lookup
from django.db.models.sql import Query

EXPRESSION = ("resolve_expression", "get_source_expressions", "as_sql")


def walk(expression: Any) -> Iterator[Any]:
    """``expression`` and everything in it, at any depth; a query within it is one part, and not entered."""
    yield expression
    if not isinstance(expression, Query):
        for part in parts_of(expression):
            yield from walk(part)


def walk_everything(expression: Any) -> Iterator[Any]:
    """The same, and everything in the queries within it."""
    for part in walk(expression):
        yield part
        if isinstance(part, Query):
            for inner in parts_of_query(part):
                yield from walk_everything(inner)


def parts_of(expression: Any) -> list[Any]:
    """The expressions and queries that ``expression`` is made of directly."""
    if isinstance(expression, Q):
        values = [child[1] if isinstance(child, tuple) else child for child in expression.children]
    elif isinstance(expression, Lookup):
        values = [expression.lhs, expression.rhs]
    elif hasattr(expression, "get_source_expressions"):
        values = expression.get_source_expressions()
    else:
        values = []
    return list(_expressions(values))


def parts_of_query(query: Query) -> list[Any]:
    """The expressions that ``query`` is made of, as far as they are resolved."""
    parts = [
        *query.annotations.values(),
        query.where,
        *query.select,
        *query.order_by,
        *query.combined_queries,
    ]
    return list(_expressions([*parts, query.group_by]))


def _expressions(values: Iterable[Any]) -> Iterator[Any]:
    """What a column can depend on, among ``values``: literal ones are left out."""
    for value in values:
        if isinstance(value, QuerySet):
            yield value.query
        elif isinstance(value, list | tuple | set | frozenset):
            yield from _expressions(value)
        elif isinstance(value, Query | Q) or any(hasattr(value, name) for name in EXPRESSION):
            yield value
