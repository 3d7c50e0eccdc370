"""A pairing: which elements of two lists are compared with each other, and which are on one side only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from cqrs_routing.comparison.alignment import gaps
from cqrs_routing.comparison.identity import Rows, identified
from cqrs_routing.comparison.prepared import Unordered
from cqrs_routing.comparison.token import rank, token


@dataclass(kw_only=True)
class Pairing:
    """The elements, each with its label in paths.

    Attributes:
        pairs: label, legacy element, candidate element; pairs that are known to be equal may be left out.
        orders: what identifies the elements, in the order of either side, if that differs.
    """

    pairs: list[tuple[str, Any, Any]] = field(default_factory=list)
    missing: list[tuple[str, Any]] = field(default_factory=list)
    extra: list[tuple[str, Any]] = field(default_factory=list)
    orders: tuple[list[Any], list[Any]] | None = None


def paired(legacy: list[Any], candidate: list[Any], identities: tuple[str, ...]) -> Pairing:
    """By identity where the elements are objects that have one, else by what is equal and what stands between it."""
    is_unordered = isinstance(legacy, Unordered) and isinstance(candidate, Unordered)
    if found := identified(legacy, candidate, identities):
        return by_identity(*found, is_unordered=is_unordered)
    left, right = list(map(token, legacy)), list(map(token, candidate))
    if is_unordered:
        return by_rank(remaining(legacy, left, right), remaining(candidate, right, left))
    if Counter(left) == Counter(right):
        return Pairing(orders=(legacy, candidate))
    return by_place(legacy, candidate, left, right)


def by_identity(name: str, legacy: Rows, candidate: Rows, *, is_unordered: bool) -> Pairing:
    shared = [key for key in legacy if key in candidate]
    order = [key for key in candidate if key in legacy]
    return Pairing(
        pairs=[(f"{name}={key}", legacy[key], candidate[key]) for key in shared],
        missing=[(f"{name}={key}", row) for key, row in legacy.items() if key not in candidate],
        extra=[(f"{name}={key}", row) for key, row in candidate.items() if key not in legacy],
        orders=None if is_unordered or shared == order else (shared, order),
    )


def remaining(values: list[Any], tokens: list[Hashable], others: list[Hashable]) -> list[tuple[str, Any]]:
    """The elements without as many of each as there are on the other side, those alike near each other."""
    there = Counter(others)
    rest = []
    for index, (value, its_token) in enumerate(zip(values, tokens, strict=True)):
        if there[its_token]:
            there[its_token] -= 1
        else:
            rest.append((str(index), value))
    return sorted(rest, key=lambda labelled: rank(labelled[1]))


def by_rank(legacy: list[tuple[str, Any]], candidate: list[tuple[str, Any]]) -> Pairing:
    if len(legacy) != len(candidate):
        return Pairing(missing=legacy, extra=candidate)
    return Pairing(
        pairs=[(label, left, right) for (label, left), (_, right) in zip(legacy, candidate, strict=True)]
    )


def by_place(legacy: list[Any], candidate: list[Any], left: list[Hashable], right: list[Hashable]) -> Pairing:
    """What differs between equal elements is compared one by one where there are as many on both sides."""
    pairing = Pairing()
    for gap in gaps(left, right):
        if len(gap.legacy) == len(gap.candidate):
            pairing.pairs += [
                (str(i), legacy[i], candidate[j]) for i, j in zip(gap.legacy, gap.candidate, strict=True)
            ]
        else:
            pairing.missing += [(str(i), legacy[i]) for i in gap.legacy]
            pairing.extra += [(str(j), candidate[j]) for j in gap.candidate]
    return pairing
