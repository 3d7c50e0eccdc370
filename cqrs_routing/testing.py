"""For tests: an endpoint in a mode, and a registry of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test.utils import TestContextDecorator

from cqrs_routing.declaration.registry import EndpointRegistry, endpoints
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import named_mode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.modes.state import EndpointState


class endpoint_in_mode(TestContextDecorator):
    """Serves an endpoint by the side of ``mode``: a context manager, or a decorator of tests and TestCases.

    Nothing is written, and what its read models say about themselves is not asked: the side is certain.

    Args:
        endpoint: its name, ``GET orders:order-list``.
        mode: ``legacy``, ``shadow``, ``canary`` or ``cqrs``.
        sampled: the share of the requests that is compared, from 0 to 1.
        canary: with the mode ``canary``, who is in, as :class:`~cqrs_routing.modes.canary.Canary` takes it:
            ``percent=25``, ``header="X-Canary"``.
    """

    def __init__(self, endpoint: str, mode: str, *, sampled: float = 0.0, **canary: Any) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.mode = mode
        self.sampled = sampled
        self.canary = canary
        self.before: list[EndpointState | None] = []

    def enable(self) -> None:
        """Raises UnknownName when there is no such endpoint or mode."""
        endpoint, mode = endpoints.get(self.endpoint), named_mode(self.mode)
        state = EndpointState(mode=mode, sampled=self.sampled, canary=Canary(**self.canary), is_certain=True)
        self.before.append(modes.pin(endpoint.name, state))

    def disable(self) -> None:
        modes.pin(self.endpoint, self.before.pop())


@contextmanager
def only_endpoints_declared_here() -> Iterator[EndpointRegistry]:
    """An empty registry for the block; what was declared before is back after it."""
    declared = endpoints.declared
    endpoints.replace(())
    modes.forget()
    try:
        yield endpoints
    finally:
        endpoints.replace(declared)
        modes.forget()
