"""Causes: what differs for several reasons at once, told apart by what has differed by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cqrs_routing.comparison import Kind


@dataclass(frozen=True, kw_only=True)
class Causes:
    """A kind taken apart.

    Attributes:
        known: of the kinds that were known, those that show in it.
        rest: what none of them explains; None if they explain all.
    """

    known: tuple[Kind, ...]
    rest: Kind | None


def causes_of(kind: Kind, known: Iterable[Kind]) -> Causes:
    """The causes of ``kind``: a stale status, where that is known, and whatever differs beside it.

    What ``kind`` covers is no cause of it, but a case.
    """
    shown = tuple(one for one in known if one.shows_in(kind) and not kind.covers(one))
    rest: Kind | None = kind
    for one in shown:
        rest = rest.without(one) if rest else None
    return Causes(known=shown, rest=rest)


def rest_of(wider: Kind, kind: Kind) -> Kind | None:
    """What is left of ``wider``, which was one cause so far, now that ``kind`` was seen without it.

    None if it still is one: ``kind`` is no part of it, or a case of it.
    """
    if wider.covers(kind) or not kind.shows_in(wider):
        return None
    return wider.without(kind)
