"""Which rows of a source a statement is about: given keys, or a range of them."""

from enum import Enum
from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import Col, Expression

from cqrs_write.backends import load


class Selection(Enum):
    """The ways to select source rows; each makes a statement of its own, whose SQL is cached."""

    KEYS = "keys"
    """The keys in an array."""

    FIRST = "first"
    """Keys up to and including a bound: the first chunk."""

    NEXT = "next"
    """Keys above one bound, up to and including another."""

    REST = "rest"
    """Keys above a bound, to the last one."""

    ALL = "all"
    """Every key."""

    @classmethod
    def of_range(cls, above: str | None, up_to: str | None) -> "Selection":
        """The one for keys above ``above`` up to and including ``up_to``; None leaves that side open."""
        if above is None:
            return cls.ALL if up_to is None else cls.FIRST
        return cls.REST if up_to is None else cls.NEXT


BOUNDED_BELOW = (Selection.NEXT, Selection.REST)
BOUNDED_ABOVE = (Selection.NEXT, Selection.FIRST)


class Placeholder(Enum):
    """Stands in a statement's parameters until it is executed."""

    KEYS = "keys"
    ABOVE = "above"
    UP_TO = "up to"


class Selected(Expression):
    """The condition that ``column`` is among the selected keys; its parameters are Placeholders."""

    conditional = True

    def __init__(self, column: Any, selection: Selection) -> None:
        super().__init__(output_field=BooleanField())
        self.column, self.selection = column, selection

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column: Col = self.column
        sql, _ = compiler.compile(column)
        backend = load("cqrs_read", "keys", connection.alias)
        key_type = backend.key_type(connection, column.target.model._meta.db_table, column.target.column)
        return condition(backend, sql, key_type, self.selection)


def condition(backend: Any, sql: str, key_type: str, selection: Selection) -> tuple[str, tuple[Any, ...]]:
    """SQL that ``sql``, a column of ``key_type``, is among the selected keys."""
    if selection is Selection.KEYS:
        return backend.among(sql, key_type), (Placeholder.KEYS,)
    bounds = {Placeholder.ABOVE: f"{sql} > {backend.bound(key_type)}"} if selection in BOUNDED_BELOW else {}
    if selection in BOUNDED_ABOVE:
        bounds[Placeholder.UP_TO] = f"{sql} <= {backend.bound(key_type)}"
    return " AND ".join(bounds.values()) or "TRUE", tuple(bounds)
