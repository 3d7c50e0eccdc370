"""The JSON aggregate that :class:`~cqrs_read.declaration.columns.Rows` is within the query that computes it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import JSONField, Value
from django.db.models.expressions import Expression

from cqrs_write.backends import load


class RowsAggregate(Expression):
    """A JSON array of an object for each row. Made by the toolkit only.

    Args:
        keys: names of the objects' members.
        values: expressions of their values, in the same order.
        order: what to sort by.
        present: a condition that there is a row; None where there always is one.
        distinct: whether to leave out equal objects.
    """

    contains_aggregate = True
    empty_result_set_value = "[]"

    def __init__(
        self,
        keys: Sequence[str],
        values: Sequence[Any],
        order: Sequence[Any],
        *,
        present: Any = None,
        distinct: bool = False,
    ) -> None:
        super().__init__(output_field=JSONField())
        self.keys, self.values = tuple(keys), list(values)
        self.order: list[Any] = list(order)
        self.present, self.distinct = present, distinct

    def get_source_expressions(self) -> list[Any]:
        return [*self.values, *self.order, self.present]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.values = list(exprs[: len(self.keys)])
        *self.order, self.present = exprs[len(self.keys) :]

    def get_group_by_cols(self) -> list[Any]:
        return []

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        backend = load("cqrs_read", "json", connection.alias)
        params: list[Any] = []

        def compiled(expression: Any, template: str = "{value}") -> str:
            sql, more = compiler.compile(expression)
            params.extend(list(more) * template.count("{value}"))
            return template.replace("{value}", str(sql))

        pairs = [
            (compiled(Value(key)), compiled(value, backend.rendered(value.output_field)))
            for key, value in zip(self.keys, self.values, strict=True)
        ]
        order = [
            compiled(item.expression, backend.sortable(item.expression.output_field)) for item in self.order
        ]
        sql = backend.aggregate(pairs, order, self.descending, self.distinct)
        if self.present is not None:
            sql += f" FILTER (WHERE {compiled(self.present)})"
        return sql, tuple(params)

    @property
    def descending(self) -> list[bool]:
        """Of each thing to sort by, whether it descends."""
        return [item.descending for item in self.order]

    def ordered(self, sql: str, using: str) -> str:
        """SQL of the finished array, from that of what the aggregate gave."""
        return str(load("cqrs_read", "json", using).ordered(sql, self.descending, self.distinct))
