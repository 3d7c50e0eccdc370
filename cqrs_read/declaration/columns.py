"""Column expressions of our own, for what Django's do not say."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, JSONField
from django.db.models.expressions import Expression, OrderBy


class Rows(Expression):
    """Child rows as one JSON array of objects: a column for nested documents.

    Values are shown as DRF's serializers show them, the same on every database: decimals as strings with all their
    places (a JSON number would lose digits), moments as ISO 8601 in UTC, durations as ``[days ]HH:MM:SS``, UUIDs with
    dashes, bytes as hexadecimal digits. NULL is sorted last, first when descending.

    Args:
        relation: a path to several rows: a reverse foreign key or a many-to-many relation, e.g. ``"lines"``; with
            more hops before or behind it, e.g. ``"customer__orders"`` or ``"payments__refunds"``.
        fields: names of the fields of those rows, or a mapping of JSON key to a field path or an expression on them.
        order_by: field paths on them; ``"-"`` in front for descending.
        distinct: leave out objects that are equal to another; ``order_by`` must then be among the fields.

    ::

        Rows("lines", fields={"sku": "product_id", "quantity": "quantity"}, order_by=["id"])
    """

    def __init__(
        self,
        relation: str,
        *,
        fields: Sequence[str] | Mapping[str, Any],
        order_by: Sequence[str] = ("pk",),
        distinct: bool = False,
    ) -> None:
        super().__init__(output_field=JSONField())
        named = dict(fields) if isinstance(fields, Mapping) else {name: name for name in fields}
        self.relation, self.distinct = relation, distinct
        self.keys = tuple(named)
        self.values = [F(value) if isinstance(value, str) else value for value in named.values()]
        self.sorted_by = [path.removeprefix("-") for path in order_by]
        self.order = [_ordering(path) for path in order_by]

    def get_source_expressions(self) -> list[Any]:
        return [*self.values, *self.order]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.values, self.order = list(exprs[: len(self.keys)]), list(exprs[len(self.keys) :])


def _ordering(path: str) -> OrderBy:
    return F(path[1:]).desc() if path.startswith("-") else F(path).asc()
