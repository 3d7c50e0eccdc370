"""The guard's thresholds: what takes an endpoint back to legacy by itself."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Guard:
    """When the new side fails, over a sliding window.

    Attributes:
        window_seconds: what is looked at.
        requests: of the new side within the window, without which nothing is said about it.
        error_rate: by how much the share of 5xx answers of the new side may exceed that of legacy.
        p95_ratio: how many times as long as legacy the new side may take, at the 95th percentile.
        p95_slack_ms: milliseconds by which it may take longer whatever the ratio.
        mismatch_rate: the share of the compared requests that may differ, from 0 to 1.
        lag_seconds: how far the read models may be behind.
        dead_commands: commands that may have died within the window.
        failures: how often in a row the verdict may be "fail" before the endpoint is taken back.
        little_traffic: the verdict on fewer requests: hold, or fail for what must never be unobserved.
    """

    window_seconds: float = 60.0
    requests: int = 20
    error_rate: float = 0.02
    p95_ratio: float = 2.0
    p95_slack_ms: float = 50.0
    mismatch_rate: float = 0.01
    lag_seconds: float = 30.0
    dead_commands: int = 0
    failures: int = 1
    little_traffic: Literal["hold", "fail"] = "hold"
