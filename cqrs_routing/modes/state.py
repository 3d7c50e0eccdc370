"""The state of an endpoint: what every decision about its requests is made from."""

from __future__ import annotations

from dataclasses import dataclass

from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.mode import Mode


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What a decision is made from."""

    mode: Mode = Mode.LEGACY
    obstacle: str = ""
    """Why the candidate cannot serve now, in one line."""


def obstacle(endpoint: Endpoint) -> str:
    """Why the candidate of ``endpoint`` cannot serve now, in one line; empty when it can."""
    reasons = (reason_not_to_serve(read_model) for read_model in endpoint.read_models)
    return next(filter(None, reasons), "")
