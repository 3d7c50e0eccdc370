"""The links between one side's inserted rows: foreign keys, and keys that are mentioned anywhere else."""

from __future__ import annotations

from collections.abc import Iterator

from cqrs_routing.rehearsal.alignment.canonical import Canonical
from cqrs_routing.rehearsal.alignment.side import Side
from cqrs_routing.rehearsal.changes import Identity

MENTION = "mention"
"""What stands for the column where a key is mentioned: it may be within a text, or deep in JSON."""

Linked = dict[Identity, list[tuple[str, Identity]]]
"""By row, the rows at its links, with what each link is."""


class Links:
    """Of the rows of ``side``; ``timeless`` as :class:`Canonical` has it.

    Attributes:
        contents: what is left of each row without its links and what is generated, in canonical form.
        referred: at foreign keys.
        all: at these, and at mentions: those in logs, in generic foreign keys, in copies.
    """

    def __init__(self, side: Side, *, timeless: bool = False) -> None:
        self.contents: dict[Identity, str] = {}
        self.referred: Linked = {}
        self.all: Linked = {}
        for identity in side.rows:
            canonical = Canonical(side, identity, timeless=timeless)
            self.contents[identity] = canonical.content()
            self.referred[identity] = list(side.references(identity))
            mentioned = [(MENTION, target) for target in canonical.mentions]
            self.all[identity] = [*self.referred[identity], *mentioned]

    def parents_first(self) -> Iterator[str]:
        """The tables, those that others are linked to before them; as they come where they go round in a circle."""
        left: dict[str, set[str]] = {identity[0]: set() for identity in self.all}
        for identity, targets in self.all.items():
            left[identity[0]].update(target[0] for _, target in targets if target[0] != identity[0])
        while left:
            free = [table for table, linked in left.items() if not linked & left.keys()]
            for table in free or [next(iter(left))]:
                del left[table]
                yield table


def both_ways(linked: Linked) -> Linked:
    """The same links, each at the rows of both its ends."""
    found: Linked = {identity: [] for identity in linked}
    for identity, targets in linked.items():
        for link, target in targets:
            found[identity].append((f"to {link}", target))
            found[target].append((f"from {link}", identity))
    return found
