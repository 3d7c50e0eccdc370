"""A key: the columns by which a table's rows are selected, usually one. Its values travel as text."""

from dataclasses import dataclass

from django.db import connections

from cqrs_read.declaration.selection import BOUNDED_ABOVE, BOUNDED_BELOW, Placeholder, Selection
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Key:
    """The ``columns`` of ``table``, on the alias ``using``, that tell its rows (or groups of rows) apart."""

    using: str
    table: str
    columns: tuple[str, ...]

    @property
    def types(self) -> list[str]:
        """The columns' types in the database."""
        backend = load("cqrs_read", "keys", self.using)
        return [backend.key_type(self.using, self.table, column) for column in self.columns]

    def names(self, table: str | None = None) -> list[str]:
        """The columns, quoted; with an alias of the table, or its own name, in front."""
        quote = connections[self.using].ops.quote_name
        return [f"{quote(table or self.table)}.{quote(column)}" for column in self.columns]

    def text(self, table: str | None = None) -> str:
        """SQL of the key as text; of several columns a JSON array."""
        return str(load("cqrs_write", "keys", self.using).text(self.names(table), self.types))

    def condition(
        self, selection: Selection, table: str | None = None
    ) -> tuple[str, tuple[Placeholder, ...]]:
        """SQL that a row's key is selected, and the placeholders among its parameters."""
        return selected(self.using, self.names(table), self.types, selection)


def selected(
    using: str, columns: list[str], types: list[str], selection: Selection
) -> tuple[str, tuple[Placeholder, ...]]:
    """SQL that ``columns`` (SQL, of ``types``) are a selected key, and the placeholders among its parameters."""
    backend = load("cqrs_read", "keys", using)
    if selection is Selection.KEYS:
        return backend.among(columns, types), (Placeholder.KEYS,)
    conditions: list[str] = []
    params: list[Placeholder] = []
    for placeholder, operator, bounded in (
        (Placeholder.ABOVE, ">", BOUNDED_BELOW),
        (Placeholder.UP_TO, "<=", BOUNDED_ABOVE),
    ):
        if selection in bounded:
            conditions.append(backend.compared(columns, types, operator))
            params += [placeholder] * len(columns)
    return " AND ".join(conditions) or "TRUE", tuple(params)
