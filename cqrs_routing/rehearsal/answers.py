"""The answers of both sides to one write, compared: each has keys of its own, and has read the clock by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cqrs_routing.comparison import Answer, Difference, Rules, compare
from cqrs_routing.comparison.path import Element
from cqrs_routing.rehearsal.alignment.canonical import is_amount, may_be_a_key
from cqrs_routing.rehearsal.alignment.pieces import pieces, token
from cqrs_routing.rehearsal.alignment.sameness import Sameness


def differing(legacy: Answer, handler: Answer, rules: Rules, same: Sameness) -> tuple[Difference, ...]:
    """Where the answers differ in more than generated keys and readings of the clock.

    A number that was generated on one side can stand for an old row as well: order 1 of customer 1. So only what
    differs both in legacy's terms and as it is counts.
    """
    found = beyond(same, compare(legacy, handler, rules, Translation(same).of))
    if not found:
        return ()
    as_they_are = [one.path.general for one in beyond(same, compare(legacy, handler, rules))]
    return tuple(one for one in found if any(overlap(one.path.general, other) for other in as_they_are))


def overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one lies within the other: elements of a list may be paired otherwise, or not at all."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def beyond(same: Sameness, differences: Iterable[Difference]) -> list[Difference]:
    return [one for one in differences if not same.of_value(one.candidate, one.legacy, name_of(one))]


def name_of(difference: Difference) -> str:
    """That of the member in which the values stand."""
    names = [step for step in difference.path.steps if not isinstance(step, Element)]
    return names[-1] if names else ""


class Translation:
    """Puts what legacy has generated for the same row in the place of what the handler has."""

    def __init__(self, same: Sameness) -> None:
        tokens = same.keys.tokens
        self.counterparts = {own: next(iter(others)) for own, others in tokens.items() if len(others) == 1}

    def of(self, value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            return value if is_amount(value, name) else self.of_text(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.of_number(value, name)
        if isinstance(value, list):
            return [self.of(one, name) for one in value]
        if isinstance(value, dict):
            return {member: self.of(one, member) for member, one in value.items()}
        return value

    def of_number(self, value: int, name: str) -> int:
        other = self.counterparts.get(token(value) or "") if may_be_a_key(value, name) else None
        return int(other) if other is not None and other.isdecimal() else value

    def of_text(self, text: str) -> str:
        between, found = pieces(text)
        return "".join(self.woven(between, found))

    def woven(self, between: list[str], found: list[str]) -> Iterator[str]:
        for before, piece in zip(between, found, strict=False):
            yield before
            yield self.of_piece(piece)
        yield between[-1]

    def of_piece(self, piece: str) -> str:
        """As long as it was: with zeros before a number, with dashes in a UUID."""
        other = self.counterparts.get(token(piece) or "")
        if other is None:
            return piece
        if piece.isdecimal():
            return other.zfill(len(piece)) if piece[0] == "0" else other
        return dashed(other) if "-" in piece else other


def dashed(digits: str) -> str:
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
