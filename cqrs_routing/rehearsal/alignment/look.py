"""A look at the inserted rows of both sides: which are alike, and can be paired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any, Literal

from cqrs_routing.rehearsal.alignment.colours import Colours, Palette, plain, refined
from cqrs_routing.rehearsal.alignment.key_map import KeyMap
from cqrs_routing.rehearsal.alignment.links import Linked, Links, both_ways
from cqrs_routing.rehearsal.changes import Identity


class Look:
    """``timeless`` as :class:`~cqrs_routing.rehearsal.alignment.canonical.Canonical` has it."""

    def __init__(self, keys: KeyMap, *, timeless: bool) -> None:
        self.keys = keys
        self.palette = Palette()
        self.ours = Links(keys.handler, timeless=timeless)
        self.theirs = Links(keys.legacy, timeless=timeless)
        self.our_colours = plain(self.ours, self.palette)
        self.their_colours = plain(self.theirs, self.palette)

    def pair_linked(self, by: Literal["all", "referred"]) -> None:
        """Pair rows that are alike with what is around them; those first that are so the farthest around."""
        ours, theirs = both_ways(getattr(self.ours, by)), both_ways(getattr(self.theirs, by))
        our_rounds = refined(ours, self.our_colours, self.palette)
        their_rounds = refined(theirs, self.their_colours, self.palette)
        for colours, others in zip(our_rounds, their_rounds, strict=True):
            waiting = grouped(self.keys, others)
            for identity in self.keys.handler.rows:
                while identity not in self.keys.pairs and waiting[colours[identity]]:
                    other = waiting[colours[identity]].pop()
                    self.pair_around(identity, other, (ours, colours), (theirs, others))

    def pair_around(
        self,
        handler: Identity,
        legacy: Identity,
        ours: tuple[Linked, Colours],
        theirs: tuple[Linked, Colours],
    ) -> None:
        """Pair two rows of a colour, and what is around them alike: one order's lines with one order's lines."""
        (our_links, colours), (their_links, others) = ours, theirs
        pairs = [(handler, legacy)]
        while pairs:
            one, other = pairs.pop()
            if one in self.keys.pairs or other in self.keys.taken:
                continue
            self.keys.pair(one, other)
            waiting: dict[Hashable, list[Identity]] = defaultdict(list)
            for link, near in their_links[other]:
                waiting[link, others[near]].append(near)
            for link, near in our_links[one]:
                if counterparts := waiting[link, colours[near]]:
                    pairs.append((near, counterparts.pop(0)))

    def pair_placed(self, table: str) -> None:
        """Pair rows of ``table`` that are alike by themselves, and linked to rows that are paired."""
        known = {other: other for other in self.keys.taken}
        theirs = placed(self.their_colours, self.theirs.all, known, table)
        waiting = grouped(self.keys, theirs)
        for identity, group in placed(self.our_colours, self.ours.all, self.keys.pairs, table).items():
            if identity not in self.keys.pairs and waiting[group]:
                self.keys.pair(identity, waiting[group].pop())


def grouped(keys: KeyMap, groups: dict[Identity, Any]) -> dict[Hashable, list[Identity]]:
    """The legacy side's rows that have no counterpart yet, in each group the last one first."""
    found: dict[Hashable, list[Identity]] = defaultdict(list)
    for identity in reversed(groups):
        if identity not in keys.taken:
            found[groups[identity]].append(identity)
    return found


def placed(
    colours: Colours, linked: Linked, known: Mapping[Identity, Identity], table: str
) -> dict[Identity, Hashable]:
    """The rows of ``table`` by colour, and by what the rows that they are linked to are on the legacy side."""
    return {
        identity: (
            colours[identity],
            tuple(sorted(((link, known.get(target)) for link, target in targets), key=repr)),
        )
        for identity, targets in linked.items()
        if identity[0] == table
    }
