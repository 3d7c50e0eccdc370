"""Column expressions of our own, for what Django's do not say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, JSONField, Value
from django.db.models.expressions import Expression, OrderBy
from django.utils.functional import cached_property

from cqrs_write.backends import load


class Rows(Expression):
    """Child rows as one JSON array of objects: a column for nested documents.

    Decimals become strings with all their places, as DRF renders them: a JSON number would lose digits.

    Args:
        relation: a reverse foreign key of the source, e.g. ``"lines"``.
        fields: names of the child's fields, or a mapping of JSON key to field path or expression on the child.
        order_by: field paths on the child; ``"-"`` in front for descending.

    ::

        Rows("lines", fields={"sku": "product_id", "quantity": "quantity"}, order_by=["id"])
    """

    def __init__(
        self, relation: str, *, fields: Sequence[str] | Mapping[str, Any], order_by: Sequence[str] = ("pk",)
    ) -> None:
        super().__init__(output_field=JSONField())
        named = dict(fields) if isinstance(fields, Mapping) else {name: name for name in fields}
        self.relation = relation
        self.keys = tuple(named)
        self.values = [F(value) if isinstance(value, str) else value for value in named.values()]
        self.order = [_ordering(path) for path in order_by]

    def get_source_expressions(self) -> list[Any]:
        return [*self.values, *self.order]


class RowsAggregate(Expression):
    """What :class:`Rows` is within the query over the child: a JSON aggregate. Made by the toolkit only."""

    contains_aggregate = True
    empty_result_set_value = "[]"

    def __init__(self, keys: Sequence[str], values: Sequence[Any], order: Sequence[OrderBy]) -> None:
        super().__init__(output_field=JSONField())
        self.keys = tuple(keys)
        self.values = list(values)
        self.order = list(order)

    def get_source_expressions(self) -> list[Any]:
        return [*self.values, *self.order]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.values, self.order = list(exprs[: len(self.keys)]), list(exprs[len(self.keys) :])

    def resolve_expression(
        self,
        query: Any = None,
        allow_joins: bool = True,
        reuse: Any = None,
        summarize: bool = False,
        for_save: bool = False,
    ) -> "RowsAggregate":
        resolved: RowsAggregate = self.copy()
        resolved.set_source_expressions(
            [
                expression.resolve_expression(query, allow_joins, reuse, summarize, for_save)
                for expression in self.get_source_expressions()
            ]
        )
        return resolved

    def get_group_by_cols(self) -> list[Any]:
        return []

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        backend = load("cqrs_read", "json", connection.alias)
        params: list[Any] = []

        def compiled(expression: Any) -> str:
            sql, more = compiler.compile(expression)
            params.extend(more)
            return str(sql)

        pairs = [
            (compiled(Value(key)), backend.rendered(compiled(value), value.output_field))
            for key, value in zip(self.keys, self.values, strict=True)
        ]
        orders = [(compiled(item.expression), item.descending) for item in self.order]
        return backend.aggregate(pairs, orders), tuple(params)


class Gathered(Expression):
    """A column of a grouped child, joined to the source: stands where the aggregate stood in a declaration.

    Args:
        group: the group, whose ``aggregates`` are resolved before the query over the source is.
        column: the aggregate's name there.
        default: what it is over nothing; None for Django's own value (0 of a count, else NULL).
    """

    def __init__(self, group: Any, column: str, default: Any = None) -> None:
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
            descending = [item.descending for item in self.aggregate.order]
            sql = load("cqrs_read", "json", connection.alias).ordered(sql, descending)
        if self.default is None:
            return sql, ()
        default, params = compiler.compile(self.default)
        return f"COALESCE({sql}, {default})", tuple(params)


def _ordering(path: str) -> OrderBy:
    return F(path[1:]).desc() if path.startswith("-") else F(path).asc()
