"""The SELECT that computes a read model's rows for some of its keys.

::

    WITH "cqrs_lines" AS (SELECT order_id, COUNT(id), … FROM line WHERE order_id = ANY(keys) GROUP BY order_id)
    SELECT … FROM "order" LEFT JOIN "cqrs_lines" ON … WHERE id = ANY(keys)

The keys stand in every part, so that no part computes more than it must.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.core.exceptions import FieldError
from django.db import connections
from django.db.models import F
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql import Query
from django.db.models.sql.constants import LOUTER

from cqrs_read.grouping import Group, Grouped, grouped
from cqrs_read.projection import Projection, projection_of
from cqrs_read.read_model import ReadModel
from cqrs_read.selected import Selected
from cqrs_read.selection import Placeholder, Selection
from cqrs_read.table import column_of
from cqrs_write.backends import load

PREFIX = "cqrs_"
LINK = "cqrs_link"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """SQL with Placeholders among its parameters."""

    sql: str
    params: tuple[Any, ...]

    def bound(
        self, *, keys: Any = None, above: str | None = None, up_to: str | None = None
    ) -> tuple[str, list[Any]]:
        """SQL and parameters with the placeholders filled in."""
        values = {Placeholder.KEYS: keys, Placeholder.ABOVE: above, Placeholder.UP_TO: up_to}
        return self.sql, [
            values.get(param, param) if isinstance(param, Placeholder) else param for param in self.params
        ]


@dataclass(frozen=True, kw_only=True)
class Queries:
    """The Django queries behind one computed SELECT: over the source, and over the child of each group."""

    source: Query
    groups: tuple[tuple[Group, Query], ...]


@cache
def computed(read_model: type[ReadModel], selection: Selection) -> Statement:
    """The rows that ``read_model`` must have, one column per field in the order of its fields.

    Raises:
        ProjectionError: if the declaration cannot be kept true.
    """
    projection = projection_of(read_model)
    queries = queries_of(projection, selection)
    parts: list[str] = []
    params: list[Any] = []
    for group, query in queries.groups:
        sql, more = _compiled(query, projection.using)
        parts.append(f"{_quoted(projection, group.name)} AS ({sql})")
        params.extend(more)
    sql, more = _compiled(queries.source, projection.using)
    params.extend(more)
    columns = ", ".join(_column(projection, field) for field in read_model._meta.concrete_fields)
    ctes = f"WITH {', '.join(parts)} " if parts else ""
    return Statement(sql=f"{ctes}SELECT {columns} FROM ({sql}) computed", params=tuple(params))


def queries_of(projection: Projection, selection: Selection) -> Queries:
    """The queries of ``projection``: resolved, so that they know their joins, but not yet compiled."""
    apart = grouped(projection)
    groups = tuple((group, _group_query(projection, group, selection)) for group in apart.groups.values())
    return Queries(source=_source_query(projection, apart, selection), groups=groups)


def selected_source(read_model: type[ReadModel], selection: Selection) -> Statement:
    """The keys of the selected source rows that the declaration's filter lets in."""
    projection = projection_of(read_model)
    rows = _filtered(projection, selection).values_list(*projection.source_fields)
    sql, params = _compiled(rows.query, projection.using)
    return Statement(sql=sql, params=tuple(params))


def _source_query(projection: Projection, apart: Grouped, selection: Selection) -> Query:
    rows = _filtered(projection, selection)
    for column, expression in apart.columns.items():
        with _refusing(projection, column):
            rows = rows.annotate(**{PREFIX + column: expression})
    query: Query = rows.values_list(*(PREFIX + column for column in apart.columns)).query
    for group in apart.groups.values():
        _join(query, group)
    return query


def _filtered(projection: Projection, selection: Selection) -> Any:
    rows = projection.source._base_manager.using(projection.using).order_by()
    return rows.filter(projection.filter).filter(_selected_key(projection, selection))


def _selected_key(projection: Projection, selection: Selection) -> Selected:
    return Selected(*map(F, projection.source_fields), selection=selection)


def _group_query(projection: Projection, group: Group, selection: Selection) -> Query:
    link = group.link.attname
    rows = group.query(projection.using)
    if group.link.target_field == projection.source._meta.pk:
        rows = rows.filter(Selected(F(link), selection=selection))
    else:
        parents = projection.source._base_manager.filter(_selected_key(projection, selection))
        rows = rows.filter(**{f"{link}{LOOKUP_SEP}in": parents.values(group.link.target_field.attname)})
    rows = rows.values(**{LINK: F(link)})
    for alias, aggregate in group.aggregates.items():
        with _refusing(projection, group.declared_in[alias]):
            rows = rows.annotate(**{alias: aggregate})
    query: Query = rows.query
    group.aggregates.update({alias: query.annotations[alias] for alias in group.aggregates})
    return query


@contextmanager
def _refusing(projection: Projection, column: str) -> Iterator[None]:
    """What Django cannot resolve in ``column`` is a mistake in the declaration."""
    try:
        yield
    except FieldError as error:
        problem = str(error).split(" Choices are")[0]
        remedy = f"Correct the path or the types; it starts at {projection.source._meta.label}."
        raise projection.refuse(column, problem, remedy) from error


class _GroupJoin:
    """A LEFT JOIN of a group's common table expression, as an entry of a query's FROM clause."""

    join_type = LOUTER
    filtered_relation = None
    nullable = True

    def __init__(self, group: Group, parent_alias: str) -> None:
        self.table_name = self.table_alias = group.name
        self.parent_alias = parent_alias
        self.parent_column = column_of(group.link.target_field)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        own, parent = quote(self.table_alias), quote(self.parent_alias)
        return f"LEFT JOIN {own} ON {own}.{quote(LINK)} = {parent}.{quote(self.parent_column)}", []


def _join(query: Query, group: Group) -> None:
    source_alias = query.get_initial_alias()
    query.alias_map[group.name] = _GroupJoin(group, source_alias)  # type: ignore[assignment]
    query.alias_refcount[group.name] = 1


def _compiled(query: Query, using: str) -> tuple[str, Sequence[Any]]:
    sql, params = query.get_compiler(using=using).as_sql()
    return sql, params


def _column(projection: Projection, field: Any) -> str:
    connection = connections[projection.using]
    sql = load("cqrs_read", "upsert", projection.using).cast(
        f"computed.{_quoted(projection, PREFIX + field.name)}", field, connection
    )
    return f"{sql} AS {_quoted(projection, column_of(field))}"


def _quoted(projection: Projection, name: str) -> str:
    return connections[projection.using].ops.quote_name(name)
