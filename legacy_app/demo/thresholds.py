"""Thresholds for a demo that lasts minutes: what a promotion needs, and what the guard looks at."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest

from cqrs_routing import Gate, Guard, endpoints

COMPARED_PER_SECOND, SERVED_PER_SECOND = 0.5, 0.15
"""Of the load's seconds; so that they are reached in a part of them."""

FEWEST = 3
"""Requests without which nothing is said, however short the run."""

LAG_SECONDS = 300.0
"""A busy machine may let the writers outrun the refresh. The report tells the lag; here it decides nothing."""

GUARD = Guard(window_seconds=15, requests=5, lag_seconds=LAG_SECONDS)
TILL = "X-Till"
"""The header by which the shop's tills tell who they are."""


def gate_for(seconds: float) -> Gate:
    """The gate of a run whose load goes on for so many seconds."""
    return Gate(
        compared=max(FEWEST, round(seconds * COMPARED_PER_SECOND)),
        served=max(FEWEST, round(seconds * SERVED_PER_SECOND)),
        lag_seconds=LAG_SECONDS,
    )


def till(request: HttpRequest) -> str | None:
    """A canary takes tills: all of them log in with a few accounts."""
    return request.headers.get(TILL)


def declare(name: str, **options: Any) -> None:
    """Change what is declared of the endpoint ``name``."""
    options = {"guard": GUARD, "cohort": till, **options}
    endpoints.replace(
        tuple(replace(one, **options) if one.name == name else one for one in endpoints.declared)
    )
