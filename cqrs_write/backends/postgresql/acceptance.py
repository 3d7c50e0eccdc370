"""Acceptance on PostgreSQL: one statement of what the caller knows; the rest is the table's defaults.

The ORM would take twice as long, for columns that only execution fills.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connections

from cqrs_write.models import LoggedCommand

COLUMNS = {
    "uuid": "uuid",
    "name": "text",
    "version": "int",
    "payload": "text",
    "actor": "text",
    "queue": "text",
    "priority": "int",
    "lane": "text",
    "lane_key": "bigint",
    "holds_lane": "boolean",
    "accepted_at": "timestamptz",
    "not_before": "timestamptz",
    "traceparent": "text",
    "tracestate": "text",
    "correlation_id": "uuid",
    "causation_id": "uuid",
}
_NAMES = ", ".join(COLUMNS)
_VALUES = ", ".join("%s::jsonb" if name == "payload" else "%s" for name in COLUMNS)
_READ = ", ".join("payload::jsonb" if name == "payload" else name for name in COLUMNS)
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())

ONE = f"INSERT INTO cqrs_command_log ({_NAMES}) VALUES ({_VALUES}) RETURNING id"
MANY = f"""
INSERT INTO cqrs_command_log ({_NAMES})
SELECT {_READ} FROM unnest({_ARRAYS}) WITH ORDINALITY AS given ({_NAMES}, place) ORDER BY place
RETURNING id
"""


def insert(using: str, rows: Sequence[LoggedCommand]) -> None:
    """Write ``rows`` to the command log, in their order, and give them their ids."""
    values = [_values(row) for row in rows]
    with connections[using].cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(ONE, values[0])
        elif rows:
            cursor.execute(MANY, [list(column) for column in zip(*values, strict=True)])
        for row, (pk,) in zip(rows, cursor.fetchall() if rows else [], strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, using


def _values(row: LoggedCommand) -> list[Any]:
    return [json.dumps(row.payload) if name == "payload" else getattr(row, name) for name in COLUMNS]
