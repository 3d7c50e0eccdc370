"""Which side serves an endpoint."""

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.modes.mode import Mode

__all__ = ["Mode", "endpoints"]
