"""Conditions that a row of a query is selected, as Django expressions."""

from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import Col, Expression
from django.db.models.sql import Query

from cqrs_read.declaration.key import selected
from cqrs_read.declaration.selection import Selection
from cqrs_write.backends import load


class Selected(Expression):
    """The condition that ``columns`` are among the selected keys; its parameters are Placeholders."""

    conditional = True

    def __init__(self, *columns: Any, selection: Selection) -> None:
        super().__init__(output_field=BooleanField())
        self.columns, self.selection = list(columns), selection

    def get_source_expressions(self) -> list[Any]:
        return list(self.columns)

    def set_source_expressions(self, exprs: Any) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        columns: list[Col] = self.columns
        backend = load("cqrs_read", "keys", connection.alias)
        return selected(
            connection.alias,
            [compiler.compile(column)[0] for column in columns],
            [
                backend.key_type(connection.alias, column.target.model._meta.db_table, column.target.column)
                for column in columns
            ],
            self.selection,
        )


class OfSelected(Expression):
    """The condition that ``column`` is among what ``parents``, a query of selected source rows, yields.

    To whoever looks for dependencies it is about ``column`` alone: which rows are selected is no part of them.
    """

    conditional = True

    def __init__(self, column: Any, *, parents: Query) -> None:
        super().__init__(output_field=BooleanField())
        self.column, self.parents = column, parents

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.column)
        parents, more = self.parents.get_compiler(connection=connection).as_sql()
        return f"{column} IN ({parents})", (*params, *more)
