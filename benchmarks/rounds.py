"""Measuring sides in alternating rounds, so that what disturbs the machine disturbs all of them."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

Measured = TypeVar("Measured")


def alternate(
    sides: Mapping[str, Callable[[], Measured]],
    rounds: int,
    *,
    warm_up: int = 1,
    before: Callable[[], object] = lambda: None,
) -> dict[str, list[Measured]]:
    """Measure every side once a round, in turned order every second round.

    Args:
        sides: Each measures itself once and returns what it found.
        warm_up: Rounds that are run first and thrown away.
        before: Prepares a round for all sides; not measured.
    """
    measured: dict[str, list[Measured]] = {name: [] for name in sides}
    for number in range(-warm_up, rounds):
        before()
        order = list(sides)[:: 1 if number % 2 else -1]
        for name in order:
            value = sides[name]()
            if number >= 0:
                measured[name].append(value)
    return measured


def paired_ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios within each round: a slow minute of the machine is in both of its numbers."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def quartiles(above: list[float], below: list[float]) -> tuple[float, float]:
    """Between which ratios the middle half of the rounds lies."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    if len(ratios) < 2:
        return ratios[0], ratios[0]
    low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return low, high


def median_seconds(action: Callable[[int], object], times: int) -> float:
    """The median time of one call, over ``times`` calls with 0, 1, 2, …"""
    taken = []
    for number in range(times):
        started = time.perf_counter()
        action(number)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
