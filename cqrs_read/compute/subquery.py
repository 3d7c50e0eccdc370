"""A subquery of a declaration: how it is tied to the query around it, and what it uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from django.db.models.sql import Query
from django.db.models.sql.where import AND, WhereNode

from cqrs_read.compute.aliases import Paths
from cqrs_read.declaration.family import same_family
from cqrs_read.declaration.projection import Projection

OLDEST_POSTGRESQL = 140000
"""As the server says it. What is compiled for it is looked at and never executed."""

TIE = "Tie it by an equality of two columns, e.g. filter(order=OuterRef('pk'))."


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The equality that ties a subquery to the query around it: a column of each."""

    inner: Col
    outer: Col


def refuse_unknown(projection: Projection, column: str, query: Query) -> None:
    """Refuse what hides columns from whoever looks for them.

    Raises:
        ProjectionError: for unions, ``extra()`` and FilteredRelation.
    """
    found = {
        "a combined query": query.combinator,
        "extra()": query.extra or query.extra_tables,
        "FilteredRelation": query._filtered_relations,  # type: ignore[attr-defined]
    }
    for name, there in found.items():
        if there:
            raise projection.refuse(
                column,
                f"{name} within a subquery cannot be kept true.",
                "Declare it by filters and conditions.",
            )


def expressions_of(projection: Projection, column: str, query: Query) -> tuple[Query, list[Any]]:
    """``query`` as it will be compiled, and the expressions that it consists of, every one resolved."""
    prepared = query.clone()
    try:
        compiler = prepared.get_compiler(connection=_unconnected(projection.using))
        _, order_by, _ = compiler.pre_sql_setup()
    except FieldError as error:
        raise projection.refuse(
            column, str(error).split(" Choices are")[0], "Correct the subquery."
        ) from error
    grouped = prepared.group_by if isinstance(prepared.group_by, tuple) else ()
    distinct = [prepared.resolve_ref(name) for name in prepared.distinct_fields]
    selected = [expression for expression, *_ in compiler.select]
    ordered = [expression for expression, _ in order_by]
    return prepared, [*selected, *ordered, *grouped, *distinct, prepared.where]


def _unconnected(using: str) -> BaseDatabaseWrapper:
    """The alias's connection, but for one that compiles without asking the server for its version.

    Declarations are checked where there is no database: when an image is built, before the first ``migrate``.
    """
    connection = connections.create_connection(using)
    vars(connection)["pg_version"] = OLDEST_POSTGRESQL
    return connection


def anchored(projection: Projection, column: str, query: Query, outer: Paths, tied: Col | None) -> Anchor:
    """The anchor of ``query`` that is nearest to the source.

    Args:
        outer: the paths to the tables around it.
        tied: the column whose value must be among those that ``query`` yields, if that is how it is used.

    Raises:
        ProjectionError: if nothing ties it.
    """
    found = [*_by_equality(query.where, query, outer), *_by_value(query, tied)]
    usable = [anchor for anchor in found if same_family(anchor.inner.target, anchor.outer.target)]
    if not usable:
        raise projection.refuse(
            column, f"the subquery over {query.get_meta().label} is not tied to the source.", TIE
        )
    return min(usable, key=lambda anchor: len(outer[anchor.outer.alias]))


def _by_equality(where: WhereNode, query: Query, outer: Paths) -> Iterator[Anchor]:
    """The equalities that must all hold, of a column of ``query`` with one around it."""
    if where.negated or (where.connector != AND and len(where.children) > 1):
        return
    for child in where.children:
        if isinstance(child, WhereNode):
            yield from _by_equality(child, query, outer)
        elif isinstance(child, Exact) and isinstance(child.lhs, Col) and isinstance(child.rhs, Col):
            for inner, other in ((child.lhs, child.rhs), (child.rhs, child.lhs)):
                if inner.alias in query.alias_map and other.alias in outer:
                    yield Anchor(inner=inner, outer=other)


def _by_value(query: Query, tied: Col | None) -> Iterator[Anchor]:
    selected = [*query.select, *query.annotation_select.values()]
    if tied is not None and len(selected) == 1 and isinstance(selected[0], Col):
        yield Anchor(inner=selected[0], outer=tied)
