"""The SELECT that computes a read model's rows for some of its keys.

::

    WITH "cqrs_lines" AS (SELECT order_id, COUNT(id), … FROM line WHERE order_id = ANY(keys) GROUP BY order_id)
    SELECT … FROM "order" LEFT JOIN "cqrs_lines" ON … WHERE id = ANY(keys)

The keys stand in every part, so that no part computes more than it must.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from django.db import connections
from django.db.models.sql import Query
from django.utils import timezone

from cqrs_read.compute.queries import PREFIX, queries_of, selected_query
from cqrs_read.declaration.projection import Projection, projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Placeholder, Selection
from cqrs_read.declaration.table import column_of
from cqrs_write.backends import load

LISTS = re.compile(r"IN \((%s(?:, %s)*)\)|%s")
"""A list of parameters, or a single one."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """SQL with Placeholders among its parameters."""

    sql: str
    params: tuple[Any, ...]

    @property
    def digest(self) -> str:
        """The same in every process for the same SQL with the same values; those of ``IN`` have no order.

        They come from a set, perhaps, which each process goes through in another one.
        """
        values = iter([repr(param) for param in self.params])
        listed = [sorted(islice(values, found[0].count("%s"))) for found in LISTS.finditer(self.sql)]
        return hashlib.sha256(repr((self.sql, listed, list(values))).encode()).hexdigest()[:32]

    def bound(
        self, *, keys: Any = None, above: str | None = None, up_to: str | None = None, within: Any = None
    ) -> tuple[str, list[Any]]:
        """SQL and parameters with the placeholders filled in."""
        values = {
            Placeholder.KEYS: keys,
            Placeholder.ABOVE: above,
            Placeholder.UP_TO: up_to,
            Placeholder.WITHIN: within,
        }
        return self.sql, [
            values.get(param, param) if isinstance(param, Placeholder) else param for param in self.params
        ]


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


@cache
def selected_source(read_model: type[ReadModel], selection: Selection) -> Statement:
    """The keys of the selected source rows that the declaration's filter lets in."""
    projection = projection_of(read_model)
    sql, params = _compiled(selected_query(projection, selection), projection.using)
    return Statement(sql=sql, params=tuple(params))


def _compiled(query: Query, using: str) -> tuple[str, Sequence[Any]]:
    compiler = query.get_compiler(using=using)
    # Django leaves out of GROUP BY what follows from a primary key; a legacy table may have none in the database.
    compiler.collapse_group_by = lambda expressions, having: expressions
    # In the project's own time zone, not in that of the request which happens to come first.
    with timezone.override(None):
        sql, params = compiler.as_sql()
    return sql, params


def _column(projection: Projection, field: Any) -> str:
    connection = connections[projection.using]
    sql = load("cqrs_read", "upsert", projection.using).cast(
        f"computed.{_quoted(projection, PREFIX + field.name)}", field, connection
    )
    return f"{sql} AS {_quoted(projection, column_of(field))}"


def _quoted(projection: Projection, name: str) -> str:
    return connections[projection.using].ops.quote_name(name)
