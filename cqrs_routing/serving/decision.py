"""Which side serves one request, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    Mode.CQRS: Decision("cqrs", "mode cqrs"),
}

UNDECIDED = Decision("legacy", "the decision failed, see the log", fallback=True)


def decide(state: EndpointState) -> Decision:
    """The mode's side, unless that is the new one and it cannot serve now: legacy is always right."""
    decision = BY_MODE[state.mode]
    if decision.side == "cqrs" and state.obstacle:
        return Decision("legacy", state.obstacle, fallback=True)
    return decision
