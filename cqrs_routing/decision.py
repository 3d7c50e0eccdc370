"""Which side serves one request, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_routing.endpoint import Endpoint
from cqrs_routing.mode import Mode

Side = Literal["legacy", "cqrs"]


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What a decision is made from."""

    mode: Mode = Mode.LEGACY
    obstacle: str = ""
    """Why the candidate cannot serve now, in one line."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The side that serves, and the reason in one line."""

    side: Side
    reason: str
    fallback: bool = False
    """The legacy view serves although the mode says otherwise."""


BY_MODE: dict[Mode, Decision] = {
    Mode.LEGACY: Decision("legacy", "mode legacy"),
    Mode.CQRS: Decision("cqrs", "mode cqrs"),
}

UNDECIDED = Decision("legacy", "the decision failed, see the log", fallback=True)


def decide(state: EndpointState) -> Decision:
    """The mode's side, unless that is the new one and it cannot serve now: legacy is always right."""
    decision = BY_MODE[state.mode]
    if decision.side == "cqrs" and state.obstacle:
        return Decision("legacy", state.obstacle, fallback=True)
    return decision


def obstacle(endpoint: Endpoint) -> str:
    """Why the candidate of ``endpoint`` cannot serve now, in one line; empty when it can."""
    reasons = (reason_not_to_serve(read_model) for read_model in endpoint.read_models)
    return next(filter(None, reasons), "")
