"""Columns that are not compared, by patterns such as ``orders_order.token`` and ``*.updated_at``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from cqrs_routing.rehearsal.changes import Change, Changes
from cqrs_routing.rehearsal.image import Row
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.shape import Shape


def without(recording: Recording, patterns: Collection[str]) -> Recording:
    """``recording`` as if those columns were not there; what changed in them alone is no change.

    A primary key stays, since other rows refer to it: ignored, it counts as generated.
    """
    if not patterns:
        return recording
    shapes = {table: _shape(table, shape, patterns) for table, shape in recording.shapes.items()}
    return replace(recording, shapes=shapes, changes=_changes(recording.changes, shapes, patterns))


def _shape(table: str, shape: Shape, patterns: Collection[str]) -> Shape:
    key = {column for column in shape.key if is_ignored(table, column, patterns)}
    return replace(shape, generated=shape.generated | key)


def _changes(changes: Changes, shapes: Mapping[str, Shape], patterns: Collection[str]) -> Changes:
    found = {}
    for (table, key), change in changes.items():
        kept = {
            column for column in (change.new or change.old or {}) if not is_ignored(table, column, patterns)
        }
        compared = kept | set(shapes[table].key)
        old, new = _of_columns(change.old, compared), _of_columns(change.new, compared)
        if kept and old != new:
            found[table, key] = Change(old=old, new=new)
    return found


def _of_columns(row: Row | None, columns: Collection[str]) -> Row | None:
    return row and {column: value for column, value in row.items() if column in columns}


def is_ignored(table: str, column: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(f"{table}.{column}", pattern) for pattern in patterns)
