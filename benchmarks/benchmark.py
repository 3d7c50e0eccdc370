"""A benchmark, and the figures that it measures with their targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a benchmark; one without a target is there to explain the others."""

    name: str
    meaning: str
    at_most: float | None = None
    at_least: float | None = None
    is_difference: bool = False
    """Whether it is what is left of two measurements, which may come out below 0 where little is measured."""

    @property
    def target(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    def is_met(self, value: float) -> bool | None:
        """Whether ``value`` meets the target; None where there is none."""
        if self.at_most is not None:
            return value <= self.at_most
        return value >= self.at_least if self.at_least is not None else None


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One script beside this file: ``measure(quick=...)`` in ``benchmarks/<name>.py`` returns its numbers.

    ``scale`` and ``quick_scale`` are the sample's: 1 is 2,000 customers and 20,000 orders. ``rivals`` says whether it
    compares with other packages, which are then installed first, and ``server`` what the database server is set to.
    """

    name: str
    title: str
    scale: float
    quick_scale: float
    figures: tuple[Figure, ...]
    rivals: bool = False
    server: Mapping[str, str] = field(default_factory=dict)
