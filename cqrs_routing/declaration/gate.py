"""The gate: what must have been seen of an endpoint before more of its requests go to the new side."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Gate:
    """Thresholds of a promotion, over the time since the endpoint is in its mode.

    Attributes:
        compared: requests of which both answers, or both changes, were compared; for leaving ``shadow``.
        mismatch_rate: the share of them that may differ, from 0 to 1.
        served: requests that the new side has answered; for leaving or growing a ``canary``.
        error_rate: by how much the share of 5xx answers of the new side may exceed that of legacy.
        p95_ratio: how many times as long as legacy the new side may take, at the 95th percentile.
        p95_slack_ms: milliseconds by which it may take longer whatever the ratio.
        lag_seconds: how far the read models may be behind.
    """

    compared: int = 100
    mismatch_rate: float = 0.0
    served: int = 100
    error_rate: float = 0.01
    p95_ratio: float = 1.25
    p95_slack_ms: float = 10.0
    lag_seconds: float = 10.0
