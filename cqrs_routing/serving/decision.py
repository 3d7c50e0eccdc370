"""Which side serves one request, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import EndpointState

Side = Literal["legacy", "cqrs"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The side that serves, and the reason in one line."""

    side: Side
    reason: str
    fallback: bool = False
    """The legacy view serves although the mode says otherwise."""


BY_MODE: dict[Mode, Decision] = {
    Mode.LEGACY: Decision("legacy", "mode legacy"),
    Mode.SHADOW: Decision("legacy", "mode shadow"),
    Mode.CQRS: Decision("cqrs", "mode cqrs"),
}
CANARY = Decision("cqrs", "in the canary")
NOT_IN_CANARY = Decision("legacy", "not in the canary")

UNDECIDED = Decision("legacy", "the decision failed, see the log", fallback=True)


def decide(endpoint: Endpoint, state: EndpointState, request: HttpRequest) -> Decision:
    """The side that the mode says, unless that is the new one and it cannot serve now: legacy is always right."""
    if state.mode is Mode.CANARY:
        decision = CANARY if state.canary.includes(request, endpoint) else NOT_IN_CANARY
    else:
        decision = BY_MODE[state.mode]
    if decision.side == "cqrs" and state.obstacle:
        return fallback(state.obstacle)
    return decision


def fallback(reason: str) -> Decision:
    return Decision("legacy", reason, fallback=True)
