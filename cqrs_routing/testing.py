"""For tests: an endpoint in a mode, and a registry of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import TestContextDecorator

from cqrs_routing.declaration.registry import EndpointRegistry, endpoints
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.switching.switch import named_mode


class endpoint_in_mode(TestContextDecorator):
    """Serves an endpoint by the side of ``mode``: a context manager, or a decorator of tests and TestCases.

    Nothing is written, and what its read models say about themselves is not asked: the side is certain.
    """

    def __init__(self, endpoint: str, mode: str) -> None:
        super().__init__()
        self.endpoint = endpoint
        self.mode = mode
        self.before: list[Mode | None] = []

    def enable(self) -> None:
        """Raises UnknownName when there is no such endpoint or mode."""
        endpoint, mode = endpoints.get(self.endpoint), named_mode(self.mode)
        self.before.append(modes.pin(endpoint.name, mode))

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
