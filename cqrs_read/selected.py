"""The condition that a row of a query is selected, as a Django expression."""

from typing import Any

from django.db.models import BooleanField
from django.db.models.expressions import Col, Expression

from cqrs_read.key import selected
from cqrs_read.selection import Selection
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
