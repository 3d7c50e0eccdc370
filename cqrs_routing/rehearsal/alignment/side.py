"""One side's inserted rows, and what hangs together with what among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from cqrs_routing.rehearsal.alignment.pieces import token
from cqrs_routing.rehearsal.changes import Changes, Identity, hashable
from cqrs_routing.rehearsal.image import Row
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.shape import Shape

Reference = tuple[str, Identity]
"""A column, and the inserted row that it refers to."""


class Side:
    """The rows that ``changes`` says were inserted during ``run``, in their order."""

    def __init__(self, changes: Changes, shapes: Mapping[str, Shape], run: Run) -> None:
        self.rows: dict[Identity, Row] = {
            identity: change.new
            for identity, change in changes.items()
            if change.old is None and change.new is not None
        }
        self.shapes = shapes
        self.run = run

    def inserted(self, table: str, column: str, value: Any) -> Identity | None:
        """The inserted row of ``table`` whose ``column`` is ``value``."""
        place = (table, column)
        if place not in self._by_value:
            self._by_value[place] = {
                hashable(row[column]): identity
                for identity, row in self.rows.items()
                if identity[0] == table and column in row
            }
        return self._by_value[place].get(hashable(value)) if value is not None else None

    @cached_property
    def _by_value(self) -> dict[tuple[str, str], dict[Any, Identity]]:
        return {}

    def references(self, identity: Identity) -> Iterator[Reference]:
        """Those of the row ``identity``."""
        row = self.rows[identity]
        for column, (table, referred) in self.shapes[identity[0]].references.items():
            if (target := self.inserted(table, referred, row.get(column))) is not None:
                yield column, target

    def generated(self, identity: Identity) -> Iterator[tuple[str, str]]:
        """The row's generated columns, and what their values look like elsewhere."""
        for column in sorted(self.shapes[identity[0]].generated):
            if (found := token(self.rows[identity].get(column))) is not None:
                yield column, found

    @cached_property
    def owners(self) -> dict[str, list[Identity]]:
        """Whatever was generated on this side, with the rows that it was generated for."""
        owners: dict[str, list[Identity]] = {}
        for identity in self.rows:
            for _, found in self.generated(identity):
                owners.setdefault(found, []).append(identity)
        return owners
