"""Which side serves an endpoint."""

from cqrs_routing.mode import Mode
from cqrs_routing.registry import endpoints

__all__ = ["Mode", "endpoints"]
