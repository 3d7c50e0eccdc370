"""The truth about a read model, in plain Python over the rows: tables read once each, relations followed by hand.

Nothing here knows Django's expressions, or the toolkit.
"""

import datetime
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection

from tests.property.graph.relations import INHERITS, Relation
from tests.property.graph.schema import LINKS, MODELS, columns_of, model_named

Row = dict[str, Any]
Trail = tuple[Row, ...]
"""A row of the source, and the row that each relation of a path led to from there."""


class Snapshot:
    """All rows of the graph at one moment, as dictionaries by attribute name."""

    def __init__(self) -> None:
        own = {name: rows_in(name) for name in (*MODELS, *LINKS)}
        self.models = {**own, "Reprint": own["Work"]}
        for child, parent in INHERITS.items():
            if child != "Reprint":
                by_key = {row["id"]: row for row in own[parent]}
                # The parent's row is there: the child's key refers to it.
                self.models[child] = [{**by_key[row["work_ptr_id"]], **row} for row in own[child]]

    @cached_property
    def indexes(self) -> dict[tuple[str, str], dict[Any, list[Row]]]:
        return {}

    def matching(self, model: str, attribute: str, value: Any) -> list[Row]:
        """The rows of ``model`` whose ``attribute`` is ``value``; NULL equals nothing."""
        if (model, attribute) not in self.indexes:
            index: dict[Any, list[Row]] = {}
            for row in self.models[model]:
                index.setdefault(row[attribute], []).append(row)
            self.indexes[model, attribute] = index
        return [] if value is None else self.indexes[model, attribute].get(value, [])

    def related(self, row: Row, relation: Relation) -> list[Row]:
        rows = [row]
        for step in relation.steps:
            rows = [
                found for one in rows for found in self.matching(step.model, step.remote, one[step.local])
            ]
        return rows

    def trails(self, trail: Trail, path: Sequence[Relation]) -> list[Trail]:
        """``trail`` prolonged along ``path``, in all the ways that there are."""
        trails = [trail]
        for relation in path:
            trails = [(*one, found) for one in trails for found in self.related(one[-1], relation)]
        return trails

    def one(self, row: Row, path: Sequence[Relation]) -> Row | None:
        """The row at the end of a path that leads to one row at most."""
        found = self.trails((row,), path)
        assert len(found) <= 1, "a single-valued path led to several rows"
        return found[0][-1] if found else None


def rows_in(name: str) -> list[Row]:
    """The rows of one table, by one plain SELECT."""
    model = model_named(name)
    columns = [column for column in columns_of(name) if column.own]
    return read(model._meta.db_table, {c.attribute: (c.column, c.kind) for c in columns})


def read(table: str, columns: dict[str, tuple[str, str]]) -> list[Row]:
    """Rows of ``table``; ``columns`` has each one's column and kind of value."""
    quote = connection.ops.quote_name
    listed = ", ".join(quote(column) for column, _ in columns.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {quote(table)}")
        return [
            {
                name: decoded(kind, value)
                for (name, (_, kind)), value in zip(columns.items(), row, strict=True)
            }
            for row in cursor.fetchall()
        ]


def decoded(kind: str, value: Any) -> Any:
    """What a driver returned, as the kind's own type: SQLite has few types, JSON comes as text."""
    if value is None:
        return None
    match kind:
        case "json":
            return json.loads(value)
        case "decimal":
            return Decimal(str(value))
        case "bool":
            return bool(value)
        case "uuid":
            return value if isinstance(value, UUID) else UUID(value)
        case "date":
            return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
        case "datetime":
            moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        case _:
            return value
