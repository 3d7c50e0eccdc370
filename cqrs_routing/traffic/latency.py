"""Latencies in a histogram that can be merged: counts by bucket, so that those of many processes add up.

Source: DDSketch (Masson, Rim, Lee, VLDB 2019). Bucket widths grow by a constant factor, so a quantile is off by
at most ACCURACY of itself, whatever the distribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

ACCURACY = 0.05
GROWTH = (1 + ACCURACY) / (1 - ACCURACY)
FACTOR = 1 / math.log(GROWTH)
SMALLEST_MS = 0.01
"""Milliseconds below which all latencies are the same."""


def bucket_of(milliseconds: float) -> int:
    return math.ceil(math.log(milliseconds / SMALLEST_MS) * FACTOR) if milliseconds > SMALLEST_MS else 0


def milliseconds_of(bucket: int) -> float:
    """The latency that a bucket stands for: no further than ACCURACY from any in it."""
    return SMALLEST_MS * 2 * GROWTH**bucket / (GROWTH + 1)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Milliseconds within which ``share`` of the counted requests were answered; None where there are none."""
    total = sum(counts.values())
    if not total:
        return None
    rank, seen = share * (total - 1), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen > rank:
            return milliseconds_of(bucket)
    raise AssertionError("unreachable: the last bucket passes every rank")
