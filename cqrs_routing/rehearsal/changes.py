"""Net changes: of each row what it was before the first write, and what it is after the last one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cqrs_routing.rehearsal.image import Image, Row
from cqrs_routing.rehearsal.shape import Shape

Identity = tuple[str, tuple[Any, ...]]
"""A row's table, and the values of its primary key."""

History = list[Row | None]
"""A row's states in order, before the first write and after each; None where it is not there."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """``old`` is None of a row that was inserted, ``new`` of one that was deleted."""

    old: Row | None
    new: Row | None


Changes = Mapping[Identity, Change]


def histories(images: Iterable[Image], shapes: Mapping[str, Shape]) -> dict[Identity, History]:
    """The states of every row that was written. A changed primary key is another row: one goes, one comes."""
    found: dict[Identity, History] = {}
    for image in images:
        if image.operation == "TRUNCATE":
            found = {identity: states for identity, states in found.items() if identity[0] != image.table}
            continue
        shape = shapes[image.table]
        old, new = _without(image.old, shape.virtual), _without(image.new, shape.virtual)
        before, after = _identity(image.table, old, shape), _identity(image.table, new, shape)
        if before and after and before != after:
            found.setdefault(before, [old]).append(None)
            found.setdefault(after, [None]).append(new)
        elif identity := before or after:
            found.setdefault(identity, [old]).append(new)
    return found


def net(histories: Mapping[Identity, History]) -> dict[Identity, Change]:
    """What is left of ``histories``: nothing of a row that is again as it was."""
    return {
        identity: Change(old=states[0], new=states[-1])
        for identity, states in histories.items()
        if states[0] != states[-1]
    }


def identity_of(table: str, row: Row, shape: Shape) -> Identity:
    return table, tuple(hashable(row[column]) for column in shape.key)


def _identity(table: str, row: Row | None, shape: Shape) -> Identity | None:
    return None if row is None else identity_of(table, row, shape)


def hashable(value: Any) -> Any:
    """``value`` as part of a dictionary's key; arrays and ranges may be parts of a primary key."""
    return json.dumps(value, default=str) if isinstance(value, (dict, list)) else value


def _without(row: Row | None, virtual: frozenset[str]) -> Row | None:
    return row if row is None or not virtual else {c: row[c] for c in row if c not in virtual}
