"""A recording: everything that is known of one side's writes on one alias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cqrs_routing.rehearsal.changes import Changes, Identity
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.shape import Shape


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The net changes of what was committed, or stood in the open transaction, when the recording ended.

    Attributes:
        shapes: of the tables that images came from.
        numbers: of its own transactions and of subtransactions that it has seen, modulo 2³².
        used: tables that its statements read or write, by their text, in Django's spelling, and those that images came
            from. What the database's own functions and foreign keys look up is not among them.
        truncated: tables of which no row of before is left.
        unwatched: tables that its statements write to, by their text, and that give no images.
        undone: rows that an EXCEPTION block of PL/pgSQL brought back to an earlier state.
        disturbed: rows that are in a state that no image showed: another writer came by.
        incomplete: why something may be missing from it, a line each; empty if nothing is.
    """

    run: Run
    changes: Changes = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    numbers: frozenset[int] = frozenset()
    used: frozenset[str] = frozenset()
    truncated: frozenset[str] = frozenset()
    unwatched: frozenset[str] = frozenset()
    undone: frozenset[Identity] = frozenset()
    disturbed: frozenset[Identity] = frozenset()
    incomplete: tuple[str, ...] = ()
