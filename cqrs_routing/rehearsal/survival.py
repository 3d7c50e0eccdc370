"""Survival: what is left of the recorded rows when they are read again.

Nobody outside sees a rollback within PL/pgSQL (its EXCEPTION blocks), and another writer may have come by since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cqrs_routing.rehearsal.changes import Changes, History, Identity, identity_of, net
from cqrs_routing.rehearsal.image import Row
from cqrs_routing.rehearsal.shape import Shape

Reader = Callable[[str, Shape, list[Row]], list[Row]]
"""Reads the rows of a table, of that shape, that have the keys of the rows given."""


@dataclass(frozen=True, kw_only=True)
class Survival:
    """``undone`` are rows that went back to an earlier state unseen, ``disturbed`` those in a state never seen."""

    changes: Changes
    undone: frozenset[Identity] = field(default_factory=frozenset)
    disturbed: frozenset[Identity] = field(default_factory=frozenset)


def survival(histories: Mapping[Identity, History], shapes: Mapping[str, Shape], read: Reader) -> Survival:
    """Compare the last states with what ``read`` finds; one that was undone ends the history before it."""
    found = _as_they_are(histories, shapes, read)
    surviving: dict[Identity, History] = {}
    undone, disturbed = set(), set()
    for identity, states in histories.items():
        state = found.get(identity)
        if state == states[-1]:
            surviving[identity] = states
        elif state in states:
            surviving[identity] = states[: states.index(state) + 1]
            undone.add(identity)
        else:
            surviving[identity] = states
            disturbed.add(identity)
    return Survival(changes=net(surviving), undone=frozenset(undone), disturbed=frozenset(disturbed))


def _as_they_are(
    histories: Mapping[Identity, History], shapes: Mapping[str, Shape], read: Reader
) -> dict[Identity, Row]:
    """Every recorded row that is there, in one query for each table."""
    known: dict[str, list[Row]] = {}
    for (table, _), states in histories.items():
        known.setdefault(table, []).append(next(state for state in states if state is not None))
    found: dict[Identity, Row] = {}
    for table, rows in known.items():
        shape = shapes[table]
        for row in read(table, shape, rows):
            stored = {column: row[column] for column in row if column not in shape.virtual}
            found[identity_of(table, stored, shape)] = stored
    return found
