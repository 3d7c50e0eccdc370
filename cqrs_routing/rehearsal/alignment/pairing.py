"""Pairing: which inserted row of one side is which of the other.

First those that are alike with everything they hang together with, then, parents before children, those that are
alike by themselves and refer to paired rows, then the most similar.
"""

from __future__ import annotations

from cqrs_routing.rehearsal.alignment.key_map import KeyMap
from cqrs_routing.rehearsal.alignment.look import Look
from cqrs_routing.rehearsal.alignment.sameness import Sameness
from cqrs_routing.rehearsal.changes import Identity

SIMILAR = 0.5
"""The share of equal columns from which two rows are taken for one that went wrong."""

MOST_COMPARED = 10_000
"""Pairs of one table that are compared for similarity; of more rows, each counts as missing or extra."""


def pair_rows(same: Sameness) -> None:
    """Fill the key map of ``same`` with all pairs that there are."""
    keys = same.keys
    for identity in keys.handler.rows:
        shape = keys.handler.shapes[identity[0]]
        if identity in keys.legacy.rows and shape.generated.isdisjoint(shape.key):
            keys.pair(identity, identity)
    exact = Look(keys, timeless=False)
    exact.pair_linked("all")
    if not any(unpaired(keys)):
        return
    timeless = Look(keys, timeless=True)
    timeless.pair_linked("all")
    # A key that was generated in several tables tells no mention apart.
    timeless.pair_linked("referred")
    for table in exact.ours.parents_first():
        exact.pair_placed(table)
        timeless.pair_placed(table)
        pair_similar(same, table)


def unpaired(keys: KeyMap, table: str | None = None) -> tuple[list[Identity], list[Identity]]:
    """The rows of either side, of ``table`` or of all, that have no counterpart."""
    ours = [one for one in keys.handler.rows if one not in keys.pairs and table in (None, one[0])]
    return ours, [one for one in keys.legacy.rows if one not in keys.taken and table in (None, one[0])]


def pair_similar(same: Sameness, table: str) -> None:
    handler, legacy = unpaired(same.keys, table)
    if len(handler) * len(legacy) > MOST_COMPARED:
        return
    scored = [(similarity(same, one, other), one, other) for one in handler for other in legacy]
    for score, one, other in sorted(scored, key=lambda entry: -entry[0]):
        if score >= SIMILAR and one not in same.keys.pairs and other not in same.keys.taken:
            same.keys.pair(one, other)


def similarity(same: Sameness, handler: Identity, legacy: Identity) -> float:
    """The share of columns with the same value, of those that are not generated."""
    shape = same.keys.legacy.shapes[legacy[0]]
    ours, theirs = same.keys.handler.rows[handler], same.keys.legacy.rows[legacy]
    compared = [column for column in theirs if column not in shape.generated]
    differing = len(list(same.differing(shape, ours, theirs, inserted=True)))
    return 1 - differing / len(compared) if compared else 1.0
