"""JSON values, and what else is made of objects and lists: where two of them differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.pairing import Pairing, paired
from cqrs_routing.comparison.path import Path
from cqrs_routing.comparison.prepared import Unordered
from cqrs_routing.comparison.rules import Rules
from cqrs_routing.comparison.values import same_plain, type_of


def differences(legacy: Any, candidate: Any, rules: Rules, path: Path) -> Iterator[Difference]:
    """Where ``candidate`` differs from ``legacy``; none exactly if they are the same."""
    if same(legacy, candidate, rules):
        return
    if isinstance(legacy, dict) and isinstance(candidate, dict):
        yield from in_objects(legacy, candidate, rules, path)
    elif isinstance(legacy, list) and isinstance(candidate, list):
        yield from in_lists(paired(legacy, candidate, rules.identities), rules, path)
    else:
        yield Difference(path=path, sort=sort_of(legacy, candidate), legacy=legacy, candidate=candidate)


def in_objects(
    legacy: dict[str, Any], candidate: dict[str, Any], rules: Rules, path: Path
) -> Iterator[Difference]:
    for name, value in legacy.items():
        if name in candidate:
            yield from differences(value, candidate[name], rules, path.field(name))
        else:
            yield Difference(path=path.field(name), sort=Sort.MISSING, legacy=value)
    for name, value in candidate.items():
        if name not in legacy:
            yield Difference(path=path.field(name), sort=Sort.EXTRA, candidate=value)


def in_lists(pairing: Pairing, rules: Rules, path: Path) -> Iterator[Difference]:
    for label, value in pairing.missing:
        yield Difference(path=path.element(label), sort=Sort.MISSING, legacy=value)
    for label, value in pairing.extra:
        yield Difference(path=path.element(label), sort=Sort.EXTRA, candidate=value)
    if pairing.orders:
        legacy, candidate = pairing.orders
        yield Difference(path=path, sort=Sort.ORDER, legacy=legacy, candidate=candidate)
    for label, left, right in pairing.pairs:
        yield from differences(left, right, rules, path.element(label))


def sort_of(legacy: Any, candidate: Any) -> Sort:
    if candidate is None:
        return Sort.NULL
    if legacy is None:
        return Sort.NOT_NULL
    return Sort.CHANGED if type_of(legacy) == type_of(candidate) else Sort.TYPE


def same(legacy: Any, candidate: Any, rules: Rules) -> bool:
    """Whether there is no difference, which takes far less time than to find where one is."""
    if not isinstance(legacy, (dict, list)):
        return same_plain(legacy, candidate, rules.margin)
    if isinstance(legacy, dict) and isinstance(candidate, dict):
        return legacy.keys() == candidate.keys() and all(
            same(value, candidate[name], rules) for name, value in legacy.items()
        )
    if isinstance(legacy, Unordered) and isinstance(candidate, Unordered):
        return same_unordered(legacy, candidate, rules)
    if isinstance(legacy, list) and isinstance(candidate, list):
        return len(legacy) == len(candidate) and all(
            same(left, right, rules) for left, right in zip(legacy, candidate, strict=True)
        )
    return same_plain(legacy, candidate, rules.margin)


def same_unordered(legacy: Unordered, candidate: Unordered, rules: Rules) -> bool:
    if len(legacy) != len(candidate):
        return False
    pairing = paired(legacy, candidate, rules.identities)
    return not (pairing.missing or pairing.extra) and all(
        same(left, right, rules) for _, left, right in pairing.pairs
    )
