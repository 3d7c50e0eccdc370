"""The state of an endpoint: what every decision about its requests is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode

NOBODY = Canary()


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What a decision is made from."""

    mode: Mode = Mode.LEGACY
    obstacle: str = ""
    """Why the candidate cannot serve now, in one line."""

    canary: Canary = NOBODY
    sampled: float = 0.0
    """The share of the requests that is compared, from 0 to 1."""

    is_certain: bool = False
    """Whether the side is that of the mode whatever read models say: a test wants it so."""

    stint: int = 0
    """Counts the changes of the mode, so that evidence belongs to the mode that it was gathered in."""


def state_of(endpoint: Endpoint, row: EndpointMode) -> EndpointState:
    """The state of ``endpoint`` by its row; in a mode that this version does not know it is legacy."""
    if row.mode not in Mode.values:
        return EndpointState(stint=row.stint)
    mode = Mode(row.mode)
    return EndpointState(
        mode=mode,
        obstacle=obstacle(endpoint) if mode.is_served_by_candidate else "",
        canary=canary_of(row),
        sampled=float(row.sample_percent) / 100,
        stint=row.stint,
    )


def canary_of(row: EndpointMode) -> Canary:
    return Canary(percent=row.percent, users=tuple(row.users), groups=tuple(row.groups), header=row.header)


def obstacle(endpoint: Endpoint) -> str:
    """Why the candidate of ``endpoint`` cannot serve now, in one line; empty when it can."""
    reasons = (reason_not_to_serve(read_model) for read_model in endpoint.read_models)
    return next(filter(None, reasons), "")


def is_compared(state: EndpointState) -> bool:
    """Whether requests that legacy answers may be compared."""
    return state.sampled > 0 and state.mode in (Mode.SHADOW, Mode.CANARY)


def serving_reads(states: Mapping[str, EndpointState]) -> bool:
    """Whether some client may be served by a read model."""
    served = {name for name, state in states.items() if state.mode.is_served_by_candidate}
    return any(one.kind == "read" and one.name in served for one in endpoints.routes.values())
