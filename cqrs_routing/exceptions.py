"""What can go wrong when an endpoint is declared or its mode is changed."""

from cqrs_write.exceptions import CqrsError


class RoutingError(CqrsError):
    """An error of the routing side."""


class MalformedEndpoint(RoutingError):
    """An endpoint is written as method and view name: 'GET orders:order-list'."""


class TransitionRefused(RoutingError):
    """An endpoint cannot go from its mode to that one now; the message says why."""


class HandlerOutOfReach(RoutingError):
    """RoutingMiddleware must be the last in MIDDLEWARE; only there it reaches Django's handler."""
