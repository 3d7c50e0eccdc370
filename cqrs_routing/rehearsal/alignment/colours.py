"""Colours of inserted rows, refined round by round: rows of one colour are alike, with all around them.

The refinement of Weisfeiler and Leman: a row's next colour is its colour with those of the rows that it refers to,
and that refer to it. Two lines of the same product are told apart by their orders, and two orders of one customer
by their lines.
"""

from __future__ import annotations

from collections.abc import Hashable

from cqrs_routing.rehearsal.alignment.links import Linked, Links
from cqrs_routing.rehearsal.changes import Identity

ROUNDS = 3
"""How many links away a difference tells rows apart."""

Colours = dict[Identity, int]


class Palette:
    """Numbers for colours, the same ones on both sides."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}

    def number(self, colour: Hashable) -> int:
        return self.numbers.setdefault(colour, len(self.numbers))


def plain(links: Links, palette: Palette) -> Colours:
    """By what rows contain alone."""
    return {
        identity: palette.number((identity[0], content, tuple(link for link, _ in links.referred[identity])))
        for identity, content in links.contents.items()
    }


def refined(around: Linked, colours: Colours, palette: Palette) -> list[Colours]:
    """Finer colours than ``colours``, by the rows ``around`` each; the finest first."""
    found = [colours]
    for _ in range(ROUNDS):
        found.append(_finer(around, found[-1], palette))
    return found[:0:-1]


def _finer(around: Linked, colours: Colours, palette: Palette) -> Colours:
    return {
        identity: palette.number(
            (colours[identity], tuple(sorted((link, colours[other]) for link, other in linked)))
        )
        for identity, linked in around.items()
    }
