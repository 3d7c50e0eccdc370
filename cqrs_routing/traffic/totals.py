"""Totals: what all processes have counted of an endpoint, summed up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import router
from django.db.models import Sum

from cqrs_routing.models import TrafficCount
from cqrs_routing.traffic.counts import LATENCY, SLOT, STATUS
from cqrs_routing.traffic.latency import quantile


@dataclass(frozen=True, kw_only=True)
class SideTotals:
    """One side: requests by status, buckets of latencies, and whatever else was counted by its name."""

    statuses: Mapping[int, int] = field(default_factory=dict)
    latencies: Mapping[int, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    @property
    def errors(self) -> int:
        """Answers that say that the server failed."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    @property
    def error_rate(self) -> float:
        return self.errors / self.requests if self.requests else 0.0

    def milliseconds(self, share: float) -> float | None:
        """Within how many milliseconds ``share`` of the requests were answered; None if there were none."""
        return quantile(self.latencies, share)

    def other(self, metric: str) -> int:
        return self.others.get(metric, 0)


NOTHING = SideTotals()


def totals(
    endpoint: str, *, since: float | None = None, stint: int | None = None
) -> defaultdict[str, SideTotals]:
    """What was counted of ``endpoint``, by side; a side of which there is nothing has zeros.

    Args:
        since: in seconds since 1970; the slot that it lies in counts.
        stint: only what belongs to one stint of the endpoint.
    """
    cells = TrafficCount.objects.using(router.db_for_write(TrafficCount)).filter(endpoint=endpoint)
    if since is not None:
        cells = cells.filter(slot__gt=since - SLOT)
    if stint is not None:
        cells = cells.filter(stint=stint)
    rows = cells.order_by().values_list("side", "metric", "bucket").annotate(total=Sum("count"))
    return _by_side(rows)


def _by_side(rows: Iterable[tuple[str, str, int, int]]) -> defaultdict[str, SideTotals]:
    found: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for side, metric, bucket, total in rows:
        found[side][metric][bucket] = total
    sides = defaultdict(lambda: NOTHING)
    for side, metrics in found.items():
        sides[side] = SideTotals(
            statuses=metrics.pop(STATUS, {}),
            latencies=metrics.pop(LATENCY, {}),
            others={metric: sum(buckets.values()) for metric, buckets in metrics.items()},
        )
    return sides
