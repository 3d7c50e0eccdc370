"""Joins within a query that Django has resolved."""

from typing import Any

from django.db.models import ForeignKey
from django.db.models.sql import Query
from django.db.models.sql.constants import INNER, LOUTER
from django.db.models.sql.datastructures import Join

from cqrs_read.declaration.table import column_of
from cqrs_read.expressions.group import Group

LINK = "cqrs_link"


def keep_rows(query: Query) -> None:
    """Make LEFT JOINs of those that would drop a row whose parent is missing.

    Django takes a required foreign key for a promise; where the database does not enforce it, it may be broken.
    """
    for alias, join in query.alias_map.items():
        if not isinstance(join, Join) or join.join_type != INNER:
            continue
        if query.alias_map[join.parent_alias].join_type == LOUTER or not _is_enforced(join.join_field):
            query.alias_map[alias] = join.promote()


def link_names(group: Group) -> list[str]:
    """The columns of the group's query by which it is joined, one for each key."""
    return [f"{LINK}_{place}" for place in range(len(group.root.keys))]


class GroupJoin:
    """A LEFT JOIN of a group's common table expression, as an entry of a query's FROM clause."""

    join_type = LOUTER
    filtered_relation = None
    nullable = True

    def __init__(self, group: Group, parent_alias: str) -> None:
        self.table_name = self.table_alias = group.name
        self.parent_alias = parent_alias
        self.columns = list(zip(link_names(group), map(column_of, group.root.equals), strict=True))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        own, parent = quote(self.table_alias), quote(self.parent_alias)
        on = " AND ".join(f"{own}.{quote(link)} = {parent}.{quote(column)}" for link, column in self.columns)
        return f"LEFT JOIN {own} ON {on}", []


def join_group(query: Query, group: Group) -> None:
    """Join ``group`` to ``query``, which is over the source."""
    query.alias_map[group.name] = GroupJoin(group, query.get_initial_alias())  # type: ignore[assignment]
    query.alias_refcount[group.name] = 1


def _is_enforced(field: Any) -> bool:
    if not isinstance(field, ForeignKey):
        return True
    enforced: bool = field.db_constraint  # type: ignore[attr-defined]
    return enforced and field.model._meta.managed and field.related_model._meta.managed
