"""Which side serves an endpoint."""

from cqrs_routing.comparison.rules import Rules
from cqrs_routing.declaration.gate import Gate
from cqrs_routing.declaration.guard import Guard
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.modes.mode import Mode

__all__ = ["Gate", "Guard", "Mode", "Rules", "endpoints"]
