"""What can be measured: every benchmark with its figures, their targets, and how much data it wants."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a benchmark; one without a target is there to explain the others."""

    name: str
    meaning: str
    at_most: float | None = None
    at_least: float | None = None

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

    ``scale`` and ``quick_scale`` are the sample's: 1 is 2,000 customers and 20,000 orders.
    """

    name: str
    title: str
    scale: float
    quick_scale: float
    figures: tuple[Figure, ...]


CAPTURE = Benchmark(
    name="capture",
    title="What a write costs with the triggers, where 1 is without them",
    scale=5,
    quick_scale=0.05,
    figures=(
        Figure(
            name="tx_ratio",
            meaning="a transaction of four statements, three captured: placing an order",
            at_most=1.2,
        ),
        Figure(
            name="bulk_update_ratio",
            meaning="UPDATE of 100,000 lines' unit_price, captured",
            at_most=1.4,
        ),
        Figure(
            name="unrelated_update_ratio",
            meaning="lock a product, take its stock (nothing uses it), commit",
            at_most=1.1,
        ),
        Figure(
            name="bulk_status_update_ratio",
            meaning="UPDATE of 100,000 orders' status, captured and indexed",
        ),
        Figure(
            name="unrelated_bulk_update_ratio",
            meaning="UPDATE of 100,000 orders' updated_at, which nothing uses",
        ),
        Figure(
            name="unrelated_bare_update_ratio",
            meaning="the worst case: that stock update alone, autocommitted",
        ),
    ),
)

READ = Benchmark(
    name="read",
    title="The order list over HTTP, one sync worker on one core (requests per second)",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(name="speedup_vs_legacy", meaning="read model / legacy view", at_least=20),
        Figure(name="speedup_vs_tuned", meaning="read model / the same view, tuned by hand", at_least=3),
        Figure(name="speedup_vs_tuned_page", meaning="the same for pages of 25 only"),
        Figure(name="read_model_rps", meaning="requests/s: read model"),
        Figure(name="tuned_rps", meaning="requests/s: tuned by hand"),
        Figure(name="legacy_rps", meaning="requests/s: legacy"),
        Figure(name="empty_view_rps", meaning="requests/s: authenticates, answers {}: the stack's limit"),
        Figure(
            name="count_ms",
            meaning="ms to count the unfiltered list, which a page's number needs",
        ),
    ),
)

BENCHMARKS = {benchmark.name: benchmark for benchmark in (CAPTURE, READ)}
