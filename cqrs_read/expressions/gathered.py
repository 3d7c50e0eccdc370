"""A column of a group that is joined to the source: stands where an aggregate stood in a declaration."""

from collections.abc import Sequence
from typing import Any

from django.db.models.expressions import Expression
from django.utils.functional import cached_property

from cqrs_read.expressions.group import Group
from cqrs_read.expressions.rows_aggregate import RowsAggregate


class Gathered(Expression):
    """The value of an aggregate, read from its group.

    Args:
        group: the group, whose ``aggregates`` are resolved before the query over the source is.
        column: the aggregate's name there.
        default: what it is over nothing; None for NULL.
    """

    def __init__(self, group: Group, column: str, default: Any = None) -> None:
        super().__init__()
        self.group, self.column, self.default = group, column, default

    @property
    def aggregate(self) -> Any:
        return self.group.aggregates[self.column]

    @cached_property
    def output_field(self) -> Any:
        return self.aggregate.output_field

    def get_source_expressions(self) -> list[Any]:
        return [self.default]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.default,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        quote = connection.ops.quote_name
        sql = f"{quote(self.group.name)}.{quote(self.column)}"
        if isinstance(self.aggregate, RowsAggregate):
            sql = self.aggregate.ordered(sql, connection.alias)
        if self.default is None:
            return sql, ()
        default, params = compiler.compile(self.default)
        return f"COALESCE({sql}, {default})", tuple(params)
